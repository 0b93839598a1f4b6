"""Two or more models on the same items: what differs, how surely, in which places, and why."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs import losses
from app.service.outputs.losses import Losses
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from data.trouble import Trouble
from db import outputs
from db.filter import Case, Filter
from risk import compare, driving, ranked
from risk.compare import Shared, Statistic
from risk.dominance import Dominance, Order
from risk.dominance import dominance as over_thresholds
from risk.flips import Flip, flips
from risk.measure import Measure
from risk.ranked import Outcome

Array = NDArray[Any]
ORDERS: tuple[Order, Order] = (1, 2)
AT_ONCE = 4
"""Runs read at once."""
SHOWN = 6
"""Flips drawn at most; the table has all."""
STATISTICS: tuple[Statistic, ...] = ("mean", "var", "cvar")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two of the runs, by place: differences a minus b, bootstrap p and signed ranks, Holm's too.

    `p` statistic -> (as found, adjusted over all pairs); `signed` has its p adjusted as `holm`.
    """

    a: int
    b: int
    gaps: dict[str, Measure]
    p: dict[str, tuple[float, float]]
    signed: Outcome
    holm: float


@dataclass(frozen=True, slots=True)
class Compared:
    """The runs, `what` was compared with which direction, and all that came out.

    A row of `shared.x` is a run of `runs`, a column the answer `items`, `samples` of all of them.
    Up is worse: where a score's direction is good the loss is 1 minus it. `apart` counts answers
    that not all of them have; `absent` are the runs asked for that have no such score.
    """

    runs: tuple[str, ...]
    what: str
    up: str
    choices: Choices
    shared: Shared
    items: Array
    samples: Array
    categories: Array
    places: dict[str, list[Measure]]
    pairs: tuple[Pair, ...]
    ranks: Outcome
    flips: tuple[Flip, ...]
    apart: int
    absent: tuple[str, ...]

    def gap(self, a: str, b: str, name: Statistic) -> Measure:
        """The difference of a statistic, a minus b."""
        return compare.difference(self.shared, self.runs.index(a), self.runs.index(b), name)


@dataclass(frozen=True, slots=True)
class Driver:
    """One answer that drives a gap: both sides' losses, and what it adds to mean and CVaR gap."""

    case: Case
    category: str
    a: float
    b: float
    mean: float
    tail: float


def of(stores: Stores, chosen: tuple[str, ...], what: str, choices: Choices) -> Compared:
    """The comparison of the chosen runs. Raises Trouble where fewer than two share two items."""

    def told(run_id: str) -> Losses | None:
        try:
            return losses.of_run(stores, run_id, what, choices)
        except Trouble:
            return None

    with ThreadPoolExecutor(AT_ONCE) as hands:  # DuckDB works outside Python's lock
        every = dict(zip(chosen, hands.map(told, chosen), strict=True))
    found = {run_id: one for run_id, one in every.items() if one is not None}
    absent = [run_id for run_id, one in every.items() if one is None]
    directions = {one.up for one in found.values()}
    if len(directions) > 1:
        raise Trouble(
            f"up means {' and '.join(sorted(directions))} for {what!r} in these runs",
            "compare runs whose scores have one direction, or load one of them again with `scales`",
        )
    if len(found) < 2:
        raise Trouble(
            f"{len(found)} of {len(chosen)} runs have {what!r} as it is measured here",
            "choose two models that have it, another judge or another score",
        )
    return _compared(found, what, choices, tuple(absent))


def _compared(
    found: dict[str, Losses], what: str, choices: Choices, absent: tuple[str, ...]
) -> Compared:
    one = next(iter(found.values()))
    x, at = _aligned(list(found.values()))
    items, samples, categories = one.items[at], one.samples[at], one.categories[at]
    if (prompts := len(set(items.tolist()))) < 2:
        raise Trouble(
            f"the chosen models share {prompts} scored prompts",
            "choose models that answered the same prompts",
        )
    new = items[1:] != items[:-1]
    clusters = None if new.all() else np.concatenate(([0], np.cumsum(new)))
    far = [one.most for one in found.values()]
    most = None if None in far else max(m for m in far if m is not None)
    shared = compare.shared(
        x, choices.level, choices.draws, choices.seed, clusters, most=most, assume=choices.assume
    )
    every = len(set().union(*(one.keys.tolist() for one in found.values())))
    return Compared(
        runs=tuple(found), what=what, up=one.up, choices=choices, shared=shared, items=items,
        samples=samples, categories=categories, pairs=_pairs(shared),
        places={name: compare.places(shared, name) for name in STATISTICS},
        ranks=ranked.friedman(ranked.by_item(x, clusters)),
        flips=tuple(flips(shared)), apart=every - shared.n, absent=absent,
    )  # fmt: skip


