"""A set first, then an abstention: the dual threshold, and how its second one is chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from risk.conformal import Rule, threshold
from risk.control import GRID, Procedure, control
from risk.interval import Floats
from risk.judged import Found, judged, kinds, misses
from risk.sets import TINY, Bools, Ints, Questions, sized
from risk.splits import affordable, orders
from risk.unsure import unsure

Choice = Literal["youden", "rate", "control"]
Loss = Literal["miss", "error"]
CHOICES: tuple[Choice, ...] = ("youden", "rate", "control")
LOSSES: tuple[Loss, ...] = ("miss", "error")
TRACED = 2_000
"""Rows up to which it is followed what each of them moves: of more the splits do not tell."""
SOME = 20
"""Splits from which on they show what thresholds do now and then; fewer tell as much as so many
rows."""


def youden(u: ArrayLike, wrong: ArrayLike) -> tuple[float, float, float]:
    """The threshold t that best tells `wrong` rows by u > t, with its TPR and FPR.

    Ties take the smallest FPR, then the largest t. Without a wrong row, or without a good one,
    nothing is told: (NaN, NaN, NaN). Source: AB-16; Youden (1950).

    >>> [round(x, 4) for x in youden([0.1, 0.2, 0.35, 0.5, 0.6], [0, 0, 1, 0, 1])]
    [0.2, 1.0, 0.3333]
    """
    score, bad = np.asarray(u, dtype=float), np.asarray(wrong, dtype=bool)
    if not bad.any() or bad.all():
        return math.nan, math.nan, math.nan
    levels, place = np.unique(score, return_inverse=True)
    at_most = np.cumsum(np.bincount(place[bad], minlength=len(levels)))
    good = np.cumsum(np.bincount(place[~bad], minlength=len(levels)))
    tpr, fpr = 1 - at_most / bad.sum(), 1 - good / (~bad).sum()
    most = np.flatnonzero((gain := np.round(tpr - fpr, 12)) == gain.max())
    best = most[fpr[most] == fpr[most].min()][-1]  # levels rise
    return float(levels[best]), float(tpr[best]), float(fpr[best])


def at_rate(u: ArrayLike, rate: float) -> float:
    """The smallest threshold t at which no more than `rate` of the rows have u > t.

    >>> at_rate([0.1, 0.2, 0.35, 0.5, 0.6], 0.4)
    0.35
    """
    ranked = np.sort(np.asarray(u, dtype=float))
    over = math.floor(len(ranked) * rate + 1e-9)
    return float(ranked[len(ranked) - over - 1]) if over < len(ranked) else -math.inf


@dataclass(frozen=True, slots=True)
class Dual:
    """A set first, then an abstention where the uncertainty `u` is above a threshold.

    The threshold is chosen by `youden`, by the largest share abstained (`rate`), or by `control`
    of the `loss` among answered rows: the set misses, or the likeliest option is an error.
    """

    rule: Rule
    u: str = "entropy"
    choice: Choice = "youden"
    rate: float = 0.2
    loss: Loss = "miss"
    limit: float = 0.1
    delta: float = 0.1
    procedure: Procedure = "holm"

    def threshold(self, u: Floats, missed: Bools, wrong: Bools, apart: Floats) -> float:
        """The threshold on these rows, infinite without one; control tries quantiles of `apart`."""
        if self.choice == "rate":
            return at_rate(u, self.rate)
        if self.choice == "youden":
            best = youden(u, missed)[0]
            return math.inf if math.isnan(best) else best
        loss = (missed if self.loss == "miss" else wrong).astype(float)
        grid = np.unique(np.quantile(apart, np.arange(1, GRID + 1) / GRID))
        return control(u, loss, grid, self.limit, self.delta, self.procedure).chosen


def dual(questions: Questions, rule: Dual, splits: int = 200, seed: int = 0) -> Found:
    """The dual-threshold rule on held-out rows: every measure by split.

    A third of the rows calibrates the sets, a third the threshold of abstention, and the last is
    only judged; the true option is never looked at there. ValueError under nine rows. Source:
    AB-16; arXiv 2502.07255.
    """
    n = len(questions)
    if n < 9:
        raise ValueError(f"there are {n} usable rows; three parts need at least 9")
    scores = np.ascontiguousarray(rule.rule.scores(questions, seed).T)  # (K, N)
    gold = scores[questions.gold, np.arange(n)]
    u = None if rule.u == "size" else unsure(questions.p, rule.u)
    third = n // 3
    told: list[tuple[float, Ints, Ints]] = []
    made = np.zeros((affordable(n, splits), n if n <= TRACED else 0), dtype=bool)
    for order in (one for block in orders(n, len(made), seed) for one in block):
        parts = np.split(order, [third, 2 * third])
        if made.size:
            made[len(told), order[: 2 * third]] = True
        told.append(_dual(questions, rule, scores, gold, u, parts))
    t, tested, own = (np.array(part) for part in zip(*told, strict=True))
    does, did = (judged(one) | misses(one) | {"threshold": t} for one in (tested, own))
    rows = n if t.size >= SOME else min(n, t.size)
    traced = made if made.size else None
    return Found(does, did, 2 * third / n, n - 2 * third, rows, {}, {}, traced)


def _dual(
    asked: Questions, rule: Dual, scores: Floats, gold: Floats, blind: Floats | None,
    parts: Sequence[Ints],
) -> tuple[float, Ints, Ints]:  # fmt: skip
    """The second threshold of one split, its test rows and its other rows by kind.

    `blind` uncertainties do not depend on the split.
    """
    calibration, chosen, test = parts
    q = threshold(gold[calibration], rule.rule.alpha)
    size, inside = sized(scores, gold, asked.right, q, rule.rule.keep)
    u = unsure(asked.p, rule.u, size) if blind is None else blind
    t = rule.threshold(u[chosen], ~inside[chosen], ~asked.right[chosen], u[calibration])
    kind = kinds(size, inside, asked.right, u > t + TINY)
    every = 8 * (len(scores) + 1)
    own = np.bincount(kind[calibration], minlength=every)
    own += np.bincount(kind[chosen], minlength=every)
    return t, np.bincount(kind[test], minlength=every), own
