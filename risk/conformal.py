"""Conformal prediction: the threshold that covers, and what its sets do on rows held out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import Floats, holding, percentiles
from risk.measure import Measure, missing
from risk.sets import Bools, Ints, Method, Questions, sized, strangeness, uniform
from risk.splits import OVER, affordable, orders

Quantile = Literal["exact", "higher"]
Evaluate = Literal["test", "all"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How sets are made: the miss rate allowed, the method and its conventions.

    `quantile` is the rank of AB-12 (`exact`) or the more cautious one of several codes (`higher`).
    `keep` leaves the likeliest option in a set that would be empty.
    """

    alpha: float = 0.1
    method: Method = "lac"
    quantile: Quantile = "exact"
    keep: bool = True
    lam: float = 0.02
    k_reg: int = 1
    randomized: bool = False

    def scores(self, questions: Questions, seed: int = 0) -> Floats:
        """The strangeness of every option (N, K); draws depend on the seed and the prompt only."""
        u = uniform(questions.items, seed) if self.randomized and self.method != "lac" else None
        return strangeness(questions.p, self.method, self.lam, self.k_reg, u)


def rank(n: int, alpha: float, quantile: Quantile = "exact") -> int:
    """Which of n sorted calibration scores is the threshold, from 1; n + 1 says that none is.

    `exact` is k = ceil((n + 1)(1 - alpha)), all the theorem asks. `higher` is what the codes get
    that pass k / n to a quantile by method "higher": one rank more wherever k < n. ValueError
    where alpha is not between 0 and 1. Source: AB-12.

    >>> [rank(9, alpha) for alpha in (0.2, 0.1, 0.05)], rank(9, 0.2, "higher")
    ([8, 9, 10], 9)
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha:g}; it must be between 0 and 1")
    k = int(ranks(n, np.array(alpha)))
    return k + 1 if quantile == "higher" and k < n else k


def ranks(n: int, alphas: Floats) -> Ints:
    """The exact `rank` of each of many levels between 0 and 1, shaped like them."""
    k = np.ceil((n + 1) * (1 - alphas) - 1e-9)
    return np.clip(k, 1, n + 1).astype(np.int64)


def threshold(scores: ArrayLike, alpha: float, quantile: Quantile = "exact") -> float:
    """The calibrated threshold of n scores of right options; infinite where n is too small.

    Source: AB-12; split conformal prediction.

    >>> s = (0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8)
    >>> threshold(s, 0.2), threshold(s, 0.1), threshold(s, 0.05), threshold(s, 0.2, "higher")
    (0.6, 0.8, inf, 0.8)
    """
    return float(thresholds(np.asarray(scores, dtype=float)[None], alpha, quantile)[0])


def thresholds(scores: Floats, alpha: float, quantile: Quantile = "exact") -> Floats:
    """The threshold of every row (S,) of scores (S, n)."""
    n = scores.shape[1]
    k = rank(n, alpha, quantile)
    if k > n:
        return np.full(len(scores), np.inf)
    return np.asarray(np.partition(scores, k - 1, axis=1)[:, k - 1])


@dataclass(frozen=True, slots=True)
class Trials:
    """What the sets did on the evaluated rows of each of S splits.

    `held`, `covered` and `right` (S, K + 1) count, by size of the set, its rows, those whose set
    holds the right option, and those whose likeliest option is right. `calibration` and `n` rows
    made and judged each split; `lost` prompts could not be used; `wide` is the number of options
    of every row, NaN where rows differ.
    """

    threshold: Floats
    held: Ints
    covered: Ints
    right: Ints
    calibration: int
    n: int
    lost: int
    wide: float

    @property
    def coverage(self) -> Floats:
        """The share of sets that hold the right option, split by split (S,)."""
        return np.asarray(self.covered.sum(axis=1) / self.n)

    @property
    def size(self) -> Floats:
        """The mean size of a set, split by split (S,)."""
        return np.asarray(self.held @ np.arange(self.held.shape[1]) / self.n)

    @property
    def single(self) -> Floats:
        """The share of sets of one option, split by split (S,)."""
        return np.asarray(self.held[:, 1] / self.n)

    @property
    def accuracy(self) -> Floats:
        """The share of rows whose likeliest option is right, split by split (S,)."""
        return np.asarray(self.right.sum(axis=1) / self.n)

    @property
    def uacc(self) -> Floats:
        """Accuracy times sqrt(questions) over the mean size (S,): AB-15; NaN where rows differ."""
        size = self.size
        whole = np.divide(self.accuracy, size, out=np.full(len(size), np.nan), where=size > 0)
        return np.asarray(whole * np.sqrt(self.wide))

    @property
    def set_accuracy(self) -> Floats:
        """1 where the likeliest option is right, else 1 / size where covered (S,): AB-15."""
        sizes = np.maximum(np.arange(self.held.shape[1]), 1)
        credit = self.right + np.maximum(self.covered - self.right, 0) / sizes
        return np.asarray(credit.sum(axis=1) / self.n)


def trials(
    questions: Questions, rule: Rule, splits: int = 1000, seed: int = 0,
    share: float = 0.5, evaluate: Evaluate = "test",
) -> Trials:  # fmt: skip
    """Calibrates on `share` of the rows and judges the sets on the rest, `splits` times.

    `evaluate` "all" judges on every row, the calibration rows included, as some published figures
    do: it flatters coverage. The same seed draws the same splits for every rule. ValueError where
    a part has no row. Source: AB-12 to AB-15.
    """
    n = len(questions)
    half = math.floor(n * share + 1e-9)
    if not 0 < half < n:
        raise ValueError(f"{n} rows leave {half} to calibrate on and {n - half} to test; load more")
    scores = rule.scores(questions, seed)
    gold = scores[np.arange(n), questions.gold]
    parts: list[tuple[Floats, Ints, Ints, Ints]] = []
    for order in orders(n, affordable(n, splits), seed):
        q = thresholds(gold[order[:, :half]], rule.alpha, rule.quantile)
        rows = order[:, half:] if evaluate == "test" else np.tile(np.arange(n), (len(order), 1))
        parts.append((q, *_counted(scores, gold, questions.right, rows, q, rule.keep)))
    q, held, covered, right = (np.concatenate(part) for part in zip(*parts, strict=True))
    tested, wide = n - half if evaluate == "test" else n, questions.wide
    even = float(wide[0]) if (wide == wide[0]).all() else math.nan
    return Trials(q, held, covered, right, half, tested, questions.lost, even)


def _counted(
    scores: Floats, gold: Floats, right: Bools, rows: Ints, q: Floats, keep: bool
) -> tuple[Ints, Ints, Ints]:
    """Rows, covered rows and right rows by split and size of the set (B, K + 1)."""
    wide, columns = scores.shape[1] + 1, np.ascontiguousarray(scores.T)
    told = np.empty((len(rows), 4 * wide), dtype=np.int64)
    for split, (some, limit) in enumerate(zip(rows, q.tolist(), strict=True)):
        sizes, covered = sized(columns, gold, right, limit, keep)
        kind = 4 * sizes + 2 * covered + right
        told[split] = np.bincount(kind[some], minlength=4 * wide)
    told = told.reshape(len(rows), wide, 4)
    return told.sum(axis=2), told[:, :, 2:].sum(axis=2), told[:, :, 1::2].sum(axis=2)


def spread(values: Floats, n: int, lost: int = 0, why: str = "", nothing: str = "") -> Measure:
    """The mean over splits with the middle 95 % of them; splits without a number are left out.

    Missing, for the reason `nothing`, where no split has one; `why` is a caution that stays beside
    what low and high are: what one split of these answers may show (`splits.OVER`).

    >>> spread(np.array([0.8, 1.0, np.nan]), n=10).value
    0.9
    >>> spread(np.array([np.nan]), n=10, nothing="no set missed").why
    'no set missed'
    """
    known = values[np.isfinite(values)]
    if not known.size:
        return missing(nothing or why or "not defined in any split", n=n, lost=lost)
    value = float(known.mean())
    said = f"{OVER}; {why}" if why else OVER
    return Measure(value, *holding(value, *percentiles(known)), n=n, lost=lost, why=said)


def summary(found: Trials) -> dict[str, Measure]:
    """The measures of AB-15 over the splits: mean, and the middle 95 % of splits.

    The middle 95 % says what one split may show, not how well the mean is known.
    """
    few = f"{found.calibration} calibration rows are too few for this alpha: every option is in"
    why = few if np.isinf(found.threshold).any() else ""
    uneven = "rows differ in their number of options" if math.isnan(found.wide) else ""
    told = {
        "coverage": spread(found.coverage, found.n, found.lost, why),
        "set_size": spread(found.size, found.n, found.lost, why),
        "single": spread(found.single, found.n, found.lost, why),
        "accuracy": spread(found.accuracy, found.n, found.lost),
        "set_accuracy": spread(found.set_accuracy, found.n, found.lost, why),
        "uacc": spread(found.uacc, found.n, found.lost, why, uneven),
    }
    q = spread(found.threshold, found.calibration, found.lost, why)
    return told | {"threshold": q}


def by_size(found: Trials) -> dict[int, dict[str, Measure]]:
    """For each size of set that occurs: how many rows, how often it covers, how often it is right.

    Counts are pooled over the splits, so that a split with few such sets weighs little; the ends
    are the middle 95 % of the splits that have any. `n` is the mean number of rows a split.
    """
    told: dict[int, dict[str, Measure]] = {}
    for size in np.flatnonzero(found.held.sum(axis=0)).tolist():
        held = found.held[:, size]
        rows = round(float(held.mean()))
        told[size] = {"share": spread(held / found.n, found.n, found.lost)}
        for name, counts in (("coverage", found.covered), ("precision", found.right)):
            some = held > 0
            one = spread(counts[some, size] / held[some], rows, found.lost)
            told[size][name] = replace(one, value=float(counts[:, size].sum() / held.sum()))
    return told
