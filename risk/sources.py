"""Several weak sources at once: a linear classifier fitted to all of them (POLAR, 2306.16564)."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from risk import special
from risk.interval import Floats

Scalar = Literal["linear", "square", "norm", "max"]


def joined(losses: ArrayLike, weights: ArrayLike, how: Scalar) -> tuple[Floats, Floats]:
    """G(l_0 .. l_m) of each row (N,) of losses (N, m), and its slopes (N, m); NaN abstained.

    linear: the weighted sum; square: its square; norm: the root of the squared terms' sum; max.
    A row's weights are shared among the sources that did not abstain.

    >>> value, slope = joined([[1.0, 3.0]], [1, 1], "linear")
    >>> value.tolist(), slope.tolist()
    ([2.0], [[0.5, 0.5]])
    >>> joined([[1.0, np.nan]], [1, 1], "max")[0].tolist()
    [1.0]
    """
    told = np.asarray(losses, dtype=float)
    known = ~np.isnan(told)
    x = np.where(known, told, 0.0)
    w = known * np.asarray(weights, dtype=float)
    total = w.sum(axis=1, keepdims=True)
    w = w / np.where(total > 0, total, 1.0)
    part = w * x
    if how == "linear":
        return part.sum(axis=1), w
    if how == "square":
        one = part.sum(axis=1, keepdims=True)
        return one[:, 0] ** 2, 2 * one * w
    if how == "norm":
        one = np.sqrt((part**2).sum(axis=1, keepdims=True))
        return one[:, 0], w * part / np.where(one > 0, one, 1.0)
    top = part.argmax(axis=1)
    slope = np.zeros_like(w)
    rows = np.arange(len(w))
    slope[rows, top] = w[rows, top]
    return part[rows, top], slope


def fit(
    x: Floats, sources: Floats, weights: ArrayLike, how: Scalar = "linear", ridge: float = 1.0
) -> Floats:
    """Intercept and slopes (1 + D,) of h for x (N, D) and sources (N, m) in 0 to 1, NaN abstained.

    h minimizes the sum over rows of G of the cross-entropies to the sources, plus half `ridge`
    times the squared slopes. A row on which all abstain is left out. Convex for every G.

    >>> found = fit(np.array([[0.0], [1.0]]), np.array([[0.2], [0.8]]), [1.0], ridge=1e-9)
    >>> special.expit(found[0] + found[1] * np.array([0.0, 1.0])).round(3).tolist()
    [0.2, 0.8]
    """
    kept = ~np.isnan(sources).all(axis=1)
    wide, s = np.column_stack([np.ones(int(kept.sum())), x[kept]]), sources[kept]
    if how in ("linear", "square"):  # both turn on the mean of a row's sources alone
        s, weights = _meant(s, weights), [1.0]
    pull = np.full(wide.shape[1], ridge)
    pull[0] = 0.0

    def cost(b: Floats) -> tuple[float, Floats]:
        z = wide @ b
        # cross-entropy of a soft label: log(1 + e^z) - s z
        losses = np.logaddexp(0.0, z)[:, None] - s * z[:, None]
        value, slope = joined(losses, weights, how)
        back = (slope * np.where(np.isnan(s), 0.0, special.expit(z)[:, None] - s)).sum(axis=1)
        whole = math.fsum(value.tolist()) + 0.5 * float(pull @ b**2)
        return whole, wide.T @ back + pull * b

    found = minimize(cost, np.zeros(wide.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x, dtype=float)


def _meant(s: Floats, weights: ArrayLike) -> Floats:
    """The weighted mean (N, 1) of the sources that did not abstain; NaN where none has weight."""
    w = ~np.isnan(s) * np.asarray(weights, dtype=float)
    total = w.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        return np.asarray((w * np.nan_to_num(s)).sum(axis=1, keepdims=True) / total)
