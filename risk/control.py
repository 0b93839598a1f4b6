"""Risk control: which thresholds keep a risk below its limit, and how sure one may be of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from risk import special
from risk.interval import Floats
from risk.sets import TINY, Bools

Procedure = Literal["holm", "bonferroni"]
PROCEDURES: tuple[Procedure, ...] = ("holm", "bonferroni")
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
        return -n * float(_h1(risk, a)) - math.log(delta)

    def bentkus(a: float) -> float:
        return float(factor * special.bdtr(losses, n, a)) - delta

    top = 1 - 1e-12
    ends = (
        float(brentq(excess, max(risk, TINY), top, xtol=1e-10))
        for excess in (hoeffding, bentkus)
        if risk < top and excess(top) < 0
    )
    return min(ends, default=1.0)


def _h1(a: ArrayLike, b: ArrayLike) -> Floats:
    """The divergence of two coins, in nats; 0 ln 0 is 0."""
    first, second = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return np.asarray(special.rel_entr(first, second) + special.rel_entr(1 - first, 1 - second))
