"""Agreement: how far people gave the same label to the same item, beyond what chance would do."""

from __future__ import annotations

from typing import Literal

import numpy as np

from risk.interval import Floats
from risk.measure import Measure, missing
from risk.rated import apart, kappa, kinds, measured, ratio, sides
from risk.ratings import (
    TOO_MANY,
    Ratings,
    Tally,
    listed,
    paired,
    pairs,
    people,
    pooled,
    tally,
)

Metric = Literal["nominal", "ordinal", "interval"]
Weights = Literal["linear", "quadratic"]

ALIKE = "everyone gave the same label, so chance agreement is 1 and {} is undefined"
CONSTANT = "one person always gave the same label, so kappa is 0 whatever the other did"
UNPAIRED = "no item has labels from two people"


def percent(ratings: Ratings, draws: int = 0, seed: int = 0) -> Measure:
    """Share of pairs of labels of one item that agree, over all pairs; high by chance on skew.

    ratings is (items, people), NaN where a person gave no label; in every measure here an item with
    fewer than two labels is lost, and `draws` above 0 adds a 95 % item-bootstrap interval.

    >>> percent([[1, 1], [1, 2], [2, 2], [2, np.nan]])
    Measure(value=0.6666666666666666, low=nan, high=nan, n=3, lost=1, why='')
    """
    each, lost = pairs(ratings)
    told, often = pooled(each)
    extra = apart(each)
    both = np.concatenate([told, extra]).astype(float)

    def statistic(times: Floats) -> Floats:
        agree, every = (times @ both).T
        return ratio(agree, every)

    return measured(statistic, len(each), lost, draws, seed, UNPAIRED, often, 0.0, len(extra))


def cohen_kappa(ratings: Ratings, draws: int = 0, seed: int = 0) -> Measure:
    """Cohen's kappa (po - pe)/(1 - pe) of exactly two people, pe from each one's own margins.

    Missing when other than two people labeled, or when both always gave one and the same label.
    Cohen (1960). Ten items, nine alike, margins 5/5 and 4/6: po .90, pe .50.

    >>> a, b = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    >>> round(cohen_kappa(np.stack([a, b], axis=1)).value, 4)
    0.8
    """
    both = paired(ratings)
    if both.why:
        return missing(both.why, lost=both.lost)
    values, extra = both.values, sides(both.rows, both.values)
    pair = np.concatenate([both.rows, extra])
    one, two = (pair[:, [i]] == values for i in (0, 1))  # (N, K) each
    features = np.concatenate([(one & two).any(axis=1, keepdims=True), one, two], axis=1)

    def statistic(times: Floats) -> Floats:
        sums = times @ features / np.maximum(times.sum(axis=1, keepdims=True), 1)
        first, second = np.split(sums[:, 1:], 2, axis=1)
        return kappa(sums[:, 0], (first * second).sum(axis=1))

    why = ALIKE.format("kappa") if both.n else UNPAIRED
    found = measured(statistic, both.n, both.lost, draws, seed, why, both.times, unseen=len(extra))
    if found.known and bool((both.rows == both.rows[0]).all(axis=0).any()):
        return Measure(found.value, found.low, found.high, found.n, found.lost, CONSTANT)
    return found


def weighted_kappa(
    ratings: Ratings, weights: Weights = "quadratic", draws: int = 0, seed: int = 0
) -> Measure:
    """Cohen's weighted kappa 1 - sum(w o)/sum(w e) of exactly two people, for labels with an order.

    w is the distance of the two labels, plain (`linear`) or squared (`quadratic`). Missing when
    other than two people labeled, or when both always gave one and the same label. Cohen (1968).

    >>> round(weighted_kappa(np.transpose([(1, 2, 3, 4), (1, 2, 4, 4)])).value, 4)
    0.9167
    """
    if weights not in ("linear", "quadratic"):
        raise ValueError(f"weights are {weights!r}; they can be linear, quadratic")
    both = paired(ratings)
    if both.why:
        return missing(both.why, lost=both.lost)
    values, extra = both.values, sides(both.rows, both.values)
    pair = np.concatenate([both.rows, extra])
    power = 1 if weights == "linear" else 2
    far = np.abs(values[:, None] - values[None, :]) ** power  # (K, K)
    one, two = (pair[:, [i]] == values for i in (0, 1))  # (N, K) each
    apart = (np.abs(pair[:, [0]] - pair[:, [1]])) ** power
    features = np.concatenate([apart, one, two], axis=1)

    def statistic(times: Floats) -> Floats:
        sums = times @ features / np.maximum(times.sum(axis=1, keepdims=True), 1)
        first, second = np.split(sums[:, 1:], 2, axis=1)
        return 1 - ratio(sums[:, 0], ((first @ far) * second).sum(axis=1))

    why = ALIKE.format("kappa") if both.n else UNPAIRED
    return measured(statistic, both.n, both.lost, draws, seed, why, both.times, unseen=len(extra))


