"""Bringing outputs in: look first, then all of a file or nothing of it."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.service.stores import Stores
from data.batch import Run
from data.mapping import Mapping
from data.read import table
from data.read.source import Kind, Source
from data.trouble import Trouble
from db import labels, runs, stage
from db.stage import Stage

Progress = Callable[[float, int], None]
"""Told how much of the file has been read (0 to 1) and how many rows that was."""

COUNTED = ("outputs", "scores", "labels", "steps")
SHOWN = 20
"""Rows of a preview, and refused rows named one by one in a report."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A file as it stands: its format, the mapping that would be used, first rows, columns."""

    format: str
    mapping: Mapping
    rows: list[dict[str, Any]]
    columns: list[str]
    refused: list[dict[str, Any]]
    model: str | None
    dataset: str | None


@dataclass(slots=True)
class Loaded:
    """What one run of a file brought, or that it was there already.

    `refused` counts the rows refused in its whole file: a refused row belongs to no run.
    """

    run: str
    model: str | None
    dataset: str
    format: str
    items: int = 0
    outputs: int = 0
    scores: int = 0
    labels: int = 0
    steps: int = 0
    refused: int = 0
    already: bool = False


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


def preview(path: Path, name: str = "", mapping: Mapping | None = None) -> Preview:
    """The first rows of a file and how it would be understood; nothing is written.

    Raises Trouble where the file cannot be read or understood.
    """
    source = Source(path, name)
    understood = table.understand(source, mapping)
    lines = table.first(source, understood.explode, SHOWN)
    rows = [line.record for line in lines if not line.why]
    return Preview(
        format=understood.title or source.kind().upper(),
        mapping=understood,
        rows=rows,
        columns=list(dict.fromkeys(column for row in rows for column in row)),
        refused=[{"file": source.name, "line": x.number, "why": x.why} for x in lines if x.why],
        **table.names(source, understood),
    )


def load(
    stores: Stores,
    path: Path,
    *,
    name: str = "",
    mapping: Mapping | None = None,
    named: dict[str, str] | None = None,
    format: Kind | None = None,
    by: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Loads one file: every run in it lands, in one snapshot, or none does.

    `named` gives model, dataset, revision where the file does not hold them. A run that is there
    already is reported and changes nothing. Raises Trouble where the file cannot be read, where
    most of its rows cannot, or where its prompts contradict those the data set already has.
    """
    source = Source(path, name, format)
    sha256 = source.sha256()
    understood = table.understand(source, mapping)
    table.ready(understood, source)
    staged = stage.open_stage(stores.warehouse)
    try:
        found, refused, rows = _fill(staged, source, understood, named or {}, sha256, progress)
        _enough(staged, refused, rows, source)
        _agrees(staged, source)
        report = _report(staged, found, refused, understood.title or source.kind(), source.name)
        have = {run["run_id"]: run for run in runs.of_file(stores.warehouse, sha256)}
        for run in report.loaded:
            if stands := have.get(run.run):  # perhaps loaded under another file name
                run.already, run.model, run.dataset = True, stands["model"], stands["dataset"]
        if not dry_run:
            _land(stores, staged, found, report, source, sha256, understood, by)
    finally:
        staged.close()
    return report


def _fill(
    staged: Stage,
    source: Source,
    mapping: Mapping,
    named: dict[str, str],
    sha256: str,
    progress: Progress | None,
) -> tuple[dict[str, Run], list[dict[str, Any]], int]:
    found: dict[str, Run] = {}
    refused: list[dict[str, Any]] = []
    rows = 0
    for batch in table.read(source, mapping, named, sha256):
        for name, held in batch.rows.items():
            staged.add(name, held)
        rows = batch.lines
        found.update(batch.runs)
        refused += [{"file": source.name, "line": r[0], "why": r[1]} for r in batch.rows["refused"]]
        del refused[SHOWN:]
        if progress:
            progress(batch.position, batch.lines)
    return found, refused, rows


def _enough(staged: Stage, refused: list[dict[str, Any]], rows: int, source: Source) -> None:
    """Refuses a file most of whose rows were refused: it is not what it was taken for."""
    bad = staged.counts["refused"]
    if bad * 2 > rows:
        first = refused[0]
        raise Trouble(
            f"{source.name}: {bad} of {rows} rows cannot be read; line {first['line']}: "
            f"{first['why']}",
            "correct the file or its mapping; nothing was loaded",
        )


def _agrees(staged: Stage, source: Source) -> None:
    differ, known, example = stage.differing(staged)
    if differ * 2 > known:
        raise Trouble(
            f"{source.name}: {differ} of {known} ids stand for other prompts in this data set "
            f"already, for instance {example!r}",
            "give the file a data set of its own: --dataset NAME",
        )


def _report(
    staged: Stage, found: dict[str, Run], refused: list[dict[str, Any]], format: str, name: str
) -> Report:
    counts = {table: stage.rows(staged, table) for table in COUNTED}
    items = stage.items(staged, [(run.run_id, run.dataset) for run in found.values()])
    loaded = [
        Loaded(
            run.run_id,
            run.model,
            run.dataset,
            format,
            items=items[run.run_id],
            refused=staged.counts["refused"],
            outputs=counts["outputs"][run.run_id],
            scores=counts["scores"][run.run_id],
            labels=counts["labels"][run.run_id],
            steps=counts["steps"][run.run_id],
        )
        for run in found.values()
    ]
    more = staged.counts["refused"] - len(refused)
    if more:
        refused = [*refused, {"file": name, "line": None, "why": f"and {more} more rows"}]
    return Report(loaded, refused)


def _land(
    stores: Stores,
    staged: Stage,
    found: dict[str, Run],
    report: Report,
    source: Source,
    sha256: str,
    mapping: Mapping,
    by: str,
) -> None:
    # Labels first: they show only once their run is there, and adding them twice adds nothing.
    labels.add_many(stores.ledger, stage.labels(staged), scheme=mapping.title or "imported")
    params = {
        "mapping": mapping.model_dump(exclude_defaults=True),
        "refused": staged.counts["refused"],
    }
    described = [
        asdict(run)
        | {
            "format": mapping.title or source.kind(),
            "source": source.name,
            "sha256": sha256,
            "params": json.dumps(params, sort_keys=True),
            "made_at": datetime.now(UTC).replace(tzinfo=None),
            "loaded_by": by or _me(),
        }
        for run in found.values()
    ]
    new = stage.land(staged, described, sha256, source.name)
    for run in report.loaded:
        run.already = run.run not in new


def _me() -> str:
    """Who is logged in; a container may know no name for its user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
