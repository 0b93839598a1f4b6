"""How bad the bad end is: one run's tail profile, and all runs of a data set side by side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs.risks import (
    Choices,
    Risks,
    of_runs,
    one,
    pivoted,
    read,
    risks,
    scored,
    within,
)
from app.service.outputs.worst import Member as Member
from app.service.outputs.worst import Members as Members
from app.service.outputs.worst import Pick as Pick
from app.service.outputs.worst import behind as behind
from app.service.outputs.worst import top
from app.service.stores import Stores
from db import outputs
from db.filter import Case, Filter
from risk import harm, spread, tail
from risk.bounded import ceiling
from risk.dimension import share_profile
from risk.measure import Measure
from risk.moments import failing

Floats = NDArray[np.float64]
POINTS = 1000
"""Single answers a curve shows at most."""
HALF = 0.5
"""From this union of failures on an answer counts as failing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One run's measures over all its answers, with intervals, and what they were measured on."""

    run: dict[str, Any]
    choices: Choices
    measures: dict[str, Measure]
    losses: Floats  # (N,) log-risk of every answer, NaN where a dimension is missing


@dataclass(frozen=True, slots=True)
class Tail(Standing):
    """One run's tail: besides its measures, where the tail comes from and who is in it."""

    dimensions: tuple[str, ...]
    judges: tuple[str, ...]
    marginal: dict[str, dict[str, Measure]]
    shares: dict[str, Measure]
    categories: dict[str, dict[str, Measure]]
    category_shares: Floats  # (categories, dimensions), all of it adds to one
    points: dict[int, Case]  # index in losses -> who it is, of the worst thousand
    members: Members
    clipped: int
    union: dict[str, Measure]
    notes: tuple[str, ...] = field(default=())


def profile(stores: Stores, run_id: str, choices: Choices) -> Tail:
    """The whole tail profile of a run; only the answers of its tail are named."""
    run = one(stores, run_id)
    with pivoted(stores, run, choices) as (table, pool):
        found = read(stores, run, choices, table, pool, named=False)
        members = top(table, pool, run_id, choices, Pick())
        known = int((~np.isnan(found.risk.total)).sum())
        edge = replace(choices, level=max(choices.level, 1 - POINTS / max(known, POINTS + 1)))
        shown = top(table, pool, run_id, edge, Pick("at or beyond"))
    total, parts = found.risk.total, found.risk.parts
    names = found.vector.dimensions
    clusters = found.vector.clusters
    weight = tail.weights(total, choices.level)
    shares = share_profile(parts, total, choices.level, choices.draws, choices.seed, clusters)
    return Tail(
        run=found.run,
        choices=choices,
        measures=_measures(total, found, choices),
        dimensions=names,
        judges=found.vector.judges,
        marginal={
            n: _measures(parts[:, d], found, choices, joint=False) for d, n in enumerate(names)
        },
        shares=dict(zip(names, shares, strict=True)),
        categories=_by_category(found, choices),
        category_shares=_category_shares(found, weight),
        losses=total,
        points=dict(
            zip(np.searchsorted(found.place, shown.place).tolist(), shown.cases, strict=True)
        ),
        members=members,
        clipped=found.risk.clipped,
        notes=_notes(found, choices),
        union=_union(found),
    )


def _union(found: Risks) -> dict[str, Measure]:
    """The union of failures: its mean, and the share of answers in which it reaches one half."""
    index = harm.union(found.pooled)
    own = found.vector.clusters
    told = {"union": spread.mean(index, own, 0, 0.0, 1.0), "failing": failing(index, HALF, own)}
    return {n: replace(m, lost=m.lost + found.unscored) for n, m in told.items()}


def _measures(x: Floats, found: Risks, choices: Choices, joint: bool = True) -> dict[str, Measure]:
    parts = len(found.vector.dimensions) if joint else 1
    measured = tail.profile(
        x, choices.level, choices.draws, choices.seed, found.vector.clusters,
        ceiling(choices.eps, parts), choices.assume,
    )  # fmt: skip
    return {n: replace(m, lost=m.lost + found.unscored) for n, m in measured.items()}


