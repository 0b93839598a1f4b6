"""Is everything in order: the stores, this machine, an export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.service.scoring import work
from app.service.stores import Stores
from data.write import manifest
from db import ledger, runs, warehouse


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


def export(folder: Path) -> dict[str, Any]:
    """What an export says of itself, once every file is as it was written. Raises Trouble."""
    told = manifest.check(folder)
    return {
        "folder": str(folder),
        "snapshot": told["snapshot"],
        "files": len(told["files"]),
        "rows": {f["path"]: f["rows"] for f in told["files"] if f["rows"] is not None},
        "state": "every file is as it was exported",
    }
