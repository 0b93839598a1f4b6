"""Conformal prediction: the threshold that covers, and its sets on the rows of many splits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import NORMAL, Floats
from risk.sets import TINY, Bools, Ints, Method, Questions, sized, strangeness, uniform
from risk.splits import affordable, orders
from risk.tested import Counts, Trials, counts

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
    columns, none = np.ascontiguousarray(scores.T), np.empty((2, 0), dtype=np.int64)
    parts: list[tuple[Floats, Ints, Ints]] = []
    for order in orders(n, affordable(n, splits), seed):
        q = thresholds(gold[order[:, :half]], rule.alpha, rule.quantile)
        told = _kinds(columns, gold, questions.right, order[:, :half], q, rule.keep)
        parts.append((q, *told))
    q, every, own = (np.concatenate(part) for part in zip(*parts, strict=True))
    tested = every - own if evaluate == "test" else every
    wide = questions.wide
    even = float(wide[0]) if (wide == wide[0]).all() else math.nan
    limits = near(gold, half, rule)
    ends, _ = _kinds(columns, gold, questions.right, none, limits, rule.keep)
    most = float(np.nanmax(scores))
    return Trials(
        *counts(tested, even), threshold=q, calibration=half, lost=questions.lost, rows=n,
        own=Counts(*counts(own, even)), ends=Counts(*counts(ends, even)),
        near=np.minimum(limits, most), most=most, least=int(rule.keep),
    )  # fmt: skip


def near(gold: Floats, half: int, rule: Rule) -> Floats:
    """The least and the largest threshold (2,) that so many rows leave possible, 95 %.

    The order statistics of all scores (n,) about the rank of the threshold, as far off as the count
    below a quantile varies; infinite beyond the last. Where rows share one score there, or the
    largest of all as in sets without draws, thresholds jump, and these are as far off as those of
    half as many other answers. Source: Woodruff (1952), doi 10.2307/2280781; the jump is ours.

    >>> near(np.arange(1.0, 101.0), 50, Rule(0.2)).tolist()
    [73.0, 89.0]
    """
    k, n = rank(half, rule.alpha, rule.quantile), gold.size
    if k > half:
        return np.full(2, np.inf)
    share, ranked = k / (half + 1), np.append(np.sort(gold), np.inf)
    shared = ranked[max(n - 2, 0)] + TINY >= ranked[n - 1]
    for rows in (n, n / 2)[int(shared) :]:
        off = NORMAL * n * math.sqrt(share * (1 - share) / rows)
        at = [max(math.floor(share * (n + 1) - off), 1), math.ceil(share * (n + 1) + off)]
        limits = ranked[np.minimum(at, n + 1) - 1]
        if limits[0] + TINY < min(limits[1], ranked[-2]):
            break
    return np.asarray(limits)


def _kinds(
    columns: Floats, gold: Floats, right: Bools, own: Ints, q: Floats, keep: bool
) -> tuple[Ints, Ints]:
    """Rows by kind, as `counts` reads them: all under each threshold, and its `own` (B, rows)."""
    wide = 4 * (len(columns) + 1)
    every, its = np.empty((2, len(q), wide), dtype=np.int64)
    for split, limit in enumerate(q.tolist()):
        sizes, covered = sized(columns, gold, right, limit, keep)
        kind = 4 * sizes + 2 * covered + right
        every[split] = np.bincount(kind, minlength=wide)
        its[split] = np.bincount(kind[own[split]], minlength=wide)
    return every, its