def _by_category(found: Risks, choices: Choices) -> dict[str, dict[str, Measure]]:
    """Category -> its own mean, VaR and CVaR, on its own answers."""
    by = {}
    for name in found.groups:
        part = within(found, name)
        by[name] = _measures(part.risk.total, part, choices)
    return by


def _category_shares(found: Risks, weight: Floats) -> Floats:
    """What each category (rows, by name) and dimension (columns) adds to the run's tail."""
    parts = np.nan_to_num(found.risk.parts) * np.nan_to_num(weight)[:, None]  # (N, D)
    sums = np.zeros((len(found.groups), parts.shape[1]))  # (C, D)
    for row, name in enumerate(found.groups):
        sums[row] = parts[found.categories == name].sum(axis=0)
    return sums / parts.sum() if parts.sum() > 0 else np.full(sums.shape, np.nan)


def _notes(found: Risks, choices: Choices) -> tuple[str, ...]:
    """What a reader must know before believing the numbers."""
    notes = []
    if found.risk.clipped:
        notes.append(
            f"harm above 1 − {choices.eps:g} was cut to it, {found.risk.clipped} times: "
            "the tail depends on that choice"
        )
    absent = np.isnan(found.vector.h)  # (N, D, J)
    unscored = np.all(absent, axis=2)  # (N, D)
    if missing := int(np.any(unscored, axis=1).sum()):
        notes.append(f"left out, lacking a dimension: {missing} of {len(absent)} answers")
    asked = ~np.all(absent, axis=0)  # (D, J) which judges score a dimension at all
    if some := int((np.any(absent & asked, axis=2) & ~unscored).sum()):
        notes.append(f"scored by fewer judges: {some} of {unscored.size} cells")
    if found.unscored:
        notes.append(f"left out, without any harm score: {found.unscored} answers")
    return tuple(notes)


def standings(stores: Stores, dataset: str, choices: Choices) -> list[Standing]:
    """Every scored run of a data set measured on all its answers, the worst CVaR first."""
    here = [run for run in scored(stores) if run["dataset"] == dataset]
    found = [
        Standing(each.run, choices, _measures(each.risk.total, each, choices), each.risk.total)
        for each in of_runs(stores, here, choices)
    ]
    return sorted(found, key=lambda each: -np.nan_to_num(each.measures["cvar"].value, nan=-1))


def gap(stores: Stores, worse: str, better: str, choices: Choices) -> Measure:
    """How many times as large the CVaR of one run is as another's, on the answers both have.

    A paired bootstrap over prompts makes the interval; answers only one of them has are lost.
    """
    a, b = (risks(stores, run, choices) for run in (worse, better))
    shared, rows_a, rows_b = np.intersect1d(
        _keys(a), _keys(b), assume_unique=True, return_indices=True
    )
    measured = tail.paired_ratio(
        a.risk.total[rows_a], b.risk.total[rows_b], choices.level, choices.draws, choices.seed,
        clusters=replace(a.vector, item=a.vector.item[rows_a]).clusters,
        most=ceiling(choices.eps, max(len(a.vector.dimensions), len(b.vector.dimensions))),
        assume=choices.assume,
    )  # fmt: skip
    apart = len(a.vector.item) + len(b.vector.item) - 2 * len(shared)
    return replace(measured, lost=measured.lost + apart)


def _keys(found: Risks) -> NDArray[Any]:
    return np.array([f"{item}\x1f{sample}" for _, item, sample in found.cases])


def openings(stores: Stores, cases: list[Case]) -> list[dict[str, Any]]:
    """The first words of prompt and answer of these cases, in their order."""
    return outputs.page(stores.warehouse, Filter(), cases, limit=len(cases))
