"""Aggregation: many labels of an item to one, by majority or by Dawid and Skene's model."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import Floats

TIE = 1e-9
"""Classes whose chances lie this close are level."""


@dataclass(frozen=True, slots=True)
class Model:
    """Dawid and Skene's model as fitted.

    `chance` (N, K): of each class, given the labels of an item (NaN where nobody labeled it).
    `share` (K,) of each class among items. `confusion` (P, K, K): how often person p says column l
    where row k is true, NaN for a person without labels. `classes` (K,) are the labels there are.
    `steps` (rounds,) the log-likelihood, with its penalty, round by round.
    """

    chance: Floats
    share: Floats
    confusion: Floats
    classes: Floats
    steps: Floats
    converged: bool

    @property
    def label(self) -> Floats:
        """The most likely class of each item, (N,); NaN where two are level or nobody labeled."""
        return _first(self.chance, self.classes, TIE)


def majority(ratings: ArrayLike) -> Floats:
    """The most frequent label of each item, (items, people) to (items,); a tie is NaN.

    >>> majority([[1, 1, 2], [1, 2, np.nan], [np.nan, np.nan, 2], [np.nan] * 3]).tolist()
    [1.0, nan, 2.0, nan]
    """
    counts, classes = _counts(_checked(ratings))
    votes = counts.sum(axis=1)  # (N, K)
    return _first(np.where(votes.sum(axis=1, keepdims=True) > 0, votes, np.nan), classes, 0.0)


def adjudicated(ratings: ArrayLike, settled: ArrayLike) -> Floats:
    """The adjudicated label (items,) where there is one, the majority of the people elsewhere.

    >>> adjudicated([[1, 1], [1, 2], [1, 2]], [2, np.nan, 1]).tolist()
    [2.0, nan, 1.0]
    """
    ruled = np.asarray(settled, dtype=float)
    return np.where(np.isnan(ruled), majority(ratings), ruled)


def dawid_skene(
    ratings: ArrayLike, rounds: int = 500, tolerance: float = 1e-9, smooth: float = 0.01
) -> Model:
    """Classes of items and each person's confusions, from their labels alone, by EM.

    ratings is (items, people), NaN for no label. It starts from each item's shares of votes, so
    nothing is drawn and the same labels give the same answer; it ends when the log-likelihood rises
    by less than `tolerance` per label. `smooth` is added to every count, so that a confusion nobody
    showed is unlikely rather than impossible (ours). Needs overlap: with one label an item nothing
    tells a careless person from an unusual item. Dawid and Skene (1979), doi 10.2307/2346806.

    >>> good, bad = [1, 1, 1, 0, 0, 0, 1, 0], [0, 0, 0, 1, 1, 1, 0, 1]
    >>> dawid_skene(np.transpose([good, good, bad])).label.tolist()
    [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    """
    if not (rounds >= 1 and smooth > 0):
        raise ValueError(f"rounds is {rounds} and smooth {smooth}; both must be above 0")
    rows = _checked(ratings)
    counts, classes = _counts(rows)
    said = counts.sum(axis=1)
    labels, known = float(said.sum()), said.sum(axis=1) > 0
    whole = np.full((len(rows), classes.size), np.nan)
    if not known.any():
        nothing = np.full((rows.shape[1], classes.size, classes.size), np.nan)
        return Model(whole, np.full(classes.size, np.nan), nothing, classes, np.empty(0), True)
    used = counts[known]
    chance = said[known] / said[known].sum(axis=1, keepdims=True)
    steps: list[float] = []
    ended = False
    while len(steps) < rounds and not ended:
        share, confusion = _maximize(used, chance, smooth)
        chance, fit = _expect(used, share, confusion)
        steps.append(fit + smooth * float(np.log(confusion).sum() + np.log(share).sum()))
        ended = len(steps) > 1 and steps[-1] - steps[-2] < tolerance * labels
    whole[known] = chance
    silent = counts.sum(axis=(0, 2)) == 0
    confusion = np.where(silent[:, None, None], np.nan, confusion)
    return Model(whole, share, confusion, classes, np.array(steps), ended)


def _maximize(used: Floats, chance: Floats, smooth: float) -> tuple[Floats, Floats]:
    """Shares (K,) and confusions (P, K, K) that fit the chances best."""
    share = chance.sum(axis=0) + smooth
    told = np.einsum("nk,npl->pkl", chance, used) + smooth
    return share / share.sum(), told / told.sum(axis=2, keepdims=True)


def _expect(used: Floats, share: Floats, confusion: Floats) -> tuple[Floats, float]:
    """Chances (N, K) under the fit, and the log-likelihood of the labels."""
    joint = np.log(share) + np.einsum("npl,pkl->nk", used, np.log(confusion))
    top = joint.max(axis=1, keepdims=True)
    each = np.exp(joint - top)
    sums = each.sum(axis=1, keepdims=True)
    return each / sums, math.fsum((top + np.log(sums)).ravel().tolist())


def _checked(ratings: ArrayLike) -> Floats:
    rows = np.asarray(ratings, dtype=float)
    if rows.ndim != 2:
        raise ValueError(f"ratings have {rows.ndim} axes; they must be (items, people)")
    return rows


def _counts(rows: Floats) -> tuple[Floats, Floats]:
    """Who said what, (N, P, K) of 0 and 1, and the K labels there are."""
    classes = np.unique(rows[~np.isnan(rows)])
    return (rows[:, :, None] == classes).astype(float), classes


def _first(weight: Floats, classes: Floats, tie: float) -> Floats:
    """The class of the largest weight in each row (N, K); NaN where two are level or none known."""
    if classes.size == 0:
        return np.full(len(weight), np.nan)
    best = weight.max(axis=1, keepdims=True)
    level = (weight >= best - tie).sum(axis=1)  # a NaN row has none
    return np.where(level == 1, classes[np.argmax(weight, axis=1)], np.nan)
