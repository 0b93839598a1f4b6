"""Label events as Tailscope itself writes them, in a record or an export: those that hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from data import check
from data.read.line import Line
from data.write import cells

OWN = frozenset(["event", "what", "undoes", "person", "field", "value"])
"""The columns by which such a file is known."""
CASE = ("run_id", "item_id", "sample")


def holding(found: Iterable[Line], escaped: bool = False) -> Iterator[Line]:
    """The rows that hold: of each campaign, person and case the latest save not undone, of an
    import field by field, as in the ledger; of what a person said in two campaigns the last.

    What is no label, such as an undo or a change of a campaign, is left out. The rows stand in the
    order in which they were kept; `escaped` ones are of a CSV (see `data.write.cells`).
    """
    rows = [_plain(line) if escaped and not line.why else line for line in found]
    undone = {line.record.get("undoes") for line in rows} - {None, ""}
    last: dict[tuple[Any, ...], Any] = {}
    for line in rows:
        if _said(line.record) and line.record["event"] not in undone:
            last[_save(line.record)] = line.record["event"]
    held: dict[tuple[Any, ...], Line] = {}
    for line in rows:
        row = line.record
        if line.why:
            held[line.number, line.why] = line
        elif _said(row) and _holds(row, last):
            held[row["person"], row["field"], *(row.get(name) for name in CASE)] = line
    yield from held.values()


def _plain(line: Line) -> Line:
    return replace(line, record={name: cells.restored(x) for name, x in line.record.items()})


def _said(row: Mapping[str, Any]) -> bool:
    return row.get("what") in ("label", "import") and row.keys() >= OWN


def _save(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a later save of the same takes the place of."""
    of_import = row["field"] if row["what"] == "import" else ""
    return (row.get("campaign"), row["person"], *(row.get(name) for name in CASE), of_import)


def _holds(row: Mapping[str, Any], last: Mapping[tuple[Any, ...], Any]) -> bool:
    if row.get("holds") not in (None, ""):  # an export says so itself
        return bool(check.flag(row["holds"], "holds"))
    return bool(last.get(_save(row)) == row["event"])
