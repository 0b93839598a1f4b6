"""A statistic of rated items with its interval, also where the items are few."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from risk.interval import CELLS, UNSEEN, Codes, Counts, Floats, holding, percentiles, resamples
from risk.measure import Measure, missing
from risk.skewed import ends
from risk.spread import ONE

Statistic = Callable[[Floats], Floats]
"""Times each item is drawn (b, N) to the statistic."""

SOME = 500
"""Items up to which they are left out one by one as well; of more, percentiles are as good."""
SAME = "no item tells how much people may differ: no interval of it would hold"
MOST = 10_000_000
"""Rows summed at most over all draws of groups."""
WORDS = 100
"""Different labels up to which items nobody saw are thought of."""


def measured(
    statistic: Statistic, n: int, lost: int, draws: int, seed: int, why: str,
    times: Floats | None = None, least: float = -1.0, unseen: int = 0, of: Codes | None = None,
) -> Measure:  # fmt: skip
    """The statistic with every item once, and its 95 % interval over `draws` resampled items.

    `times` (J,) says how many of the n items each row stands for, None for one; behind them come
    as many rows of items nobody saw as `unseen` says. Missing, because of `why`, where there is no
    item or the statistic is NaN. No end is nearer than what the statistic would be with 3.84 items
    more of one of the unseen kinds, as many as n others leave room for (Wilson), nor, of 500 items
    or fewer, than what leaving out one after the other tells (`left_out`): a few dozen items tell
    little of a rare label, and percentiles held the alpha of 30 of them in 43 to 84 of 100. No end
    lies outside of `least` and 1. Items of one group, coded in `of` (n,), are drawn, left out and
    unseen together.

    >>> measured(lambda times: times @ np.array([1.0, 0.0]) / 2, 2, 0, 0, 0, "").value
    0.5
    """
    seen = np.ones(n) if times is None else times
    once = np.append(seen, np.zeros(unseen))
    value = float(statistic(once[None])[0]) if n else math.nan
    if math.isnan(value):
        return missing(why, n=n, lost=lost)
    groups = n if of is None else int(of.max()) + 1
    if draws == 0 or groups < 2:
        return Measure(value, n=n, lost=lost, why=ONE if draws else "")
    drawn = resamples(n, draws, seed) if times is None else _together(times, draws, seed)
    if of is not None:
        drawn = _grouped(of, draws, seed)
    wide = ((0, 0), (0, unseen))
    many = np.concatenate([statistic(np.pad(block.astype(float), wide)) for block in drawn])
    low, high = holding(value, *percentiles(many))
    far = added(statistic, once, unseen, n / groups)
    if groups <= SOME and groups * n <= CELLS:
        far += left_out(statistic, once, value, of)
    if far:
        low, high = min(low, max(min(far), least)), max(high, min(max(far), 1.0))
    if low == high:
        return Measure(value, n=n, lost=lost, why=SAME)
    return Measure(value, low, high, n=n, lost=lost)


def added(statistic: Statistic, times: Floats, unseen: int, each: float = 1.0) -> list[float]:
    """The statistic with UNSEEN items more of each kind nobody saw, which the last rows stand for.

    `each` says how many rows an item has.

    >>> told = added(lambda w: w @ np.array([0.0, 1.0]) / w.sum(axis=1), np.array([9.0, 0.0]), 1)
    >>> [round(x, 4) for x in told], round(UNSEEN, 4)
    ([0.2991], 3.8415)
    """
    more = np.repeat(times[None], unseen, axis=0)
    more[np.arange(unseen), times.size - unseen + np.arange(unseen)] = UNSEEN * each
    told = statistic(more) if unseen else np.empty(0)
    return [float(x) for x in told[~np.isnan(told)]]


def kinds(counts: Floats) -> Floats:
    """Items nobody may have seen, counts (J, K) of labels: all agree on one, or half on another.

    Of each label an item on which all agree, and one torn between it and the commonest label;
    none of more than 100 labels. Items have the most common number of labels.

    >>> kinds(np.array([[2.0, 0.0], [1.0, 1.0]])).tolist()
    [[2.0, 0.0], [0.0, 2.0], [1.0, 1.0]]
    """
    if not len(counts) or counts.shape[1] > WORDS:
        return np.empty((0, counts.shape[1]))
    size = float(np.bincount(counts.sum(axis=1).astype(int)).argmax())
    whole = np.eye(counts.shape[1]) * size
    common = int(counts.sum(axis=0).argmax())
    torn = np.delete(whole, common, axis=0) * (size // 2) / size
    torn[:, common] = size - size // 2
    return np.concatenate([whole, torn])


def sides(rows: Floats, values: Floats) -> Floats:
    """Pairs nobody may have seen beside rows (J, 2) of labels out of `values` (K,).

    Each label twice, and each beside the commonest one on either side; none of more than 100.

    >>> sides(np.array([[1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 2.0])).tolist()
    [[1.0, 1.0], [2.0, 2.0], [2.0, 1.0], [1.0, 2.0]]
    """
    if not len(rows) or values.size > WORDS:
        return np.empty((0, 2))
    common = values[(rows.reshape(-1, 1) == values).sum(axis=0).argmax()]
    torn = [(v, common) for v in values if v != common]
    return np.array([*zip(values, values, strict=True), *torn, *(pair[::-1] for pair in torn)])


def apart(pairs: Counts) -> Counts:
    """Of (alike, pairs) of items (N, 2) those nobody may have seen: all alike, and none.

    >>> apart(np.array([[2, 6], [6, 6], [2, 2]])).tolist()
    [[6, 6], [0, 6]]
    """
    if not len(pairs):
        return np.empty((0, 2), dtype=np.int64)
    every = int(np.bincount(pairs[:, 1]).argmax())
    return np.array([[every, every], [0, every]])


def left_out(
    statistic: Statistic, times: Floats, value: float, of: Codes | None = None
) -> tuple[float, float]:
    """`skewed.ends` of the statistic from what it is without each item (the jackknife).

    `times` (J,) says how many items each row stands for, `of` codes the group of the first rows,
    which are then left out a group at a time. An item without which the statistic is not defined
    is passed over.

    >>> x = np.array([0.0, 0.0, 1.0, 1.0])
    >>> low, high = left_out(lambda w: w @ x / w.sum(axis=1), np.ones(4), 0.5)
    >>> round(low, 2), round(high, 2)
    (-0.42, 1.42)
    """
    if of is None:
        rows = np.flatnonzero(times > 0)
        often = times[rows].astype(int)
        weights = np.repeat(times[None], rows.size, axis=0)
        weights[np.arange(rows.size), rows] -= 1
    else:
        often = np.ones(int(of.max()) + 1, dtype=int)
        weights = np.repeat(times[None], often.size, axis=0)
        weights[of, np.arange(of.size)] = 0
    n = float(often.sum())
    pull = (value - statistic(weights)) * (n - 1) / n
    known = ~np.isnan(pull)
    return ends(value, np.repeat(pull[known], often[known]))


def _grouped(of: Codes, draws: int, seed: int) -> Iterator[Counts]:
    """How often each row is drawn with its group: blocks (b, n), fewer draws of very many rows."""
    draws = max(min(draws, 100), min(draws, MOST // of.size))
    blocks = resamples(int(of.max()) + 1, draws, seed, max(1, CELLS // of.size))
    return (block[:, of] for block in blocks)


def _together(times: Floats, draws: int, seed: int) -> Iterator[Counts]:
    """`resamples` of items of which `times` (J,) are alike: (b, J) of them, rows of n."""
    rng = np.random.default_rng(seed)
    n = int(times.sum())
    chunk = max(1, CELLS // times.size)
    for start in range(0, draws, chunk):
        yield rng.multinomial(n, times / n, size=min(chunk, draws - start))


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
