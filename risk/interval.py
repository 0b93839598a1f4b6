"""Intervals: exact and Wilson bounds of a share, resampled items, percentiles of replicates."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk import special
from risk.measure import Measure, missing

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Counts = NDArray[np.int64]

NORMAL = 1.959963984540054
"""Standard deviations that 95 % of the normal law reaches to both sides."""
UNSEEN = NORMAL**2
"""Items of a kind nobody saw there may be beside those seen, 3.84: the upper end of Wilson's
interval of none."""
FEW = (10, 50)
"""Rows up to which one of a kind, and one or two, are few; of more rows three are as well."""
EXACT = 10
"""Rows from which on Wilson's interval of a share holds; the exact one of fewer."""
CELLS = 2_000_000
"""Counts held at once while resampling: 16 MB, enough to keep the loop in NumPy."""


def wilson(successes: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share, modified near 0 and 1, in [0, 1]; of few rows exact.

    Wilson's own lower ends of one to three successes are too high where one is rare: a true share
    of 0.18 / n is held in 84 of 100. There the lower end is that of a Poisson count, and likewise
    the upper end where one to three failed (`FEW`). Counted out over all shares it then holds 95 to
    96 of 100 on average; at least, of the share it holds least, 89 with 10 rows, 91 from 11 and 92
    from 51 on. Fewer than 10 rows have the exact interval (`clopper_pearson`), which holds at least
    95 of any share; there Wilson's held 87 to 89. n = 0 gives (NaN, NaN). ValueError when
    `successes`, which may be fractions, are not between 0 and n.
    Source: Wilson (1927), doi 10.1080/01621459.1927.10502953; modified as by Brown, Cai and
    DasGupta (2001), doi 10.1214/ss/1009213286, who count two as few of up to 10 rows as well.

    >>> [round(bound, 4) for bound in wilson(3, 20)]
    [0.0524, 0.3604]
    >>> [round(bound, 4) for bound in wilson(0, 20)]
    [0.0, 0.1611]
    >>> [round(bound, 4) for bound in wilson(1, 20)]
    [0.0026, 0.2361]
    >>> [round(bound, 4) for bound in wilson(0, 3)]
    [0.0, 0.7076]
    """
    low, high = band(np.array([float(successes)]), n, confidence)
    return float(low[0]), float(high[0])


def band(successes: ArrayLike, n: float, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """The interval of `wilson` for many counts of the same n: two arrays shaped like `successes`.

    n = 0 gives NaN. ValueError when a count is not between 0 and n.

    >>> low, high = band([0, 3], 20)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.0524], [0.1611, 0.3604])
    """
    k = np.asarray(successes, dtype=float)
    _check(k, n, confidence)
    if n == 0:
        return np.full(k.shape, np.nan), np.full(k.shape, np.nan)
    least = _exact if n < EXACT else _least
    return least(k, n, confidence), 1 - least(n - k, n, confidence)


def _least(k: Floats, n: float, confidence: float) -> Floats:
    """The lower end of the interval of k of n."""
    z = float(special.ndtri(0.5 + confidence / 2))
    low = (k + z * z / 2 - z * np.sqrt(k * (n - k) / n + z * z / 4)) / (n + z * z)
    few = (k > 0) & (k <= 1 + sum(n > rows for rows in FEW))
    if few.any():
        low[few] = np.fmin(low[few], special.gammaincinv(k[few], 1 - confidence) / n)
    low[k == 0] = 0.0  # floats would leave 1e-18
    return np.asarray(low)


def _exact(k: Floats, n: float, confidence: float) -> Floats:
    """The lower end of the exact interval of k of n: where so many or more are just likely."""
    some = np.where(k > 0, k, 1.0)  # of none the end is 0, which no quantile tells
    return np.where(k > 0, special.betaincinv(some, n - k + 1, (1 - confidence) / 2), 0.0)


def clopper_pearson(successes: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """The exact binomial interval of a share, in [0, 1].

    n = 0 gives (NaN, NaN). ValueError when `successes` is not between 0 and n.
    Source: Clopper and Pearson (1934), doi 10.1093/biomet/26.4.404.

    >>> [round(bound, 4) for bound in clopper_pearson(3, 20)]
    [0.0321, 0.3789]
    """
    k = np.array([float(successes)])
    _check(k, n, confidence)
    if n == 0:
        return math.nan, math.nan
    return float(_exact(k, n, confidence)[0]), float(1 - _exact(n - k, n, confidence)[0])


def rate(successes: int, n: int, lost: int = 0) -> Measure:
    """A share with its 95 % Wilson interval; without a row it is missing.

    >>> rate(5, 20, lost=2).value
    0.25
    >>> rate(0, 0, lost=4).why
    'none of 4 rows could be used'
    """
    if n == 0:
        why = f"none of {lost} rows could be used" if lost else "no rows"
        return missing(why, lost=lost)
    low, high = wilson(successes, n)
    return Measure(successes / n, low, high, n=n, lost=lost)


def resamples(n: int, draws: int, seed: int, chunk: int | None = None) -> Iterator[Counts]:
    """How often each of n items is drawn, replicate by replicate: blocks of shape (chunk, n).

    The blocks hold `draws` rows in all and every row sums to n. The same n and seed give the same
    rows whatever the chunk, so every model is resampled with the same items (TR-13: paired).
    ValueError when n or draws is below 1.

    >>> block = next(resamples(4, draws=2, seed=0))
    >>> block.shape, block.sum(axis=1).tolist()
    ((2, 4), [4, 4])
    """
    if n < 1 or draws < 1:
        raise ValueError(f"n is {n} and draws is {draws}; both must be at least 1")
    rng = np.random.default_rng(seed)
    chunk = chunk or max(1, CELLS // n)
    for start in range(0, draws, chunk):
        rows = min(chunk, draws - start)
        drawn = rng.integers(0, n, size=(rows, n))  # (rows, n) item numbers
        drawn += np.arange(rows)[:, None] * n
        yield np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)


def percentiles(values: ArrayLike, confidence: float = 0.95) -> tuple[float, float]:
    """The two ends of the percentile interval of replicates (B,), by linear interpolation.

    A replicate in which the statistic is undefined (NaN) is left out; none left gives NaN.

    >>> [round(end, 3) for end in percentiles(range(101))]
    [2.5, 97.5]
    """
    kept = np.asarray(values, dtype=float)
    kept = kept[~np.isnan(kept)]
    if kept.size == 0:
        return math.nan, math.nan
    low, high = np.quantile(kept, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def holding(value: float, low: float, high: float) -> tuple[float, float]:
    """The interval, widened where replicates so skewed or so few leave the value outside of it.

    >>> holding(0.2, 0.3, 0.4), holding(0.35, 0.3, 0.4)
    ((0.2, 0.4), (0.3, 0.4))
    """
    return min(low, value), max(high, value)


def _check(k: Floats, n: float, confidence: float) -> None:
    """ValueError when the counts are no counts out of n, or the confidence no share."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; it must be between 0 and 1")
    if k.size and not (k.min() >= 0 and k.max() <= n):
        raise ValueError(f"successes run from {k.min():g} to {k.max():g}; they must be 0 to {n:g}")
