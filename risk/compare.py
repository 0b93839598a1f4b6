"""Comparison: paired differences on shared items with their bootstrap, and what drives a gap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from risk.bootstrap import Codes, replicates
from risk.interval import Floats, percentiles
from risk.measure import Measure
from risk.worst import cvar, mass, var, weights

Statistic = Literal["mean", "median", "var", "cvar"]
STATISTICS: tuple[Statistic, ...] = ("mean", "median", "var", "cvar")


@dataclass(frozen=True, slots=True)
class Shared:
    """M models on the n rows all of them have, and one set of bootstrap replicates for all.

    `x` (M, n); `value` statistic -> (M,); `many` statistic -> (M, draws), every replicate drawn
    from the same items for all models; `kept` marks the rows used among those given.
    """

    x: Floats
    clusters: Codes | None
    level: float
    value: dict[str, Floats]
    many: dict[str, Floats]
    kept: Floats
    lost: int

    @property
    def n(self) -> int:
        """Rows all models share."""
        return int(self.x.shape[1])


def shared(
    x: ArrayLike,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
    wanted: tuple[Statistic, ...] = ("mean", "var", "cvar"),
) -> Shared:
    """The paired bootstrap of M models: x (M, N), row q of all being the same item (TR-13).

    A row missing for any model is lost to all. `clusters` (N,) codes the item of a row, so that
    several answers to one prompt are drawn together. ValueError with fewer than two shared items.

    >>> found = shared([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]], draws=50)
    >>> found.n, found.value["mean"].round(4).tolist()
    (3, [0.6333, 0.4333])
    """
    rows = np.atleast_2d(np.asarray(x, dtype=float))
    kept = ~np.isnan(rows).any(axis=0)
    whole, own = rows[:, kept], None if clusters is None else np.asarray(clusters)[kept]
    of: dict[str, Callable[[Floats], float]] = {
        "mean": lambda row: float(row.mean()),
        "median": lambda row: float(np.median(row)),
        "var": lambda row: var(row, level),
        "cvar": lambda row: cvar(row, level),
    }
    many = replicates(whole, level, draws, seed, own, wanted)
    value: dict[str, Floats] = {n: np.array([of[n](row) for row in whole]) for n in wanted}
    return Shared(whole, own, level, value, many, kept, int((~kept).sum()))


def difference(found: Shared, a: int, b: int, statistic: Statistic = "mean") -> Measure:
    """The statistic of model a minus that of model b, with its 95 % paired bootstrap interval.

    >>> two = shared([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]], draws=200)
    >>> round(difference(two, 0, 1).value, 4)
    0.2
    """
    value = float(found.value[statistic][a] - found.value[statistic][b])
    many = found.many[statistic][a] - found.many[statistic][b]
    return Measure(
        value, *percentiles(many), n=found.n, lost=found.lost, why=_few(found, statistic)
    )


def two_sided(replicates: ArrayLike, counted_out: bool = False) -> float:
    """Bootstrap p of a difference: twice the smaller share of replicates on a side of 0, up to 1.

    One is added to counts and draws, since finitely many draws cannot show p = 0; not so where all
    resamples were `counted_out` (TR-13).

    >>> d = np.array([0.3, -0.1, 0.4])
    >>> every = [d[list(i)].mean() for i in np.ndindex(3, 3, 3)]
    >>> round(two_sided(every, counted_out=True), 4)
    0.0741
    """
    many = np.asarray(replicates, dtype=float)
    more = 0 if counted_out else 1
    tie = 1e-12 * max(float(np.abs(many).max(initial=0)), 1e-300)
    sides = min((many <= tie).sum(), (many >= -tie).sum())
    return float(min(1.0, 2 * (sides + more) / (many.size + more)))


def p_value(value: float, replicates: ArrayLike) -> float:
    """Two-sided p of a difference; where no replicate crosses 0, the normal law's if it is less.

    Counting cannot show less than 2/(draws + 1), too coarse for a family of many pairs.

    >>> p_value(5.0, [4.0, 5.0, 6.0]) < 1e-6 < p_value(0.5, [-0.5, 0.5, 1.5])
    True
    """
    many = np.asarray(replicates, dtype=float)
    counted, spread = two_sided(many), float(many.std())
    if spread == 0 or counted > 2 / (many.size + 1):
        return counted
    return min(counted, float(2 * norm.sf(abs(value) / spread)))


def drivers(a: ArrayLike, b: ArrayLike, level: float = 0.95, statistic: str = "mean") -> Floats:
    """What each row adds to the gap between two models: (n,) that sums to the difference exactly.

    At the mean (a - b)/n. In the tail each side's value times its weight in its own CVaR, over the
    mass of the tail: a row counts where it is in either tail. Ours: an identity. NaN is refused.

    >>> drivers([1, 2, 6, 3], [1, 2, 3, 5], 0.5, "cvar").tolist()
    [0.0, 0.0, 1.5, -1.0]
    """
    one, two = (np.asarray(side, dtype=float) for side in (a, b))
    if np.isnan(one).any() or np.isnan(two).any():
        raise ValueError("a row is missing on one side; give the rows both models have")
    if statistic == "mean":
        return np.asarray((one - two) / max(one.size, 1))
    if statistic != "cvar":
        raise ValueError(f"statistic is {statistic!r}; rows add up to mean and cvar only")
    m = float(mass(one.size, level))
    return np.asarray((weights(one, level) * one - weights(two, level) * two) / m)


def by_item(x: ArrayLike, clusters: Codes | None) -> Floats:
    """The mean of each item's rows, (M, n) to (M, items): rank tests want one row an item.

    >>> by_item([[1.0, 3.0, 5.0]], np.array([0, 0, 1])).tolist()
    [[2.0, 5.0]]
    """
    rows = np.atleast_2d(np.asarray(x, dtype=float))
    if clusters is None:
        return rows
    code = np.unique(clusters, return_inverse=True)[1]
    return np.stack([np.bincount(code, row) for row in rows]) / np.bincount(code)


def _few(found: Shared, statistic: str) -> str:
    items = found.n if found.clusters is None else len(np.unique(found.clusters))
    few = statistic in ("var", "cvar") and float(mass(items, found.level)) < 5
    return "fewer than 5 prompts make this number" if few else ""