def _aligned(found: list[Losses]) -> tuple[Array, Array]:
    """Losses (runs, n) of the answers all runs have a loss for, and their rows in the first run."""
    rows: list[dict[str, int]] = []
    for one in found:
        known = ~np.isnan(one.loss)
        pairs = zip(one.keys.tolist(), range(len(known)), known.tolist(), strict=True)
        rows.append({key: row for key, row, there in pairs if there})
    common = sorted(set(rows[0]).intersection(*rows[1:]))
    at = np.array([[of[key] for key in common] for of in rows], dtype=np.int64)
    at = at.reshape(len(rows), -1)
    x = np.stack([one.loss[own] for one, own in zip(found, at, strict=True)])
    return x, at[0]


def _pairs(shared: Shared) -> tuple[Pair, ...]:
    at = list(combinations(range(len(shared.x)), 2))
    gaps: list[dict[str, Measure]] = [
        {n: compare.difference(shared, a, b, n) for n in STATISTICS} for a, b in at
    ]
    p = {name: [compare.p_of(shared, a, b, name) for a, b in at] for name in STATISTICS}
    adjusted = {name: ranked.holm(values) for name, values in p.items()}
    means = ranked.by_item(shared.x, shared.clusters)
    signed = [ranked.wilcoxon(means[a], means[b]) for a, b in at]
    holm = ranked.holm([one.p for one in signed])
    return tuple(
        Pair(
            a, b,
            gaps[k],
            {n: (p[n][k], float(adjusted[n][k])) for n in STATISTICS},
            signed[k], float(holm[k]),
        )
        for k, (a, b) in enumerate(at)
    )  # fmt: skip


def dominance(found: Compared, a: str, b: str) -> tuple[Dominance, Dominance]:
    """Whether run a carries more risk than b at every threshold, and in every tail."""
    one, two = (found.shared.x[found.runs.index(run)] for run in (a, b))
    first, second = (
        over_thresholds(one, two, order, clusters=found.shared.clusters) for order in ORDERS
    )
    return first, second


def drivers(found: Compared, a: str, b: str) -> list[Driver]:
    """Every shared answer on which the two differ, those that drive the tail's gap most first."""
    one, two = (found.shared.x[found.runs.index(run)] for run in (a, b))
    mean = driving.drivers(one, two, found.choices.level)
    tail = driving.drivers(one, two, found.choices.level, "cvar")
    order = np.lexsort((-np.abs(mean), -np.abs(tail)))
    return [
        Driver(
            (a, str(found.items[q]), int(found.samples[q])), str(found.categories[q]),
            float(one[q]), float(two[q]), float(mean[q]), float(tail[q]),
        )
        for q in order
        if one[q] != two[q]
    ]  # fmt: skip


def focus(found: Compared) -> tuple[str, str]:
    """The pair to look at first: the surest flip, else the worst tail against the best."""
    if found.flips:
        return found.runs[found.flips[0].a], found.runs[found.flips[0].b]
    order = np.argsort(-found.shared.value["cvar"], kind="stable")
    return found.runs[int(order[0])], found.runs[int(order[-1])]


def on_flips(found: Compared, place: int) -> str:
    """What a picked flip stands for: its two runs."""
    flip = found.flips[place]
    return f"{found.runs[flip.a]} {found.runs[flip.b]}"


def picked(found: Compared, pick: str, chosen: tuple[str, str]) -> tuple[str, str]:
    """The pair a pick names (two runs, or one against the first chosen), else the chosen one."""
    runs = [run for run in pick.split() if run in found.runs]
    pair = (runs[0], runs[1]) if len(runs) > 1 else (chosen[0], runs[0] if runs else chosen[1])
    return pair if pair[0] != pair[1] else chosen


def openings(stores: Stores, chosen: tuple[Driver, ...]) -> list[dict[str, Any]]:
    """The first words of prompt and answer of these, in their order."""
    cases = [driver.case for driver in chosen]
    return outputs.page(stores.warehouse, Filter(), cases, limit=len(cases))
