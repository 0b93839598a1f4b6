"""Predictive multiplicity: how far near-equal models disagree on the same items (2206.01131)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats

NEAR = 1e-9
"""Slack of comparisons with a threshold: 0.6 - 0.35 is not quite 0.25 in floats."""


class Spread(NamedTuple):
    """M models on N shared items: who competes, and how far each item's probability wanders."""

    loss: Floats  # (M,) log loss, nats
    best: int  # the model with the least
    competing: NDArray[np.bool_]  # (M,) within eps of the best, itself included
    low: Floats  # (N,) viable range
    high: Floats
    apart: Floats  # (M, N) distance from the best model, NaN for who does not compete


def spread(p: ArrayLike, eps: float = 0.05, clip: float = 1e-15) -> Spread:
    """Models p (M, N), each row the probability of what was so, without NaN.

    A model competes where its log loss is at most the least plus eps. ValueError without a model
    or an item, and for eps below 0.

    >>> found = spread([[0.9, 0.6, 0.2, 0.4], [0.7, 0.55, 0.25, 0.8], [0.95, 0.3, 0.1, 0.45]], 1)
    >>> (found.high - found.low).round(2).tolist()
    [0.25, 0.3, 0.15, 0.4]
    """
    told = np.asarray(p, dtype=float)
    if told.ndim != 2 or 0 in told.shape:
        raise ValueError("models and shared items are needed; there is none of one of them")
    if not eps >= 0:
        raise ValueError(f"eps is {eps:g}; it must be at least 0")
    loss = -np.log(np.maximum(told, clip)).mean(axis=1)
    best = int(loss.argmin())
    competing = loss <= loss[best] + eps + NEAR
    kept = told[competing]
    apart = np.where(competing[:, None], np.abs(told - told[best]), np.nan)
    return Spread(loss, best, competing, kept.min(axis=0), kept.max(axis=0), apart)


def conflicts(apart: Floats, delta: float) -> NDArray[np.bool_]:
    """Where a competing model is delta or more away from the best one (M, N)."""
    with np.errstate(invalid="ignore"):
        return np.asarray(apart >= delta - NEAR)


def ambiguity(apart: Floats, delta: float, weights: Floats | None = None) -> Floats:
    """Share of items on which some competing model is delta or more away from the best (b,).

    >>> p = np.array([[0.9, 0.6, 0.2, 0.4], [0.7, 0.55, 0.25, 0.8], [0.95, 0.3, 0.1, 0.45]])
    >>> apart = np.abs(p - p[0])
    >>> float(ambiguity(apart, 0.25)[0]), float(discrepancy(apart, 0.25)[0])
    (0.5, 0.25)
    """
    any_apart = conflicts(apart, delta).any(axis=0).astype(float)
    w = np.ones((1, any_apart.size)) if weights is None else weights
    return np.asarray(w @ any_apart / w.sum(axis=1))


def discrepancy(apart: Floats, delta: float, weights: Floats | None = None) -> Floats:
    """The largest share of items on which one competing model is delta or more away (b,).

    At most the ambiguity.
    """
    off = conflicts(apart, delta).astype(float)  # (M, N)
    w = np.ones((1, off.shape[1])) if weights is None else weights
    return np.asarray((w @ off.T).max(axis=1) / w.sum(axis=1))


def capacity(p: ArrayLike, steps: int = 2000, tolerance: float = 1e-9) -> float:
    """Rashomon capacity of one item: 2 to the channel capacity of p (M, K), in [1, K].

    Rows are the competing models' probabilities over K outcomes. Blahut-Arimoto, until its two
    bounds are within `tolerance` nats. One model gives 1. Source: arXiv 2206.01295.

    >>> capacity([[1.0, 0.0], [0.0, 1.0]]), capacity([[0.7, 0.3]])
    (2.0, 1.0)
    """
    told = np.asarray(p, dtype=float)
    with np.errstate(divide="ignore"):
        logs = np.where(told > 0, np.log(np.where(told > 0, told, 1)), 0.0)
    weight = np.full(len(told), 1 / len(told))
    low = 0.0
    for _ in range(steps):
        mixed = weight @ told
        away = (told * (logs - np.log(np.where(mixed > 0, mixed, 1)))).sum(axis=1)  # (M,) nats
        raised = weight * np.exp(away)
        low, high = math.log(float(raised.sum())), float(away.max())
        weight = raised / raised.sum()
        if high - low < tolerance:
            break
    return math.exp(low)