def fleiss_kappa(ratings: Ratings | Tally, draws: int = 0, seed: int = 0) -> Measure:
    """Fleiss' kappa (P - Pe)/(1 - Pe), for any number of people and the same number of labels.

    Items with the most common number of labels are used (the larger on a draw), others are lost.
    Missing when every label is the same. Fleiss (1971). Rows hhh, hhn, nnn, hnn: P 2/3, Pe 1/2.

    >>> round(fleiss_kappa([[1, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0]]).value, 4)
    0.3333
    """
    told = tally(ratings)
    size = told.counts.sum(axis=1)
    often = np.bincount(size.astype(int), told.times, minlength=1)
    r = float(often.size - 1 - often[::-1].argmax())
    seen = told.counts[size == r]
    extra = kinds(seen)
    used = np.concatenate([seen, extra])
    times = None if told.times is None else told.times[size == r]
    n = int(often[int(r)]) if told.n else 0
    alike = (used * (used - 1)).sum(axis=1, keepdims=True) / max(r * (r - 1), 1)
    features = np.concatenate([alike, used / max(r, 1)], axis=1)

    def statistic(times: Floats) -> Floats:
        sums = times @ features / np.maximum(times.sum(axis=1, keepdims=True), 1)
        return kappa(sums[:, 0], (sums[:, 1:] ** 2).sum(axis=1))

    why = ALIKE.format("kappa") if n else UNPAIRED
    lost = told.n + told.lost - n
    return measured(statistic, n, lost, draws, seed, why, times, unseen=len(extra))


def alpha(
    ratings: Ratings | Tally, metric: Metric = "nominal", draws: int = 0, seed: int = 0
) -> Measure:
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
    told = tally(ratings)
    extra = kinds(told.counts)
    counts, values = np.concatenate([told.counts, extra]), told.values
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
        return 1 - ratio(((n - 1) * seen)[:, 0], chance[:, 0])

    why = ALIKE.format("alpha") if told.n else UNPAIRED
    n, lost = told.n, told.lost
    return measured(statistic, n, lost, draws, seed, why, told.times, unseen=len(extra))


def ac1(ratings: Ratings | Tally, draws: int = 0, seed: int = 0) -> Measure:
    """Gwet's AC1 (po - pe)/(1 - pe), pe = sum p(1 - p)/(K - 1): steady when labels are skewed.

    K counts the labels that occur; with one alone it is missing. Gwet (2008).
    Fifty items, 48 "yes" by both, one disagreement each way: kappa -0.0204 and yet

    >>> skewed = [[1, 1]] * 48 + [[1, 0], [0, 1]]
    >>> round(ac1(skewed).value, 4), round(cohen_kappa(skewed).value, 4)
    (0.9584, -0.0204)
    """
    told = tally(ratings)
    extra = kinds(told.counts)
    counts, values = np.concatenate([told.counts, extra]), told.values
    size = counts.sum(axis=1, keepdims=True)
    alike = (counts * (counts - 1)).sum(axis=1, keepdims=True) / (size * (size - 1))
    features = np.concatenate([alike, counts / size], axis=1)
    others = values.size - 1

    def statistic(times: Floats) -> Floats:
        sums = times @ features / np.maximum(times.sum(axis=1, keepdims=True), 1)
        p = sums[:, 1:]
        pe = (p * (1 - p)).sum(axis=1) / others if others > 0 else np.ones(len(p))
        return kappa(sums[:, 0], pe)

    why = "only one label occurs, so AC1 has no chance term" if told.n else UNPAIRED
    n, lost = told.n, told.lost
    return measured(statistic, n, lost, draws, seed, why, told.times, unseen=len(extra))


def summary(
    ratings: Ratings, ordered: bool, draws: int = 1000, seed: int = 0
) -> dict[str, Measure]:
    """Every measure of agreement by name, each with its 95 % item-bootstrap interval.

    `ordered` says whether the labels have an order; if not, the two alphas that need one are
    missing and say so. The weighted kappas are there for two people and ordered labels only.

    >>> found = summary([[1, 1], [1, 2], [2, 2], [2, 2]], ordered=False, draws=100)
    >>> found["percent"].value, found["alpha_ordinal"].why
    (0.75, 'the labels have no order')
    """
    said = listed(ratings)
    found = {"percent": percent(said, draws, seed), "cohen_kappa": cohen_kappa(said, draws, seed)}
    names = ("fleiss_kappa", "alpha_nominal", "alpha_ordinal", "alpha_interval", "ac1")
    try:
        told = tally(said)
    except MemoryError:
        return found | {name: missing(TOO_MANY, lost=said.items) for name in names}
    found |= {
        "fleiss_kappa": fleiss_kappa(told, draws, seed),
        "alpha_nominal": alpha(told, "nominal", draws, seed),
    }
    metrics: tuple[Metric, ...] = ("ordinal", "interval")
    for metric in metrics:
        found[f"alpha_{metric}"] = (
            alpha(told, metric, draws, seed)
            if ordered
            else missing("the labels have no order", lost=said.items)
        )
    two = len(people(said)) == 2
    ranked: tuple[Weights, ...] = ("linear", "quadratic") if ordered and two else ()
    found |= {f"cohen_{w}": weighted_kappa(said, w, draws, seed) for w in ranked}
    return found | {"ac1": ac1(told, draws, seed)}
