"""Intervals of any statistic of weighted rows: items are resampled, their rows stay together."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk import seen, special
from risk.interval import NORMAL, Floats, holding, percentiles, rate, resamples
from risk.measure import Measure, missing
from risk.seen import once
from risk.skewed import ALIKE, caution, ends, mean_ends

Statistic = Callable[[Floats], Floats]
"""Row weights (b, n) -> the statistic of each replicate, (b,) or (b, S)."""

STILL = "no item moves it, so none tells how far it may lie: no interval of it would hold"
ONE = "one item only"
MOST = 10_000_000
"""Weights summed at most for one statistic: well below a second."""
MANY = 20_000
"""Rows from which on a statistic is resampled with its rows put together, where it can be."""
SOME = 500
"""Items up to which they are left out one by one as well."""
BLOCKS = 60
"""Random parts of the items whose values tell how far the whole one may lie."""


@once
def items(*named: NDArray[Any] | None) -> NDArray[np.int64] | None:
    """The items (N,) as codes from 0, or None where every row is an item of its own.

    >>> items(np.array(["a", "b", "a"], dtype=object)).tolist(), items(np.array([2, 1]))
    ([0, 1, 0], None)
    """
    column = next((one for one in named if one is not None), None)
    if column is None or column.size == 0:
        return None
    names, place = seen.codes(column)
    return None if names.size == place.size else place.astype(np.int64)


def replicates(
    statistic: Statistic,
    n: int,
    clusters: NDArray[np.int64] | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> Floats:
    """The statistic on `draws` resamples of the items of n rows: (draws,) or (draws, S).

    `statistic` sees whole weights as floats: how often each row was drawn. Fewer than two items
    give no replicate, an array of length 0. Above 20,000 rows there are fewer draws, at least 100,
    so that no more than 10 million weights are summed.

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


