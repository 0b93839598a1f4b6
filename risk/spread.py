"""Intervals of any statistic of weighted rows: items are resampled, their rows stay together."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats, percentiles, resamples
from risk.measure import Measure, missing

Statistic = Callable[[Floats], Floats]
"""Row weights (b, n) -> the statistic of each replicate, (b,) or (b, S)."""

MOST = 30_000_000
"""Weights summed at most for one statistic: about two seconds."""
MANY = 20_000
"""Items from which on a mean's interval is the normal one: resampling would add only noise."""


def items(*named: NDArray[Any] | None) -> NDArray[np.int64] | None:
    """The items (N,) as codes from 0, or None where every row is an item of its own.

    >>> items(np.array(["a", "b", "a"], dtype=object)).tolist(), items(np.array([2, 1]))
    ([0, 1, 0], None)
    """
    column = next((one for one in named if one is not None), None)
    if column is None or column.size == 0:
        return None
    codes = np.unique(column.astype(str), return_inverse=True)[1]
    return None if codes.max() + 1 == codes.size else codes.astype(np.int64)


def replicates(
    statistic: Statistic,
    n: int,
    clusters: NDArray[np.int64] | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> Floats:
    """The statistic on `draws` resamples of the items of n rows: (draws,) or (draws, S).

    `statistic` sees whole weights as floats: how often each row was drawn. Fewer than two items
    give no replicate, an array of length 0. Above 60,000 rows there are fewer draws, at least 100,
    so that no more than 30 million weights are summed.

    >>> x = np.arange(4.0)
    >>> found = replicates(lambda w: w @ x / w.sum(axis=1), 4, draws=50)
    >>> found.shape, bool((found <= 3).all())
    ((50,), True)
    """
    codes = np.arange(n) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    groups = int(codes.max()) + 1 if n else 0
    if groups < 2:
        return np.empty(0)
    # a block of weights has the rows of n, not of the items: keep it as small as a block of counts
    chunk = max(1, 1_000_000 // n)
    draws = max(min(draws, 100), min(draws, MOST // n))
    drawn = resamples(groups, draws, seed, chunk)
    return np.concatenate([np.asarray(statistic(c[:, codes].astype(float))) for c in drawn])


def measured(value: float, drawn: Floats, n: int, lost: int = 0, why: str = "") -> Measure:
    """A value with the percentile interval of its replicates; missing with `why` where NaN."""
    if math.isnan(value):
        return missing(why or "it is not defined on these rows", n=n, lost=lost)
    low, high = percentiles(drawn)
    return Measure(value, low, high, n=n, lost=lost, why="" if drawn.size else "one item only")


def mean(
    x: ArrayLike,
    clusters: NDArray[np.int64] | None = None,
    draws: int = 1000,
    seed: int = 0,
    lost: int = 0,
) -> Measure:
    """The mean of x (N,) without its NaN, with a 95 % interval over items.

    Items are resampled (percentile interval); from 20,000 items on the interval is the normal one
    with the spread between items. A missing value is lost, `lost` adds those lost before.

    >>> found = mean([0.0, 1.0, np.nan, 1.0], draws=200)
    >>> round(found.value, 4), found.n, found.lost
    (0.6667, 3, 1)
    """
    told = np.asarray(x, dtype=float)
    known = ~np.isnan(told)
    kept, lost = told[known], lost + int((~known).sum())
    codes = None if clusters is None else clusters[known]
    if kept.size == 0:
        return missing(f"none of {lost} rows could be used" if lost else "no rows", lost=lost)
    value = float(kept.mean())
    groups = kept.size if codes is None else np.unique(codes).size
    if groups < MANY:
        drawn = replicates(lambda w: w @ kept / w.sum(axis=1), kept.size, codes, draws, seed)
        return measured(value, drawn, kept.size, lost)
    off = kept - value
    each = off if codes is None else np.bincount(np.unique(codes, return_inverse=True)[1], off)
    half = 1.959963984540054 * math.sqrt(float(each @ each)) / kept.size
    return Measure(value, value - half, value + half, n=kept.size, lost=lost)
