"""Rank tests: Friedman with Kendall's W, Wilcoxon's signed ranks, Holm's adjustment."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from risk import special
from risk.interval import Codes, Floats
from risk.order import ranks

EXACT = 50
"""Non-zero pairs up to which the signed-rank law is counted out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a test found: its statistic, p, effect size, rows used and lost, and a caution."""

    statistic: float
    p: float
    effect: float
    n: int
    lost: int = 0
    why: str = ""


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


def friedman(x: ArrayLike) -> Outcome:
    """Friedman's test that M models rank alike on x (M, n); the effect is Kendall's W in [0, 1].

    Average ranks for ties; items missing for a model are lost; under three models, or with every
    item tied throughout, it is missing. Friedman (1937); Kendall and Babington Smith (1939).

    >>> rows = [(.1, .3, .5), (.2, .6, .4), (.3, .1, .7), (.2, .2, .9), (0, .4, .8)]
    >>> found = friedman(np.transpose(rows))
    >>> round(found.statistic, 4), round(found.p, 4), round(found.effect, 4)
    (6.0, 0.0498, 0.6)
    """
    rows = np.asarray(x, dtype=float)
    kept = rows[:, ~np.isnan(rows).any(axis=0)]
    k, n = kept.shape
    lost = rows.shape[1] - n
    if k < 3 or n < 1:
        why = f"{k} models: Friedman needs three" if k < 3 else "no item is shared"
        return Outcome(math.nan, math.nan, math.nan, n, lost, why)
    place = np.stack(
        [(kept < row).sum(axis=0) + ((kept == row).sum(axis=0) + 1) / 2 for row in kept]
    )  # (k, n), equals share their mean
    spread = float(((place - (k + 1) / 2) ** 2).sum())
    if spread == 0:
        return Outcome(
            math.nan, math.nan, math.nan, n, lost, "every item is tied between all models"
        )
    sums = place.sum(axis=1) - n * (k + 1) / 2
    q = (k - 1) * float((sums**2).sum()) / spread  # the tie correction is in the spread
    return Outcome(q, float(special.chdtrc(k - 1, q)), q / (n * (k - 1)), n, lost)


def wilcoxon(a: ArrayLike, b: ArrayLike) -> Outcome:
    """Wilcoxon's signed-rank test of a against b (n,); the effect is the rank-biserial in [-1, 1].

    Zero differences are dropped and counted in `why`. Exact without ties up to 50 pairs, else the
    normal law with tie correction. All zero: p = 1 and no effect. Wilcoxon (1945), TR-15.

    >>> found = wilcoxon([.5, .0, .3, .2, 0, .4], [0, .1, 0, 0, 0, 0])
    >>> found.statistic, round(found.p, 4), round(found.effect, 4), found.why
    (14.0, 0.125, 0.8667, '1 zero difference dropped')
    """
    d = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    lost = int(np.isnan(d).sum())
    d = d[~np.isnan(d)]
    zeros = int((d == 0).sum())
    said = f"{zeros} zero difference{'s' if zeros > 1 else ''} dropped" if zeros else ""
    d = d[d != 0]
    if d.size == 0:
        return Outcome(0.0, 1.0, math.nan, 0, lost + zeros, said or "no item is shared")
    place = ranks(np.abs(d))
    total, up = float(place.sum()), float(place[d > 0].sum())
    times = np.unique(place, return_counts=True)[1]
    if times.max() == 1 and d.size <= EXACT:
        p = _exact(d.size, min(up, total - up))
    else:
        size = d.size
        varied = size * (size + 1) * (2 * size + 1) / 24 - float((times**3 - times).sum()) / 48
        p = float(2 * special.ndtr(-abs(up - total / 2) / math.sqrt(varied)))
    return Outcome(up, min(p, 1.0), (2 * up - total) / total, d.size, lost + zeros, said)


def _exact(n: int, least: float) -> float:
    """P(a rank sum is that far from its middle, either side): subsets of 1..n counted by sum."""
    ways = np.zeros(n * (n + 1) // 2 + 1)
    ways[0] = 1
    for rank in range(1, n + 1):
        ways[rank:] += ways[:-rank].copy()
    return float(2 * ways[: int(least) + 1].sum() / 2.0**n)


def holm(p: ArrayLike) -> Floats:
    """Holm's step-down adjustment of the p-values (m,) of one family; NaN stays out of m.

    Holm (1979), TR-16.

    >>> holm([.01, .04, .03, .20]).round(4).tolist()
    [0.04, 0.09, 0.09, 0.2]
    """
    given = np.asarray(p, dtype=float)
    out = np.full(given.shape, np.nan)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    left = order.size - np.arange(order.size)
    out[order] = np.minimum(np.maximum.accumulate(left * given[order]), 1)
    return out
