"""Bringing outputs in: look first, then all of a file or nothing of it."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.service.loading import notes
from app.service.stores import Stores
from data.batch import Run
from data.mapping import Mapping
from data.read import reading, table
from data.read.dataset_folder import Split
from data.read.reading import Reading
from data.trouble import Trouble
from db import checks, imports, runs, stage
from db.stage import Stage

Progress = Callable[[float, int], None]
"""Told how much of the file has been read (0 to 1) and how many rows that was."""

COUNTED = ("outputs", "scores", "labels", "acts", "steps")
SHOWN = 20
"""Refused rows named one by one in a report."""


@dataclass(slots=True)
class Loaded:
    """What one run of a file brought, or that it was there already.

    `refused` counts the rows refused in its whole file: a refused row belongs to no run. `acts`
    counts what the log itself says the model did; `checks` hold the log's own numbers against those
    recomputed from what was loaded.
    """

    run: str
    model: str | None
    dataset: str
    format: str
    items: int = 0
    outputs: int = 0
    scores: int = 0
    labels: int = 0
    acts: int = 0
    steps: int = 0
    refused: int = 0
    already: bool = False
    checks: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """What became of the files: runs loaded, rows refused (the first ones with line and reason)."""

    loaded: list[Loaded] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """The report as `tailscope load --json` prints it."""
        return {"loaded": [asdict(run) for run in self.loaded], "refused": self.refused}


def together(reports: Iterable[Report]) -> Report:
    """What became of several files, as one report."""
    every = list(reports)
    return Report(
        [r for one in every for r in one.loaded], [r for one in every for r in one.refused]
    )


def load(
    stores: Stores,
    place: Path | Split,
    *,
    name: str = "",
    mapping: Mapping | None = None,
    named: dict[str, str] | None = None,
    format: str | None = None,
    by: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Loads one file, or split of a data set: every run in it lands, in one snapshot, or none does.

    `named` gives model, dataset, revision where the file does not hold them. A run that is there
    already is reported and changes nothing. Raises Trouble where the file cannot be read, where
    most of its rows cannot, or where its prompts contradict those the data set already has.
    """
    opened = reading.opened(place, name, mapping, format)
    if opened.mapping is not None:
        table.ready(opened.mapping, opened.source)
    sha256 = opened.source.sha256()
    staged = stage.open_stage(stores.warehouse)
    try:
        found, refused, rows = _fill(staged, opened, named or {}, sha256, progress)
        _enough(staged, refused, rows, opened.source.name)
        if not found:
            raise Trouble(
                f"{opened.source.name} ({opened.title}) holds no answer and no result",
                "load a log of a run that has begun to answer",
            )
        _agrees(staged, opened.source.name)
        report = _report(staged, found, refused, opened)
        have = {run["run_id"]: run for run in runs.of_file(stores.warehouse, sha256)}
        for run in report.loaded:
            if stands := have.get(run.run):  # perhaps loaded under another file name
                run.already, run.model, run.dataset = True, stands["model"], stands["dataset"]
        if not dry_run:
            _land(stores, staged, found, report, opened, sha256, by)
    finally:
        staged.close()
    return report


def _fill(
    staged: Stage,
    opened: Reading,
    named: dict[str, str],
    sha256: str,
    progress: Progress | None,
) -> tuple[dict[str, Run], list[dict[str, Any]], int]:
    found: dict[str, Run] = {}
    refused: list[dict[str, Any]] = []
    rows = 0
    name = opened.source.name
    for batch in opened.batches(named, sha256):
        for table_, held in batch.rows.items():
            staged.add(table_, held)
        for table_, columns in batch.columns:
            staged.add_columns(table_, columns)
        rows = batch.lines
        found.update(batch.runs)
        refused += [{"file": name, "line": r[0], "why": r[1]} for r in batch.rows["refused"]]
        del refused[SHOWN:]
        if progress:
            progress(batch.position, batch.lines)
    return found, refused, rows


def _enough(staged: Stage, refused: list[dict[str, Any]], rows: int, name: str) -> None:
    """Refuses a file most of whose rows were refused: it is not what it was taken for."""
    bad = staged.counts["refused"]
    if bad * 2 > rows:
        first = refused[0]
        raise Trouble(
            f"{name}: {bad} of {rows} rows cannot be read; line {first['line']}: {first['why']}",
            "correct the file or its mapping; nothing was loaded",
        )


def _agrees(staged: Stage, name: str) -> None:
    differ, known, example = stage.differing(staged)
    if differ * 2 > known:
        raise Trouble(
            f"{name}: {differ} of {known} ids stand for other prompts in this data set "
            f"already, for instance {example!r}",
            "give the file a data set of its own: --dataset NAME",
        )


def _report(
    staged: Stage, found: dict[str, Run], refused: list[dict[str, Any]], opened: Reading
) -> Report:
    checked = checks.staged(staged.cursor)
    counts = {table: stage.rows(staged, table) for table in COUNTED}
    items = stage.items(staged, [(run.run_id, run.dataset) for run in found.values()])
    unread, unlike = notes.unread(staged), notes.unlike(staged)
    loaded = [
        Loaded(
            run.run_id,
            run.model,
            run.dataset,
            opened.title,
            items=items[run.run_id],
            refused=staged.counts["refused"],
            outputs=counts["outputs"][run.run_id],
            scores=counts["scores"][run.run_id],
            labels=counts["labels"][run.run_id],
            acts=counts["acts"][run.run_id],
            steps=counts["steps"][run.run_id],
            checks=[one.json() for one in checked.get(run.run_id, [])],
            notes=[
                *opened.notes(run.run_id),
                *unread.get(run.run_id, ()),
                *unlike.get(run.dataset, ()),
            ],
        )
        for run in found.values()
    ]
    more = staged.counts["refused"] - len(refused)
    if more:
        why = f"and {more} more rows"
        refused = [*refused, {"file": opened.source.name, "line": None, "why": why}]
    return Report(loaded, refused)


def _land(
    stores: Stores,
    staged: Stage,
    found: dict[str, Run],
    report: Report,
    opened: Reading,
    sha256: str,
    by: str,
) -> None:
    # Labels first: they show only once their run is there, and adding them twice adds nothing.
    scheme = (opened.mapping.title or "imported") if opened.mapping else opened.title
    imports.add_many(stores.ledger, stage.labels(staged), scheme=scheme)
    noted = {run.run: run.notes for run in report.loaded}
    described = [
        asdict(run)
        | {
            "format": opened.title,
            "source": opened.source.name,
            "sha256": sha256,
            "params": _params(opened, run.run_id, staged.counts["refused"], noted[run.run_id]),
            "made_at": datetime.now(UTC).replace(tzinfo=None),
            "loaded_by": by or _me(),
        }
        for run in found.values()
    ]
    new = stage.land(staged, described, sha256, opened.source.name, checks.staged(staged.cursor))
    for run in report.loaded:
        run.already = run.run not in new


def _params(opened: Reading, run_id: str, refused: int, notes: list[str]) -> str:
    told = opened.params(run_id) | {"refused": refused} | ({"notes": notes} if notes else {})
    return json.dumps(told, sort_keys=True, default=str)


def _me() -> str:
    """Who is logged in; a container may know no name for its user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
