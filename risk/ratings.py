"""Ratings of items by people as counts, and a statistic of them with its bootstrap interval."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats, holding, percentiles, resamples
from risk.measure import Measure, missing

Statistic = Callable[[Floats], Floats]
"""Times each item is drawn (b, N) to the statistic (b,)."""


def table(ratings: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """The ratings, the counts (N, K) of each label on items with two or more, and the K labels.

    ratings is (items, people), NaN where a person gave no label. ValueError for another shape.

    >>> rows, counts, labels = table([[1, 2], [2, 2], [1, np.nan]])
    >>> counts.tolist(), labels.tolist()
    ([[1.0, 1.0], [0.0, 2.0]], [1.0, 2.0])
    """
    rows: Floats = np.asarray(ratings, dtype=float)
    if rows.ndim != 2:
        raise ValueError(f"ratings have {rows.ndim} axes; they must be (items, people)")
    known = ~np.isnan(rows)
    kept = known.sum(axis=1) > 1
    values, code = np.unique(rows[kept][known[kept]], return_inverse=True)
    item = np.nonzero(known[kept])[0]
    shape = (int(kept.sum()), values.size)
    cells: NDArray[np.int64] = np.bincount(item * values.size + code, minlength=shape[0] * shape[1])
    return rows, cells.reshape(shape).astype(float), values


def measured(statistic: Statistic, n: int, lost: int, draws: int, seed: int, why: str) -> Measure:
    """The statistic with every item once, and its 95 % interval over `draws` resampled items.

    Missing, because of `why`, where there is no item or the statistic is NaN.

    >>> measured(lambda times: times @ np.array([1.0, 0.0]) / 2, 2, 0, 0, 0, "").value
    0.5
    """
    value = float(statistic(np.ones((1, n)))[0]) if n else math.nan
    if math.isnan(value):
        return missing(why, n=n, lost=lost)
    if draws == 0 or n < 2:
        return Measure(value, n=n, lost=lost)
    many = [statistic(times.astype(float)) for times in resamples(n, draws, seed)]
    ends = holding(value, *percentiles(np.concatenate(many)))
    return Measure(value, *ends, n=n, lost=lost)


def kappa(seen: Floats, chance: Floats) -> Floats:
    """(po - pe)/(1 - pe), NaN where chance agreement is 1 up to rounding.

    >>> kappa(np.array([0.9]), np.array([0.5])).round(4).tolist()
    [0.8]
    """
    left = 1 - chance
    return ratio(seen - chance, np.where(left < 1e-12, 0, left))


def ratio(top: Floats, bottom: Floats) -> Floats:
    """top / bottom, NaN where bottom is 0.

    >>> ratio(np.array([1.0, 1.0]), np.array([2.0, 0.0])).tolist()
    [0.5, nan]
    """
    out = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return out
