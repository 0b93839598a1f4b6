"""A lens put before a run's columns, or before several runs': what it finds, a row a number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.service.outputs.risks import names as names_of
from data.trouble import Trouble
from risk import marks
from risk.lens import Columns, Finding, Lens, Value, finite
from risk.seen import says

Fed = tuple[dict[str, Any], Columns]
"""A run and its columns."""


@dataclass(frozen=True, slots=True)
class Row:
    """One number of one run through a lens; NaN where it could not be measured, and `why`."""

    run: str
    model: str
    dataset: str
    group: str
    measure: str
    value: float
    low: float
    high: float
    n: int
    lost: int
    why: str

    def json(self) -> dict[str, Any]:
        """The row with null for what is not known."""
        return {k: None if v != v else v for k, v in asdict(self).items()}


def one(
    lens: Lens, run: dict[str, Any], columns: Columns, settings: Mapping[str, Value], by: str
) -> list[Row]:
    """What a lens finds on one run; with `by` on each value of that column alone."""
    return [_row(run, found) for found in _looked(lens, finite(columns), settings, by)]


def _looked(
    lens: Lens, columns: Columns, settings: Mapping[str, Value], by: str
) -> Iterator[Finding]:
    if not by:
        yield from lens.measures(columns, settings)
        return
    if by not in columns:
        raise Trouble(f"there is no column {by!r} to look by", f"it can be {', '.join(columns)}")
    for value in _values(columns, by):
        part = _part(columns, by, value)
        if lens.lacks(part, settings):
            continue
        for one in lens.measures(part, settings):
            group = f"{value} · {one.group}" if one.group else value
            yield Finding(one.measure, one.found, group)


def _values(columns: Columns, by: str) -> list[str]:
    """The values of a column to look by."""
    return sorted({v for v in marks.names(columns[by]).tolist() if v is not None})


def _part(columns: Columns, by: str, value: str) -> Columns:
    """The rows whose column `by` reads `value`."""
    keep = says(marks.names(columns[by]), value)
    return {name: column[keep] for name, column in columns.items()}


def several(lens: Lens, fed: list[Fed], settings: Mapping[str, Value], by: str) -> Iterator[Row]:
    """What a lens finds on several runs of a data set at once; `by` as in `one`."""
    names = names_of([run for run, _ in fed])
    tables = {names[run["run_id"]]: finite(columns) for run, columns in fed}
    of = {names[run["run_id"]]: run for run, _ in fed}
    whole = {"run_id": "", "model": "", "dataset": fed[0][0]["dataset"]}
    for value in sorted({v for t in tables.values() for v in _values(t, by)}) if by else [""]:
        part = {n: _part(t, by, value) for n, t in tables.items()} if by else tables
        part = {n: t for n, t in part.items() if not lens.lacks(t, settings)}
        if len(part) < 2 and not (lens.alone and part):
            continue
        for one in lens.measures(part, settings):
            name = one.run or one.group
            group = "" if not one.run and one.group in of else one.group
            group = " · ".join(word for word in (value, group) if word)
            yield _row(of.get(name, whole), Finding(one.measure, one.found, group))


def _row(run: dict[str, Any], one: Finding) -> Row:
    m = one.found
    return Row(
        run["run_id"], run["model"], run["dataset"], one.group, one.measure,
        m.value, m.low if math.isfinite(m.low) else math.nan,
        m.high if math.isfinite(m.high) else math.nan, m.n, m.lost, m.why,
    )  # fmt: skip
