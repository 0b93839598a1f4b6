"""One number of two models on the same items: paired difference and ratio, with intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from risk import compare
from risk.bounded import Assume
from risk.interval import Codes, Floats
from risk.measure import Measure, missing
from risk.worst import cvar, var

Statistic = Literal["mean", "var", "cvar"]
OF: dict[str, Callable[[Floats, float], float]] = {
    "mean": lambda x, _: float(x.mean()), "var": var, "cvar": cvar,
}  # fmt: skip


def paired(
    a: ArrayLike,
    b: ArrayLike,
    level: float = 0.95,
    statistic: Statistic = "mean",
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
    most: float | None = None,
    assume: Assume = "seen",
) -> Measure:
    """The statistic of a minus that of b, row q of both being the same item, with a 95 % interval.

    Every replicate draws the same items for both. Rows missing on either side are lost (TR-13).
    How a thin tail is told, and what `most` and `assume` are for: `compare.difference`.

    >>> found = paired([0.9, 0.2, 0.8], [0.6, 0.3, 0.4])
    >>> round(found.value, 4), found.n
    (0.2, 3)
    """
    if statistic not in ("mean", "var", "cvar"):
        raise ValueError(f"statistic is {statistic!r}; it can be mean, var, cvar")
    return _pair(a, b, level, statistic, draws, seed, clusters, most, assume, ratio=False)


def paired_ratio(
    a: ArrayLike,
    b: ArrayLike,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
    most: float | None = None,
    assume: Assume = "seen",
) -> Measure:
    """CVaR of a over CVaR of b on the same items, with a 95 % interval (see `paired`).

    >>> paired_ratio([2, 4, 6, 8], [1, 2, 3, 4], 0.5).value
    2.0
    """
    return _pair(a, b, level, "cvar", draws, seed, clusters, most, assume, ratio=True)


def _pair(
    a: ArrayLike,
    b: ArrayLike,
    level: float,
    statistic: Statistic,
    draws: int,
    seed: int,
    clusters: Codes | None,
    most: float | None,
    assume: Assume,
    ratio: bool,
) -> Measure:
    """Difference or ratio of a statistic on the rows both sides have."""
    both = np.stack([np.asarray(a, dtype=float), np.asarray(b, dtype=float)])
    known = ~np.isnan(both).any(axis=0)
    n, lost = int(known.sum()), int((~known).sum())
    if n == 0:
        return missing("no item has a score on both sides", lost=lost)
    items = None if clusters is None else np.asarray(clusters)[known]
    if (n if items is None else np.unique(items).size) < 2:
        one, two = (OF[statistic](row, level) for row in both[:, known])
        if ratio and two == 0:
            return missing(compare.NO_RATIO, n=n, lost=lost)
        return Measure(one / two if ratio else one - two, n=n, lost=lost, why="one item only")
    found = compare.shared(both, level, draws, seed, clusters, (statistic,), most, assume)
    return compare.ratio(found, 0, 1) if ratio else compare.difference(found, 0, 1, statistic)
