"""A look at a file before anything is written: its format, its first rows, its columns."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from data.batch import FIELDS, Batch
from data.mapping import Mapping
from data.read import reading, table
from data.read.reading import Reading

SHOWN = 20
"""Rows of a preview."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A file as it stands: its format, the mapping that would be used, first rows, columns.

    A native log needs no mapping: then it is None, and the rows are as they would be loaded.
    """

    format: str
    mapping: Mapping | None
    rows: list[dict[str, Any]]
    columns: list[str]
    refused: list[dict[str, Any]]
    model: str | None
    dataset: str | None


def preview(
    path: Path, name: str = "", mapping: Mapping | None = None, format: str | None = None
) -> Preview:
    """The first rows of a file and how it would be understood; nothing is written.

    Raises Trouble where the file cannot be read or understood.
    """
    opened = reading.opened(path, name, mapping, format)
    return _log(opened) if opened.mapping is None else _table(opened, opened.mapping)


def _table(opened: Reading, understood: Mapping) -> Preview:
    source = opened.source
    lines = list(islice(table.recast(source, understood), SHOWN))
    rows = [line.record for line in lines if not line.why]
    return Preview(
        format=understood.title or source.kind().upper(),
        mapping=understood,
        rows=rows,
        columns=_names(rows),
        refused=[{"file": source.name, "line": x.number, "why": x.why} for x in lines if x.why],
        **table.names(source, understood),
    )


def _log(opened: Reading) -> Preview:
    batch = next(opened.batches({}, ""), Batch())
    held = {name: _held(batch, name) for name in ("items", "outputs", "scores", "acts")}
    prompts = {row["item_id"]: row for row in held["items"]}
    beside: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in held["scores"]:
        of = beside.setdefault((row["run_id"], row["item_id"], row["sample"]), {})
        of[f"{row['dimension']} · {row['scorer']}"] = row["value"]
    for row in held["acts"]:
        of = beside.setdefault((row["run_id"], row["item_id"], row["sample"]), {})
        of["act"] = row["act"]
    rows = [
        {
            "item_id": row["item_id"],
            "prompt": prompts.get(row["item_id"], {}).get("prompt"),
            "response": row["response"],
            **beside.get((row["run_id"], row["item_id"], row["sample"]), {}),
        }
        for row in held["outputs"][:SHOWN]
    ]
    runs = list(batch.runs.values())
    return Preview(
        format=opened.title,
        mapping=None,
        rows=rows,
        columns=_names(rows),
        refused=[
            {"file": opened.source.name, "line": line, "why": why}
            for line, why, _ in batch.rows["refused"][:SHOWN]
        ],
        model=_one({run.model for run in runs}),
        dataset=_one({run.dataset for run in runs}),
    )


def _held(batch: Batch, name: str) -> list[dict[str, Any]]:
    return [dict(zip(FIELDS[name], row, strict=True)) for row in batch.rows[name]]


def _names(rows: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(column for row in rows for column in row))


def _one(names: set[str | None]) -> str | None:
    """The name where there is just one."""
    return names.pop() if len(names) == 1 else None
