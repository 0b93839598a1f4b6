"""How bad the bad end is: one run's tail profile, and all runs of a data set side by side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.risks import Choices, Risks, of_runs, risks, scored, within
from app.service.stores import Stores
from db import outputs
from db.filter import Case, Filter
from risk import tail
from risk.measure import Measure

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Member:
    """One answer of the tail: its weight in CVaR, its log-risk in all and by dimension."""

    case: Case
    weight: float
    total: float
    parts: tuple[float, ...]
    category: str


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
    shares: dict[str, float]
    categories: dict[str, dict[str, Measure]]
    category_shares: Floats  # (categories, dimensions), all of it adds to one
    cases: tuple[Case, ...]  # (N,) whose loss it is
    members: tuple[Member, ...]
    clipped: int
    notes: tuple[str, ...] = field(default=())


def profile(stores: Stores, run_id: str, choices: Choices) -> Tail:
    """The whole tail profile of a run."""
    found = risks(stores, run_id, choices)
    total, parts = found.risk.total, found.risk.parts
    names = found.vector.dimensions
    weight = tail.weights(total, choices.level)
    return Tail(
        run=found.run,
        choices=choices,
        measures=_measures(total, found, choices),
        dimensions=names,
        judges=found.vector.judges,
        marginal={n: _measures(parts[:, d], found, choices) for d, n in enumerate(names)},
        shares=dict(zip(names, tail.shares(parts, total, choices.level).tolist(), strict=True)),
        categories=_by_category(found, choices),
        category_shares=_category_shares(found, weight),
        losses=total,
        cases=tuple(found.cases),
        members=_members(found, weight),
        clipped=found.risk.clipped,
        notes=_notes(found, choices),
    )


def _measures(x: Floats, found: Risks, choices: Choices) -> dict[str, Measure]:
    measured = tail.profile(
        x, choices.level, choices.draws, choices.seed, clusters=found.vector.clusters
    )
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


def _members(found: Risks, weight: Floats) -> tuple[Member, ...]:
    """The answers that add to CVaR, the heaviest first; one without risk adds nothing."""
    order = np.lexsort((found.vector.item.astype(str), -found.risk.total))
    cases = found.cases
    return tuple(
        Member(
            cases[row],
            float(weight[row]),
            float(found.risk.total[row]),
            tuple(found.risk.parts[row].tolist()),
            str(found.categories[row]),
        )
        for row in order
        if weight[row] * found.risk.total[row] > 0
    )


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
        Standing(one.run, choices, _measures(one.risk.total, one, choices), one.risk.total)
        for one in of_runs(stores, here, choices)
    ]
    return sorted(found, key=lambda one: -np.nan_to_num(one.measures["cvar"].value, nan=-1))


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
    )  # fmt: skip
    apart = len(a.vector.item) + len(b.vector.item) - 2 * len(shared)
    return replace(measured, lost=measured.lost + apart)


def _keys(found: Risks) -> NDArray[Any]:
    return np.array([f"{item}\x1f{sample}" for _, item, sample in found.cases])


def openings(stores: Stores, members: list[Member]) -> list[dict[str, Any]]:
    """The first words of prompt and answer of these members, in their order."""
    cases = [member.case for member in members]
    return outputs.page(stores.warehouse, Filter(), cases, limit=len(cases))
