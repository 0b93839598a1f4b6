"""Lenses at work: which can run on what is loaded, and what they find."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from app.service import settle
from app.service.stores import Stores
from data.trouble import Trouble
from db import outputs, runs, scores
from risk import lenses
from risk.lens import Columns, Finding, Lens, Value


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
            "missing": {name: lens.how_to_get.get(name, "") for name in self.lacks},
            "settings": [asdict(p) for p in lens.parameters],
        }


def named(name: str) -> Lens:
    """The lens of that name. Raises Trouble listing those there are."""
    every = lenses.every()
    if name not in every:
        raise Trouble(f"there is no lens {name!r}", f"the lenses are {', '.join(every)}")
    return every[name]


def states(stores: Stores) -> list[State]:
    """Every lens: the runs it is ready for, or what it lacks on the run that comes closest."""
    columns = [(run, _columns(stores, run)) for run in _answering(stores)]
    found = []
    for lens in lenses.every().values():
        lacks = [(lens.lacks(tables[lens.table]), run["run_id"]) for run, tables in columns]
        ready = tuple(run for lack, run in lacks if not lack)
        least = min((lack for lack, _ in lacks), key=len, default=lens.needs)
        found.append(State(lens, ready, () if ready else least))
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
    for run in _chosen(_answering(stores), wanted):
        columns = _columns(stores, run)[lens.table]
        if lacks := lens.lacks(columns, settings):
            lacking[f"{run['model']} on {run['dataset']}"] = lacks
            continue
        try:
            found += [_row(run, one) for one in _looked(lens, columns, settings, by)]
        except ValueError as error:
            wrong.append(f"{name} on {run['model']}: {error}")
    seen = {name for row in found for name in (row.run, row.model)}
    if not found or any(name not in seen for name in wanted):
        if wrong:
            raise Trouble(wrong[0], "choose another setting or another run")
        _explain(lens, lacking)
    return found


def _explain(lens: Lens, lacking: dict[str, tuple[str, ...]]) -> None:
    missing = dict.fromkeys(name for lacks in lacking.values() for name in lacks) or lens.needs
    how = "; ".join(f"{name}: {lens.how_to_get.get(name, 'load it')}" for name in missing)
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
    for value in sorted({str(v) for v in columns[by] if v is not None}):
        keep = np.array([v is not None and str(v) == value for v in columns[by]])
        part = {name: column[keep] for name, column in columns.items()}
        if lens.lacks(part, settings):
            continue
        for one in lens.measures(part, settings):
            group = f"{value} · {one.group}" if one.group else value
            yield Finding(one.measure, one.found, group)


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


def _columns(stores: Stores, run: dict[str, Any]) -> dict[str, Columns]:
    """The run's columns by table: its scores, and its outputs with what people say they did."""
    told = outputs.columns(stores.warehouse, run["run_id"])
    return {
        "scores": scores.columns(stores.warehouse, run["run_id"]),
        "outputs": told | settle.columns(stores, run["run_id"], told),
    }
