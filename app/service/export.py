"""Taking a data set away: chosen outputs with labels, a card, checksums and the snapshot."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

from app.service import agree, cases, settle
from app.service.cases import Case, Chosen, Filter
from app.service.settle import Rule
from app.service.stores import Stores
from data.trouble import Trouble
from data.write import card, manifest
from db import exports, labels, outputs, runs
from db.exports import Format

Progress = Callable[[float, str], None]

FORMATS: tuple[Format, ...] = ("parquet", "jsonl")
EVERY_RULE: tuple[Rule, ...] = ("settled", "majority", "dawid_skene", "raw")
TOLD = ("percent", "fleiss_kappa", "ac1")
"""Measures of agreement the card tells."""
RULES: dict[str, str] = {
    "settled": "adjudicated, else the majority",
    "majority": "the majority of annotators",
    "dawid_skene": "the likeliest by how reliable each annotator is (Dawid and Skene)",
    "raw": "nothing: only every raw label",
}
"""How labels come to one value, in words."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and where."""

    folder: Path
    snapshot: int
    rows: dict[str, int]
    sha256: str

    def json(self) -> dict[str, Any]:
        """The export as `tailscope export --json` prints it."""
        return {
            "folder": str(self.folder), "snapshot": self.snapshot, "rows": self.rows,
            "manifest_sha256": self.sha256,
        }  # fmt: skip


def export(
    stores: Stores,
    chosen: Chosen,
    to: Path,
    *,
    format: Format = "parquet",
    rule: Rule = "settled",
    name: str = "",
    by: str = "",
    progress: Progress | None = None,
) -> Exported:
    """Writes the chosen outputs to the new folder `to`: whole, or not at all.

    Raises Trouble where the folder is taken or where nothing was chosen.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise Trouble(f"{to} is there already and is not an empty folder", "name a new folder")
    kept = cases.among(stores, chosen)
    of_run = outputs.by_run(stores.warehouse, chosen.filter, kept)
    if not of_run:
        raise Trouble(
            "no output fits this choice, so there is nothing to export", "widen the filter"
        )
    # what is loaded while this runs is a run of its own, and stays out of rows and card alike
    pinned = replace(chosen.filter, runs=tuple(of_run))
    step = progress or (lambda _part, _what: None)
    draft = to.absolute().with_name(f".{to.absolute().name}.{uuid4().hex[:8]}")
    try:
        (draft / "data").mkdir(parents=True)
        step(0.1, "gathering labels")
        told = labels.events(stores.ledger, of_run)
        fields = sorted({row["field"] for row in told if row["field"]})
        resolved = {} if rule == "raw" else {
            field: settle.values(stores, field, rule=rule) for field in fields
        }  # fmt: skip
        step(0.3, "writing rows")
        snapshot, rows = exports.copy(
            stores.warehouse, pinned, kept, told, resolved, draft / "data", format
        )
        step(0.8, "card and checksums")
        about = {
            "name": name or to.absolute().name, "format": format, "labels": rule,
            "snapshot": snapshot, "rows": rows, "filter": cases.words(chosen),
            "made_at": datetime.now(UTC).date().isoformat(),
            **_about(stores, pinned, kept, of_run),
        }  # fmt: skip
        (draft / "README.md").write_text(card.text(about), "utf-8")
        digest = manifest.write(
            draft,
            {"made_by": f"Tailscope {version('tailscope')}", "snapshot": snapshot,
             "recipe": _recipe(chosen, format, rule)},
            {f"data/{table}.{format}": n for table, n in rows.items()},
        )  # fmt: skip
        if to.exists():
            to.rmdir()
        draft.rename(to)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise Trouble(
            f"{to} cannot be written: {error.strerror}", "name a folder you may write to, with room"
        ) from error
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    exports.record(stores.ledger, {
        "export": uuid4().hex, "recipe": json.dumps(_recipe(chosen, format, rule), sort_keys=True),
        "snapshot": snapshot, "rows": rows["outputs"], "sha256": digest, "made_by": by or "me",
    })  # fmt: skip
    step(1.0, "done")
    return Exported(to, snapshot, rows, digest)


def _recipe(chosen: Chosen, format: str, rule: str) -> dict[str, Any]:
    return {**asdict(chosen), "format": format, "labels": rule}


def _about(
    stores: Stores, pinned: Filter, kept: list[Case] | None, of_run: dict[str, int]
) -> dict[str, Any]:
    """What only the stores can tell the card: the runs, agreement, what is missing."""
    used = [run | {"outputs": of_run[run["run_id"]]} for run in runs.every(stores.warehouse)
            if run["run_id"] in of_run]  # fmt: skip
    return {
        "runs": used,
        "agreement": _agreement(
            stores, list(of_run), set(outputs.keys(stores.warehouse, pinned, kept))
        ),
        "gaps": outputs.gaps(stores.warehouse, pinned, kept),
    }


def _agreement(stores: Stores, run_ids: list[str], exported: set[Case]) -> list[dict[str, Any]]:
    """What the card tells of agreement; nothing where no two people labeled one case."""
    try:
        found = agree.rows(stores, run_ids, cases=exported)
    except Trouble:
        return []
    return [row.json() for row in found if row.measure in TOLD]


def slug(name: str) -> str:
    """A name as a folder may be called; empty when nothing of it is left.

    >>> slug("Tail of spring models!")
    'tail-of-spring-models'
    """
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")


@dataclass(frozen=True, slots=True)
class Bundle:
    """An export in one file to download, and what it holds in words."""

    name: str
    archive: Path
    facts: dict[str, str]


def bundle(
    stores: Stores, chosen: Chosen, name: str, *, format: Format, rule: Rule, by: str,
    progress: Progress | None = None,
) -> Bundle:  # fmt: skip
    """Exports into the home folder and zips it for a download."""
    folder = stores.settings.home / "exports" / f"{name}-{uuid4().hex[:8]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    done = export(stores, chosen, folder, format=format, rule=rule, name=name, by=by,
                  progress=progress)  # fmt: skip
    archive = Path(shutil.make_archive(str(folder), "zip", folder))
    return Bundle(f"{name}.zip", archive, {
        "outputs": str(done.rows["outputs"]), "scores": str(done.rows["scores"]),
        "label events": str(done.rows["labels"]), "warehouse snapshot": str(done.snapshot),
        "sha256 of the manifest": done.sha256, "folder on this machine": str(folder),
    })  # fmt: skip


def past(stores: Stores) -> list[dict[str, Any]]:
    """The exports made so far: when, by whom, of what, at which snapshot."""
    return [
        {
            "made at": row["made_at"][:19] + "Z", "by": row["made_by"], "outputs": row["rows"],
            "snapshot": row["snapshot"], "format": json.loads(row["recipe"])["format"],
            "manifest": row["sha256"],
        }
        for row in exports.every(stores.ledger)
    ]  # fmt: skip
