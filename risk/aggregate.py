"""Aggregation: many labels of an item to one, by majority or by Dawid and Skene's model."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats
from risk.ratings import Labels, Ratings, listed

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Ints = NDArray[np.int64]
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
    ratings: Ratings, rounds: int = 500, tolerance: float = 1e-9, smooth: float = 0.01,
    each: Callable[[], object] = lambda: None,
) -> Model:  # fmt: skip
    """Classes of items and each person's confusions, from their labels alone, by EM.

    ratings is (items, people), NaN for no label. It starts from each item's shares of votes, so
    nothing is drawn and the same labels give the same answer; it ends when the log-likelihood rises
    by less than `tolerance` per label. `smooth` is added to every count, so that a confusion nobody
    showed is unlikely rather than impossible (ours). `each` is called before every round. Needs
    overlap: with one label an item nothing tells a careless person from an unusual item. Dawid and
    Skene (1979), doi 10.2307/2346806.

    >>> good, bad = [1, 1, 1, 0, 0, 0, 1, 0], [0, 0, 0, 1, 1, 1, 0, 1]
    >>> dawid_skene(np.transpose([good, good, bad])).label.tolist()
    [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    """
    if not (rounds >= 1 and smooth > 0):
        raise ValueError(f"rounds is {rounds} and smooth {smooth}; both must be above 0")
    told = listed(ratings)
    classes, code = np.unique(told.value, return_inverse=True)
    k = classes.size
    whole = np.full((told.items, k), np.nan)
    if not k:
        nothing = np.full((told.people, k, k), np.nan)
        return Model(whole, np.full(k, np.nan), nothing, classes, np.empty(0), True)
    votes = np.bincount(told.item * k + code, minlength=told.items * k).reshape(told.items, k)
    known = votes.sum(axis=1) > 0
    said = _matrix(told, code, k, known)
    chance = votes[known] / votes[known].sum(axis=1, keepdims=True)
    steps: list[float] = []
    ended = False
    while len(steps) < rounds and not ended:
        each()
        share, confusion = _maximize(said, chance, smooth)
        fit = _expect(said, share, confusion, chance)
        steps.append(fit + smooth * float(np.log(confusion).sum() + np.log(share).sum()))
        ended = len(steps) > 1 and steps[-1] - steps[-2] < tolerance * len(code)
    whole[known] = chance
    silent = np.bincount(told.person, minlength=told.people) == 0
    confusion = np.where(silent[:, None, None], np.nan, confusion)
    return Model(whole, share, confusion, classes, np.array(steps), ended)


BLOCK = 50_000
"""Items that are weighed at a time, so that many need little memory beside their chances."""


def _matrix(told: Labels, code: Ints, k: int, known: NDArray[np.bool_]) -> csr_array:
    """Who said what of each known item, (N, P K) of 0 and 1, nearly all 0."""
    from scipy.sparse import csr_array

    row = np.cumsum(known) - 1
    ones = np.ones(len(code))
    place = (row[told.item], told.person * k + code)
    return csr_array((ones, place), shape=(int(known.sum()), told.people * k))


def _maximize(said: csr_array, chance: Floats, smooth: float) -> tuple[Floats, Floats]:
    """Shares (K,) and confusions (P, K, K) that fit the chances best."""
    k = chance.shape[1]
    share = chance.sum(axis=0) + smooth
    told = (said.T @ chance).reshape(-1, k, k).transpose(0, 2, 1) + smooth  # (P, true, said)
    return share / share.sum(), told / told.sum(axis=2, keepdims=True)


def _expect(said: csr_array, share: Floats, confusion: Floats, chance: Floats) -> float:
    """Puts the chances (N, K) under the fit in place; the log-likelihood of the labels."""
    k = share.size
    weight = np.log(confusion).transpose(0, 2, 1).reshape(-1, k)  # (P K, K)
    fit: list[float] = []
    for start in range(0, len(chance), BLOCK):
        part = slice(start, start + BLOCK)
        joint = np.log(share) + said[part] @ weight
        top = joint.max(axis=1, keepdims=True)
        each = np.exp(joint - top)
        sums = each.sum(axis=1, keepdims=True)
        chance[part] = each / sums
        fit += (top + np.log(sums)).ravel().tolist()
    return math.fsum(fit)


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
