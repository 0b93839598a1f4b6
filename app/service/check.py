"""Is everything in order: the stores, this machine, an export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.service.scoring import work
from app.service.stores import Stores
from app.settings import Settings
from data.write import manifest
from db import ledger, runs, taken, warehouse


def stores(stores: Stores) -> dict[str, Any]:
    """What the stores hold, and what this machine can score on."""
    every = runs.every(stores.warehouse)
    return {
        "home": str(stores.settings.home),
        "warehouse snapshot": warehouse.snapshot(stores.warehouse),
        "runs": len(every),
        "outputs": sum(run["outputs"] for run in every),
        "label events": ledger.version(stores.ledger),
        "can score on": work.devices() or "nothing: torch is not installed (make run)",
    }


def export(folder: Path, settings: Settings | None = None) -> dict[str, Any]:
    """What an export says of itself, once every file is as its manifest says. Raises Trouble.

    Whether the manifest is one that was written here, the stores of the `settings` know.
    """
    told = manifest.check(folder)
    sha256 = manifest.sha256(folder / manifest.NAME)
    return {
        "folder": str(folder),
        "snapshot": told["snapshot"],
        "files": len(told["files"]),
        "rows": {f["path"]: f["rows"] for f in told["files"] if f["rows"] is not None},
        "manifest_sha256": sha256,
        "manifest": _recorded(settings, sha256) if settings else UNKNOWN,
        "state": "every file is as the manifest says",
    }


UNKNOWN = "compare its sha256 with the one that was told when it was exported"


def _recorded(settings: Settings, sha256: str) -> str:
    """When the export with this manifest was made, as far as the stores here know."""
    if not (settings.ledger or (settings.home / "ledger.sqlite").is_file()):
        return UNKNOWN
    try:
        engine = ledger.connect(settings.ledger_url)
        made = [row["made_at"] for row in taken.every(engine) if row["sha256"] == sha256]
        engine.dispose()
    except ledger.ERRORS:
        return UNKNOWN
    if not made:
        return f"none that was exported here: made elsewhere, or changed; {UNKNOWN}"
    return f"as it was exported here at {made[-1][:19]}Z"