def left_out(
    statistic: Statistic, n: int, clusters: NDArray[np.int64] | None = None
) -> Floats | None:
    """The statistic on n rows without each of the items: (G,) or (G, S); None for over 500 items.

    >>> x = np.arange(4.0)
    >>> left_out(lambda w: w @ x / w.sum(axis=1), 4).round(4).tolist()
    [2.0, 1.6667, 1.3333, 1.0]
    """
    codes = np.arange(n) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    groups = int(codes.max(initial=-1)) + 1
    if not 1 < groups <= SOME or groups * n > MOST // 5:
        return None
    chunk = max(1, 1_000_000 // n)
    parts = [np.arange(at, min(at + chunk, groups)) for at in range(0, groups, chunk)]
    return np.concatenate([statistic((codes != g[:, None]).astype(float)) for g in parts])


def measured(
    value: float,
    drawn: Floats,
    n: int,
    lost: int = 0,
    why: str = "",
    without: Floats | None = None,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> Measure:
    """A value with the percentile interval of its replicates; missing with `why` where NaN.

    No end is nearer than what the values `without` each of the items (G,) tell (`skewed.ends`, the
    jackknife), where they are given, nor lies outside of `within`. Where that is 0 to 1, none is
    nearer than by the normal law of the log-odds: percentiles of AUROCs near 1 held 92 to 96 of
    100, with it 94 to 97. Where nothing ever moves the value there is none.
    """
    if math.isnan(value):
        return missing(why or "it is not defined on these rows", n=n, lost=lost)
    low, high = holding(value, *percentiles(drawn))
    if within == (0.0, 1.0) and 0 < value < 1 and drawn.size and low < high:
        least, most = odds_ends(value, float(np.nanstd(drawn)))
        low, high = min(low, least), max(high, most)
    if without is not None and drawn.size:
        known = without[~np.isnan(without)]
        least, most = ends(value, (value - known) * (without.size - 1) / without.size)
        if not math.isnan(least):
            low, high = min(low, max(least, within[0])), max(high, min(most, within[1]))
    if drawn.size and low == high:
        return Measure(value, n=n, lost=lost, why=STILL)
    return Measure(value, low, high, n=n, lost=lost, why="" if drawn.size else ONE)


def odds_ends(value: float, error: float) -> tuple[float, float]:
    """The 95 % interval of a value between 0 and 1 with that error, normal in its log-odds.

    >>> [round(end, 3) for end in odds_ends(0.99, 0.01)]
    [0.932, 0.999]
    """
    far = NORMAL * error / (value * (1 - value))
    odds = value / (1 - value)
    low, high = odds * math.exp(-min(far, 700.0)), odds * math.exp(min(far, 700.0))
    return low / (1 + low), high / (1 + high)


def mean(
    x: ArrayLike,
    clusters: NDArray[np.int64] | None = None,
    lost: int = 0,
    least: float = -math.inf,
    most: float = math.inf,
) -> Measure:
    """The mean of x (N,) without its NaN, with a 95 % interval over items (`skewed.mean_ends`).

    A missing value is lost, `lost` adds those lost before. Where x can be no less than `least` or
    no more than `most` the interval ends there; with both known it needs no caution.

    >>> found = mean([0.0, 1.0, np.nan, 1.0])
    >>> round(found.value, 4), found.n, found.lost
    (0.6667, 3, 1)
    """
    told = np.asarray(x, dtype=float)
    known = ~np.isnan(told)
    if (gaps := told.size - np.count_nonzero(known)) > 0:
        told, lost = told[known], lost + int(gaps)
        clusters = None if clusters is None else clusters[known]
    if told.size == 0:
        return missing(f"none of {lost} rows could be used" if lost else "no rows", lost=lost)
    low, high = mean_ends(told, clusters, least, most)
    value = float(told.mean())
    if math.isnan(low):
        several = told.size > 1 and (clusters is None or bool(np.ptp(clusters)))
        return Measure(value, n=told.size, lost=lost, why=ALIKE if several else ONE)
    around = holding(value, max(low, least), min(high, most))
    why = "" if math.isfinite(most - least) else caution(told, clusters)
    return Measure(value, *around, told.size, lost, why)


def share(
    said: ArrayLike,
    rows: NDArray[np.bool_] | None = None,
    items: NDArray[np.int64] | None = None,
    lost: int = 0,
) -> Measure:
    """The share of yes among the known of said (N,), of the `rows` asked for; NaN is lost.

    A number from a half on is a yes; `items` (N,) codes the item of each row, `lost` adds those
    lost before. The interval is that of marks: Wilson's, or over items of several rows
    (`skewed.mean_ends`).

    >>> found = share([1.0, 0.0, np.nan], lost=2)
    >>> found.value, found.n, found.lost
    (0.5, 2, 3)
    """
    told = np.asarray(said, dtype=float)
    known = ~np.isnan(told) if rows is None else rows & ~np.isnan(told)
    asked = told.size if rows is None else np.count_nonzero(rows)
    lost += int(asked - np.count_nonzero(known))
    yes = known & (told >= 0.5)
    if items is None:  # each row is an item of its own: to count them is all there is to it
        return rate(int(np.count_nonzero(yes)), int(np.count_nonzero(known)), lost)
    return mean(yes[known], items[known], lost, 0.0, 1.0)


def largest_ends(drawn: Floats) -> tuple[float, float]:
    """The 95 % interval of the largest of G means from their replicates (B, G).

    The largest of many is too high in a sample and higher in a resample, so that its percentiles
    leave out the truth where groups are alike. It is no less than the largest of lower ends taken
    at 2.5 % over G, and no more than that of the upper ends at 2.5 % (Bonferroni; ours).

    >>> [round(end, 2) for end in largest_ends(np.array([[0.0, 0.5], [1.0, 0.6], [2.0, 0.7]]))]
    [0.5, 1.95]
    """
    if not len(drawn):
        return math.nan, math.nan
    share = 0.025 / drawn.shape[1]
    return (
        float(np.nanquantile(drawn, share, axis=0).max()),
        float(np.nanquantile(drawn, 0.975, axis=0).max()),
    )


def blocks(
    statistic: Callable[[NDArray[np.int64]], Any],
    n: int,
    clusters: NDArray[np.int64] | None = None,
    seed: int = 0,
) -> Floats:
    """The statistic of the rows of each of BLOCKS random parts of the items: (60,) or (60, S).

    One pass over the rows where a bootstrap takes hundreds: for many rows, with `around`.

    >>> float(blocks(lambda rows: float(rows.size), 600).mean())
    10.0
    """
    codes = np.arange(n) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    drawn = np.random.default_rng(seed).permutation(int(codes.max()) + 1)[codes] % BLOCKS
    order = np.argsort(drawn, kind="stable")
    cuts = np.searchsorted(drawn[order], np.arange(1, BLOCKS))
    return np.array([statistic(rows) for rows in np.split(order, cuts)], dtype=float)


def around(value: float, told: Floats, n: int, lost: int = 0) -> Measure:
    """A value with the interval that its values on random blocks (60,) tell: Student's, 95 %.

    Source: random groups, Wolter (2007), doi 10.1007/978-0-387-35099-8.

    >>> found = around(0.5, np.tile([0.4, 0.6], 30), 600)
    >>> round(found.low, 3), round(found.high, 3)
    (0.474, 0.526)
    """
    known = told[~np.isnan(told)]
    if math.isnan(value) or known.size < 2:
        return measured(value, np.empty(0), n, lost)
    half = float(special.stdtrit(known.size - 1, 0.975) * known.std(ddof=1) / math.sqrt(known.size))
    return Measure(value, value - half, value + half, n=n, lost=lost)
