"""Kappas: Cohen's, weighted or not, of two people, and Fleiss' of any number."""

from __future__ import annotations

from typing import Literal

import numpy as np

from risk.interval import Codes, Floats
from risk.measure import Measure, missing
from risk.rated import kappa, kinds, measured, ratio, sides
from risk.ratings import Ratings, Tally, kept_groups, paired, tally

Weights = Literal["linear", "quadratic"]

ALIKE = "everyone gave the same label, so chance agreement is 1 and {} is undefined"
CONSTANT = "one person always gave the same label, so kappa is 0 whatever the other did"
UNPAIRED = "no item has labels from two people"


def cohen_kappa(
    ratings: Ratings, draws: int = 0, seed: int = 0, of: Codes | None = None
) -> Measure:
    """Cohen's kappa (po - pe)/(1 - pe) of exactly two people, pe from each one's own margins.

    Missing when other than two people labeled, or when both always gave one and the same label.
    `of` (items,) codes what several items are of, which then count together. Cohen (1960).
    Ten items, nine alike, margins 5/5 and 4/6: po .90, pe .50.

    >>> a, b = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    >>> round(cohen_kappa(np.stack([a, b], axis=1)).value, 4)
    0.8
    """
    both = paired(ratings, of)
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
    found = measured(
        statistic, both.n, both.lost, draws, seed, why, both.times, unseen=len(extra), of=both.of
    )
    if found.known and bool((both.rows == both.rows[0]).all(axis=0).any()):
        return Measure(found.value, found.low, found.high, found.n, found.lost, CONSTANT)
    return found


def weighted_kappa(
    ratings: Ratings,
    weights: Weights = "quadratic",
    draws: int = 0,
    seed: int = 0,
    of: Codes | None = None,
) -> Measure:
    """Cohen's weighted kappa 1 - sum(w o)/sum(w e) of exactly two people, for labels with an order.

    w is the distance of the two labels, plain (`linear`) or squared (`quadratic`). Missing when
    other than two people labeled, or when both always gave one and the same label. `of` (items,)
    codes what several items are of, which then count together. Cohen (1968).

    >>> round(weighted_kappa(np.transpose([(1, 2, 3, 4), (1, 2, 4, 4)])).value, 4)
    0.9167
    """
    if weights not in ("linear", "quadratic"):
        raise ValueError(f"weights are {weights!r}; they can be linear, quadratic")
    both = paired(ratings, of)
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
    return measured(
        statistic, both.n, both.lost, draws, seed, why, both.times, unseen=len(extra), of=both.of
    )


def fleiss_kappa(
    ratings: Ratings | Tally, draws: int = 0, seed: int = 0, of: Codes | None = None
) -> Measure:
    """Fleiss' kappa (P - Pe)/(1 - Pe), for any number of people and the same number of labels.

    Items with the most common number of labels are used (the larger on a draw), others are lost.
    Missing when every label is the same. `of` (items,) codes what several items are of, which then
    count together. Fleiss (1971). Rows hhh, hhn, nnn, hnn: P 2/3, Pe 1/2.

    >>> round(fleiss_kappa([[1, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 0]]).value, 4)
    0.3333
    """
    told = tally(ratings, of)
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
    own = kept_groups(told.of, size == r)
    return measured(statistic, n, lost, draws, seed, why, times, unseen=len(extra), of=own)
