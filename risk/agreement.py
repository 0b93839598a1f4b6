"""Agreement: how far people gave the same label to the same item, beyond what chance would do."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats, percentiles, resamples
from risk.measure import Measure, missing

Metric = Literal["nominal", "ordinal", "interval"]
Statistic = Callable[[Floats], Floats]

ALIKE = "everyone gave the same label, so chance agreement is 1 and {} is undefined"
CONSTANT = "one person always gave the same label, so kappa is 0 whatever the other did"
UNPAIRED = "no item has labels from two people"


def percent(ratings: ArrayLike, draws: int = 0, seed: int = 0) -> Measure:
    """Share of pairs of labels of one item that agree, over all pairs; high by chance on skew.

    ratings is (items, people), NaN where a person gave no label; in every measure here an item with
    fewer than two labels is lost, and `draws` above 0 adds a 95 % item-bootstrap interval.

    >>> percent([[1, 1], [1, 2], [2, 2], [2, np.nan]])
    Measure(value=0.6666666666666666, low=nan, high=nan, n=3, lost=1, why='')
    """
    rows, counts, _ = _table(ratings)
    size = counts.sum(axis=1)
    both = np.stack([(counts * (counts - 1)).sum(axis=1), size * (size - 1)], axis=1)

    def statistic(times: Floats) -> Floats:
        agree, pairs = (times @ both).T
        return _ratio(agree, pairs)

    return _measure(statistic, len(counts), len(rows) - len(counts), draws, seed, UNPAIRED)


def cohen_kappa(ratings: ArrayLike, draws: int = 0, seed: int = 0) -> Measure:
    """Cohen's kappa (po - pe)/(1 - pe) of exactly two people, pe from each one's own margins.

    Missing when other than two people labeled, or when both always gave one and the same label.
    Cohen (1960). Ten items, nine alike, margins 5/5 and 4/6: po .90, pe .50.

    >>> a, b = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    >>> round(cohen_kappa(np.stack([a, b], axis=1)).value, 4)
    0.8
    """
    rows, _, values = _table(ratings)
    people = np.flatnonzero(~np.isnan(rows).all(axis=0))
    if people.size != 2:
        why = f"{people.size} people labeled; Cohen's kappa compares exactly two"
        return missing(why, lost=len(rows))
    pair = rows[:, people]
    pair = pair[~np.isnan(pair).any(axis=1)]
    one, two = (pair[:, [i]] == values for i in (0, 1))  # (N, K) each
    features = np.concatenate([(one & two).any(axis=1, keepdims=True), one, two], axis=1)

    def statistic(times: Floats) -> Floats:
        sums = times @ features / np.maximum(times.sum(axis=1, keepdims=True), 1)
        first, second = np.split(sums[:, 1:], 2, axis=1)
        return _kappa(sums[:, 0], (first * second).sum(axis=1))

    why = ALIKE.format("kappa") if len(pair) else UNPAIRED
    found = _measure(statistic, len(pair), len(rows) - len(pair), draws, seed, why)
    lone = bool(one.all(axis=0).any() or two.all(axis=0).any())
    if found.known and lone:
        return Measure(found.value, found.low, found.high, found.n, found.lost, CONSTANT)
    return found


def fleiss_kappa(ratings: ArrayLike, draws: int = 0, seed: int = 0) -> Measure:
    """Fleiss' kappa (P - Pe)/(1 - Pe), for any number of people and the same number of labels.

    Items with the most common number of labels are used (the larger on a draw), others are lost.
    Missing when every label is the same. Fleiss (1971). Rows hhh, hhn, nnn, hnn: P 2/3, Pe 1/2.

    >>> round(fleiss_kappa([[1, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0]]).value, 4)
    0.3333
    """
    rows, counts, _ = _table(ratings)
    size = counts.sum(axis=1)
    often = np.bincount(size.astype(int), minlength=1)
    r = float(often.size - 1 - often[::-1].argmax())
    used = counts[size == r]
    alike = (used * (used - 1)).sum(axis=1, keepdims=True) / max(r * (r - 1), 1)
    features = np.concatenate([alike, used / max(r, 1)], axis=1)

    def statistic(times: Floats) -> Floats:
        sums = times @ features / np.maximum(times.sum(axis=1, keepdims=True), 1)
        return _kappa(sums[:, 0], (sums[:, 1:] ** 2).sum(axis=1))

    why = ALIKE.format("kappa") if len(used) else UNPAIRED
    return _measure(statistic, len(used), len(rows) - len(used), draws, seed, why)


def alpha(ratings: ArrayLike, metric: Metric = "nominal", draws: int = 0, seed: int = 0) -> Measure:
    """Krippendorff's alpha 1 - Do/De, for any number of labels an item.

    Ordinal is the interval formula on mid-ranks (how many labels lie below, plus half of those
    equal), since their distance is Krippendorff's ordinal one. Missing when every label is the
    same. Krippendorff (2011), "Computing Krippendorff's alpha-reliability".

    >>> nan = np.nan
    >>> six = [[0, 0, 0], [1, 1, nan], [2, 3, nan], [0, 1, 1], [3, 3, 3], [2, nan, nan]]
    >>> [round(alpha(six, metric).value, 4) for metric in ("nominal", "ordinal", "interval")]
    [0.6, 0.877, 0.9032]
    """
    if metric not in ("nominal", "ordinal", "interval"):
        raise ValueError(f"metric is {metric!r}; it can be nominal, ordinal, interval")
    rows, counts, values = _table(ratings)
    size = counts.sum(axis=1, keepdims=True)
    weight = 1 / (size - 1)  # a pair counts less the more labels its item has

    def statistic(times: Floats) -> Floats:
        margin = times @ counts  # (b, K) labels of each category
        n = margin.sum(axis=1, keepdims=True)
        if metric == "nominal":
            seen = times @ (weight * (size**2 - (counts**2).sum(axis=1, keepdims=True)))
            chance = n**2 - (margin**2).sum(axis=1, keepdims=True)
        else:
            place = np.cumsum(margin, axis=1) - margin / 2 if metric == "ordinal" else values
            place = place - (margin * place).sum(axis=1, keepdims=True) / np.maximum(n, 1)
            squares = (margin * place**2).sum(axis=1, keepdims=True)
            spread = ((times @ (counts * (weight * size))) * place**2).sum(axis=1, keepdims=True)
            within = (times.T * (counts @ place.T) ** 2 * weight).sum(axis=0)[:, None]  # (b, 1)
            seen, chance = 2 * (spread - within), 2 * n * squares
        return 1 - _ratio(((n - 1) * seen)[:, 0], chance[:, 0])

    why = ALIKE.format("alpha") if len(counts) else UNPAIRED
    return _measure(statistic, len(counts), len(rows) - len(counts), draws, seed, why)


def ac1(ratings: ArrayLike, draws: int = 0, seed: int = 0) -> Measure:
    """Gwet's AC1 (po - pe)/(1 - pe), pe = sum p(1 - p)/(K - 1): steady when labels are skewed.

    K counts the labels that occur; with one alone it is missing. Gwet (2008).
    Fifty items, 48 "yes" by both, one disagreement each way: kappa -0.0204 and yet

    >>> skewed = [[1, 1]] * 48 + [[1, 0], [0, 1]]
    >>> round(ac1(skewed).value, 4), round(cohen_kappa(skewed).value, 4)
    (0.9584, -0.0204)
    """
    rows, counts, values = _table(ratings)
    size = counts.sum(axis=1, keepdims=True)
    alike = (counts * (counts - 1)).sum(axis=1, keepdims=True) / (size * (size - 1))
    features = np.concatenate([alike, counts / size], axis=1)
    others = values.size - 1

    def statistic(times: Floats) -> Floats:
        sums = times @ features / np.maximum(times.sum(axis=1, keepdims=True), 1)
        p = sums[:, 1:]
        pe = (p * (1 - p)).sum(axis=1) / others if others > 0 else np.ones(len(p))
        return _kappa(sums[:, 0], pe)

    why = "only one label occurs, so AC1 has no chance term" if len(counts) else UNPAIRED
    return _measure(statistic, len(counts), len(rows) - len(counts), draws, seed, why)


def summary(
    ratings: ArrayLike, ordered: bool, draws: int = 1000, seed: int = 0
) -> dict[str, Measure]:
    """Every measure of agreement by name, each with its 95 % item-bootstrap interval.

    `ordered` says whether the labels have an order; if not, the two measures that need one are
    missing and say so.

    >>> found = summary([[1, 1], [1, 2], [2, 2], [2, 2]], ordered=False, draws=100)
    >>> found["percent"].value, found["alpha_ordinal"].why
    (0.75, 'the labels have no order')
    """
    found = {
        "percent": percent(ratings, draws, seed),
        "cohen_kappa": cohen_kappa(ratings, draws, seed),
        "fleiss_kappa": fleiss_kappa(ratings, draws, seed),
        "alpha_nominal": alpha(ratings, "nominal", draws, seed),
    }
    metrics: tuple[Metric, ...] = ("ordinal", "interval")
    for metric in metrics:
        found[f"alpha_{metric}"] = (
            alpha(ratings, metric, draws, seed)
            if ordered
            else missing("the labels have no order", lost=len(np.asarray(ratings)))
        )
    return found | {"ac1": ac1(ratings, draws, seed)}


def _table(ratings: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """The ratings, the counts (N, K) of each label on items with two or more, and the K labels."""
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


def _measure(statistic: Statistic, n: int, lost: int, draws: int, seed: int, why: str) -> Measure:
    """The statistic with every item once, and its interval over resampled items."""
    value = float(statistic(np.ones((1, n)))[0]) if n else math.nan
    if math.isnan(value):
        return missing(why, n=n, lost=lost)
    if draws == 0 or n < 2:
        return Measure(value, n=n, lost=lost)
    many = [statistic(times.astype(float)) for times in resamples(n, draws, seed)]
    return Measure(value, *percentiles(np.concatenate(many)), n=n, lost=lost)


def _kappa(seen: Floats, chance: Floats) -> Floats:
    """(po - pe)/(1 - pe), NaN where chance agreement is 1 up to rounding."""
    left = 1 - chance
    return _ratio(seen - chance, np.where(left < 1e-12, 0, left))


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """top / bottom, NaN where bottom is 0."""
    out = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return out
