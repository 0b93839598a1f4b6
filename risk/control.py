"""Risk control: which thresholds keep a risk below its limit, and how sure one may be of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from risk import special
from risk.conformal import Rule, threshold
from risk.interval import Floats
from risk.judged import judged
from risk.options import counted
from risk.sets import TINY, Bools, Ints, Questions, members
from risk.splits import affordable, orders
from risk.unsure import unsure

Procedure = Literal["holm", "bonferroni"]
Choice = Literal["youden", "rate", "control"]
Loss = Literal["miss", "error"]
PROCEDURES: tuple[Procedure, ...] = ("holm", "bonferroni")
CHOICES: tuple[Choice, ...] = ("youden", "rate", "control")
LOSSES: tuple[Loss, ...] = ("miss", "error")
GRID = 20
"""Thresholds tested by learn-then-test: few enough that the correction costs little."""


@dataclass(frozen=True, slots=True)
class Control:
    """Thresholds (T,) tested for a risk: mean loss of the `n` rows each answers, p-value, verdict.

    `chosen` is the valid threshold that answers most; minus infinity, answering none, if none is.
    """

    thresholds: Floats
    risk: Floats
    n: Floats
    p: Floats
    valid: Bools
    chosen: float


def p_values(risk: ArrayLike, n: ArrayLike, limit: float, binary: bool = False) -> Floats:
    """Hoeffding-Bentkus p-values (T,) of "the true risk is above `limit`", by MAPIE.

    `risk` (T,) is the mean of `n` losses in [0, 1]; `binary` losses are 0 or 1 and need no factor
    e. Without a row p is 1. ValueError where limit is not between 0 and 1. Source: AB-20; Learn
    then Test, arXiv 2110.01052.

    >>> p_values([0.05], [100], 0.1).round(4).tolist()
    [0.1565]
    """
    # MAPIE brings scikit-learn: two seconds that only those who ask for control should wait
    from mapie.risk_control.methods import compute_hoeffding_bentkus_p_value as tested

    if not 0 < limit < 1:
        raise ValueError(f"the limit is {limit:g}; it must be between 0 and 1")
    mean, rows = np.asarray(risk, dtype=float), np.asarray(n, dtype=float)
    p = np.ones(len(mean))
    some = rows > 0
    # n * (k / n) may lie a hair above k, and its ceiling one loss too high
    p[some] = tested(np.maximum(mean[some] - TINY, 0), rows[some], limit, binary)[:, 0]
    return p


def valid(p: ArrayLike, delta: float, procedure: Procedure = "holm") -> Bools:
    """Which hypotheses (T,) are rejected with a chance of any false one of `delta`, by MAPIE.

    >>> valid([2.7e-05, 0.0053, 0.1565], 0.1, "bonferroni").tolist()
    [True, True, False]
    """
    from mapie.risk_control import control_fwer

    tested = np.asarray(p, dtype=float)
    found = np.zeros(len(tested), dtype=bool)
    if len(tested):
        name = "bonferroni_holm" if procedure == "holm" else "bonferroni"
        found[control_fwer(tested, delta, name)] = True
    return found


def control(
    u: Floats, loss: Floats, thresholds: Floats, limit: float, delta: float,
    procedure: Procedure = "holm",
) -> Control:  # fmt: skip
    """Learn then test: up to which uncertainty one may answer with a mean loss below `limit`.

    `u` (N,) never looks at the right option, `loss` (N,) lies in [0, 1], a row is answered where
    u <= threshold, and `thresholds` (T,) must be chosen without these rows. With a chance of
    1 - delta over the rows drawn, no threshold called valid has a true risk among the answered
    above `limit`. ValueError where a loss lies outside 0 to 1. Source: AB-20.

    >>> u = np.arange(200) / 200
    >>> found = control(u, (u >= 0.6).astype(float), np.array([0.3, 0.5, 0.9]), 0.1, 0.1)
    >>> found.valid.tolist(), found.chosen
    ([True, True, False], 0.5)
    """
    if loss.size and not (loss.min() >= 0 and loss.max() <= 1):
        raise ValueError(f"losses run from {loss.min():g} to {loss.max():g}; they must be 0 to 1")
    answered = u[:, None] <= thresholds + TINY  # (N, T)
    n = answered.sum(axis=0).astype(float)
    sums = loss @ answered
    risk = np.divide(sums, n, out=np.full(len(n), np.nan), where=n > 0)
    p = p_values(risk, n, limit, binary=bool(np.isin(loss, (0, 1)).all()))
    passed = valid(p, delta, procedure)
    best = float(thresholds[passed].max()) if passed.any() else -math.inf
    return Control(thresholds, risk, n, p, passed, best)


def bound(risk: float, n: int, delta: float = 0.1, binary: bool = False) -> float:
    """The upper bound of a mean loss in [0, 1]: below it with probability 1 - delta.

    The smallest of Hoeffding's, Bentkus' and 1; n = 0 gives NaN. Source: AB-20.

    >>> round(bound(0.05, 100, 0.1), 4), bound(1.0, 5, 0.1)
    (0.107, 1.0)
    """
    if not n or math.isnan(risk):
        return math.nan
    losses = math.ceil(n * risk - 1e-9)
    factor = 1.0 if binary else math.e

    def hoeffding(a: float) -> float:
        return -n * _h1(risk, a) - math.log(delta)

    def bentkus(a: float) -> float:
        return float(factor * special.bdtr(losses, n, a)) - delta

    top = 1 - 1e-12
    ends = (
        float(brentq(excess, max(risk, TINY), top, xtol=1e-10))
        for excess in (hoeffding, bentkus)
        if risk < top and excess(top) < 0
    )
    return min(ends, default=1.0)


def _h1(a: float, b: float) -> float:
    """The divergence of two coins, in nats; 0 ln 0 is 0."""
    first = a * math.log(a / b) if a > 0 else 0.0
    return first + ((1 - a) * math.log((1 - a) / (1 - b)) if a < 1 else 0.0)


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


def dual(
    questions: Questions, rule: Dual, splits: int = 200, seed: int = 0
) -> tuple[dict[str, Floats], int]:
    """The dual-threshold rule on held-out rows: every measure (S,) by split, and the test rows.

    A third of the rows calibrates the sets, a third the threshold of abstention, and the last is
    only judged; the true option is never looked at there. ValueError under nine rows. Source:
    AB-16; arXiv 2502.07255.
    """
    n = len(questions)
    if n < 9:
        raise ValueError(f"there are {n} usable rows; three parts need at least 9")
    scores = rule.rule.scores(questions, seed)
    u = None if rule.u == "size" else unsure(questions.p, rule.u)
    third = n // 3
    found = [
        _dual(questions, rule, scores, u, np.split(order, [third, 2 * third]))
        for block in orders(n, affordable(n, splits), seed)
        for order in block
    ]
    return {name: np.array([one[name] for one in found]) for name in found[0]}, n - 2 * third


def _dual(
    asked: Questions, rule: Dual, scores: Floats, blind: Floats | None, parts: Sequence[Ints]
) -> dict[str, float]:
    """The rule on one split; `blind` uncertainties do not depend on it."""
    calibration, chosen, test = parts
    q = threshold(scores[calibration, asked.gold[calibration]], rule.rule.alpha)
    sets = members(scores, q, asked.best if rule.rule.keep else None)
    missed = ~sets[np.arange(len(asked)), asked.gold]
    u = unsure(asked.p, rule.u, counted(sets)) if blind is None else blind
    t = rule.threshold(u[chosen], missed[chosen], ~asked.right[chosen], u[calibration])
    abstained = u > t + TINY
    held, out, bad = asked.take(test, named=False), abstained[test], missed[test]
    return judged(held, sets[test], out) | {
        "should_abstain": float(bad.mean()),
        "tpr": float(out[bad].mean()) if bad.any() else math.nan,
        "fpr": float(out[~bad].mean()) if not bad.all() else math.nan,
        "threshold": t,
    }
