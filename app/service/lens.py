"""Lenses at work: which can run on what is loaded, and what they find."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

import numpy as np

from app.service import feed, pivot, steps
from app.service.risks import names as names_of
from app.service.stores import Stores
from data.trouble import Trouble
from db import runs, scores
from risk import lenses
from risk.lens import Columns, Finding, Lens, Table, Value

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


@dataclass(frozen=True, slots=True)
class State:
    """A lens, and the runs that can feed it; or the columns that are missing everywhere."""

    lens: Lens
    ready: tuple[str, ...]
    lacks: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """The state as `tailscope lens --json` prints it."""
        lens = self.lens
        return {
            "lens": lens.name,
            "title": lens.title,
            "source": lens.source,
            "status": lens.status,
            "up": lens.up,
            "needs": list(lens.needs),
            "ready": bool(self.ready),
            "runs": list(self.ready),
            "missing": {name: _how(lens, name) for name in self.lacks},
            "settings": [asdict(p) for p in lens.parameters],
        }


def _how(lens: Lens, name: str) -> str:
    """How to get a column; `run` stands for a second run to compare with."""
    other = "load the answers of another model to the same data set"
    return lens.how_to_get.get(name, other if name == "run" else "load it")


def named(name: str) -> Lens:
    """The lens of that name. Raises Trouble listing those there are."""
    every = lenses.every()
    if name not in every:
        raise Trouble(f"there is no lens {name!r}", f"the lenses are {', '.join(every)}")
    return every[name]


def states(stores: Stores) -> list[State]:
    """Every lens: the runs it is ready for, or what it lacks on the run that comes closest."""
    every = lenses.every().values()
    wanted = {name for lens in every for name in lens.needs}
    columns = [
        (run, {name: _columns(stores, run, name, wanted, peek=True) for name in get_args(Table)})
        for run in _answering(stores)
    ]
    found = []
    for lens in every:
        lacks = [(lens.lacks(tables[lens.table]), run) for run, tables in columns]
        fed = [run for lack, run in lacks if not lack]
        lone = lens.alone or not lens.across
        ready = tuple(run["run_id"] for run in fed if lone or _others(run, fed))
        least = min((lack for lack, _ in lacks), key=len, default=lens.needs)
        found.append(State(lens, ready, () if ready else least or ("run",)))
    return found


def look(
    stores: Stores,
    name: str,
    chosen: Iterable[str] = (),
    given: Mapping[str, Value] | None = None,
    by: str = "",
) -> list[Row]:
    """What a lens finds on the chosen runs (ids or model names), or on all that can feed it.

    `by` names a column; the lens then looks at each of its values alone. Raises Trouble where a
    setting is out of bounds, a run is not there, or a chosen run lacks what the lens needs.
    """
    lens = named(name)
    try:
        settings = lens.settings(given or {})
    except ValueError as error:
        raise Trouble(str(error), f"see its settings: tailscope lens --json ({name})") from error
    wanted = list(chosen)
    found: list[Row] = []
    lacking: dict[str, tuple[str, ...]] = {}
    wrong: list[str] = []
    fed: list[Fed] = []
    for run in _chosen(_answering(stores), wanted):
        columns = pivot.fed(stores, run, name, settings, by) or _columns(
            stores, run, lens.table, {*lens.needs, *lens.may_use, by}
        )
        if lacks := lens.lacks(columns, settings):
            lacking[f"{run['model']} on {run['dataset']}"] = lacks
            continue
        if lens.across:
            fed.append((run, columns))
            continue
        try:
            found += [_row(run, one) for one in _looked(lens, columns, settings, by)]
        except ValueError as error:
            wrong.append(f"{name} on {run['model']}: {error}")
    for some in _together(fed):
        if len(some) < 2 and not lens.alone:
            lacking[f"{some[0][0]['model']} on {some[0][0]['dataset']}"] = ("run",)
            continue
        try:
            found += _across(lens, some, settings, by)
        except ValueError as error:
            wrong.append(f"{name} on {some[0][0]['dataset']}: {error}")
    seen = {name for row in found for name in (row.run, row.model)}
    if lens.across and found:
        seen |= {run[key] for run, _ in fed for key in ("run_id", "model")}
    if not found or any(name not in seen for name in wanted):
        if wrong:
            raise Trouble(wrong[0], "choose another setting or another run")
        _explain(lens, lacking)
    return found


def _explain(lens: Lens, lacking: dict[str, tuple[str, ...]]) -> None:
    missing = dict.fromkeys(name for lacks in lacking.values() for name in lacks) or lens.needs
    how = "; ".join(f"{name}: {_how(lens, name)}" for name in missing)
    where = f" ({', '.join(list(lacking)[:3])})" if lacking else ""
    raise Trouble(f"{lens.name} needs {', '.join(missing)}{where}", how)


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
    return sorted({str(v) for v in columns[by] if v is not None})


def _part(columns: Columns, by: str, value: str) -> Columns:
    """The rows whose column `by` reads `value`."""
    keep = np.array([v is not None and str(v) == value for v in columns[by]], dtype=bool)
    return {name: column[keep] for name, column in columns.items()}


def _together(fed: list[Fed]) -> list[list[Fed]]:
    """The runs of each data set."""
    sets = dict.fromkeys(run["dataset"] for run, _ in fed)
    return [[one for one in fed if one[0]["dataset"] == name] for name in sets]


def _others(run: dict[str, Any], every: list[dict[str, Any]]) -> bool:
    return any(run["dataset"] == one["dataset"] and run["run_id"] != one["run_id"] for one in every)


def _across(lens: Lens, fed: list[Fed], settings: Mapping[str, Value], by: str) -> Iterator[Row]:
    """What a lens finds on several runs of a data set at once; `by` as in `look`."""
    names = names_of([run for run, _ in fed])
    tables = {names[run["run_id"]]: columns for run, columns in fed}
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


def _answering(stores: Stores) -> list[dict[str, Any]]:
    found = [run for run in runs.every(stores.warehouse) if run["model"] is not None]
    return sorted(found, key=lambda run: (run["dataset"], run["model"], run["run_id"]))


def _chosen(every: list[dict[str, Any]], wanted: list[str]) -> list[dict[str, Any]]:
    absent = [w for w in wanted if not any(w in (run["run_id"], run["model"]) for run in every)]
    if absent:
        raise Trouble(
            f"there is no run {absent[0]!r}", "choose one of those listed: tailscope runs"
        )
    return [run for run in every if not wanted or {run["run_id"], run["model"]} & set(wanted)]


def _columns(
    stores: Stores, run: dict[str, Any], table: Table, wanted: Collection[str], peek: bool = False
) -> Columns:
    """The run's scores, its steps, or its outputs with what is `wanted` (see `feed.columns`)."""
    if table == "scores":
        return scores.columns(stores.warehouse, run["run_id"], scores.TAGS & set(wanted))
    read = steps.columns if table == "steps" else feed.columns
    return read(stores, run, wanted, peek)
