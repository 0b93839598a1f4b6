"""Agreement: how far people gave the same label to the same item, beyond what chance would do."""

from __future__ import annotations

from typing import Literal

import numpy as np

from risk.interval import Codes, Floats
from risk.kappa import ALIKE, UNPAIRED, Weights
from risk.kappa import CONSTANT as CONSTANT
from risk.kappa import cohen_kappa as cohen_kappa  # part of this room's face: agreement.cohen_kappa
from risk.kappa import fleiss_kappa as fleiss_kappa
from risk.kappa import weighted_kappa as weighted_kappa
from risk.measure import Measure, missing
from risk.rated import apart, kappa, kinds, measured, ratio
from risk.ratings import TOO_MANY, Ratings, Tally, listed, pairs, people, pooled, tally

Metric = Literal["nominal", "ordinal", "interval"]


def percent(ratings: Ratings, draws: int = 0, seed: int = 0, of: Codes | None = None) -> Measure:
    """Share of pairs of labels of one item that agree, over all pairs; high by chance on skew.

    ratings is (items, people), NaN where a person gave no label; in every measure here an item with
    fewer than two labels is lost, and `draws` above 0 adds a 95 % item-bootstrap interval. `of`
    (items,) codes what several items are of, such as answers of a prompt, which are then drawn
    together.

    >>> percent([[1, 1], [1, 2], [2, 2], [2, np.nan]])
    Measure(value=0.6666666666666666, low=nan, high=nan, n=3, lost=1, why='')
    """
    each, lost, own = pairs(ratings, of)
    told, often = pooled(each, own)
    extra = apart(each)
    both = np.concatenate([told, extra]).astype(float)

    def statistic(times: Floats) -> Floats:
        agree, every = (times @ both).T
        return ratio(agree, every)

    return measured(statistic, len(each), lost, draws, seed, UNPAIRED, often, 0.0, len(extra), own)


def alpha(
    ratings: Ratings | Tally,
    metric: Metric = "nominal",
    draws: int = 0,
    seed: int = 0,
    of: Codes | None = None,
) -> Measure:
    """Krippendorff's alpha 1 - Do/De, for any number of labels an item.

    Ordinal is the interval formula on mid-ranks (how many labels lie below, plus half of those
    equal), since their distance is Krippendorff's ordinal one. Missing when every label is the
    same. `of` (items,) codes what several items are of, which then count together.
    Krippendorff (2011), "Computing Krippendorff's alpha-reliability".

    >>> nan = np.nan
    >>> six = [[0, 0, 0], [1, 1, nan], [2, 3, nan], [0, 1, 1], [3, 3, 3], [2, nan, nan]]
    >>> [round(alpha(six, metric).value, 4) for metric in ("nominal", "ordinal", "interval")]
    [0.6, 0.877, 0.9032]
    """
    if metric not in ("nominal", "ordinal", "interval"):
        raise ValueError(f"metric is {metric!r}; it can be nominal, ordinal, interval")
    told = tally(ratings, of)
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
    return measured(
        statistic, told.n, told.lost, draws, seed, why, told.times, unseen=len(extra), of=told.of
    )


def ac1(
    ratings: Ratings | Tally, draws: int = 0, seed: int = 0, of: Codes | None = None
) -> Measure:
    """Gwet's AC1 (po - pe)/(1 - pe), pe = sum p(1 - p)/(K - 1): steady when labels are skewed.

    K counts the labels that occur; with one alone it is missing. `of` as in `percent`. Gwet (2008).
    Fifty items, 48 "yes" by both, one disagreement each way: kappa -0.0204 and yet

    >>> skewed = [[1, 1]] * 48 + [[1, 0], [0, 1]]
    >>> round(ac1(skewed).value, 4), round(cohen_kappa(skewed).value, 4)
    (0.9584, -0.0204)
    """
    told = tally(ratings, of)
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
    return measured(statistic, n, lost, draws, seed, why, told.times, unseen=len(extra), of=told.of)


def summary(
    ratings: Ratings, ordered: bool, draws: int = 1000, seed: int = 0, of: Codes | None = None
) -> dict[str, Measure]:
    """Every measure of agreement by name, each with its 95 % item-bootstrap interval.

    `ordered` says whether the labels have an order; if not, the two alphas that need one are
    missing and say so. The weighted kappas are there for two people and ordered labels only. `of`
    as in `percent`.

    >>> found = summary([[1, 1], [1, 2], [2, 2], [2, 2]], ordered=False, draws=100)
    >>> found["percent"].value, found["alpha_ordinal"].why
    (0.75, 'the labels have no order')
    """
    said = listed(ratings)
    again = (draws, seed, of)
    found = {"percent": percent(said, *again), "cohen_kappa": cohen_kappa(said, *again)}
    names = ("fleiss_kappa", "alpha_nominal", "alpha_ordinal", "alpha_interval", "ac1")
    try:
        told = tally(said, of)
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
    found |= {f"cohen_{w}": weighted_kappa(said, w, *again) for w in ranked}
    return found | {"ac1": ac1(told, draws, seed)}
