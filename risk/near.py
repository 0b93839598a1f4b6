"""Nearness: how far each row lies from its nearest rows in a reference set, in shares of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.interval import Floats

BLOCK = 400_000
"""Distances at once: few enough that they stay near the processor."""


def nearest(x: Floats, reference: Floats, k: int, own: bool = False) -> Floats:
    """Mean Euclidean distance of each row of x (N, D) to its k nearest in reference (R, D), (N,).

    With `own` x is the reference itself, and a row is not its own neighbor. Fewer than k rows to
    choose from: all of them; none: NaN.

    >>> nearest(np.array([[0.0], [3.0]]), np.array([[0.0], [1.0]]), 1).tolist()
    [0.0, 2.0]
    >>> nearest(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]]), 1, own=True).tolist()
    [1.0, 1.0]
    """
    size = min(k, len(reference) - own)
    if size < 1:
        return np.full(len(x), np.nan)
    square = (reference**2).sum(axis=1)
    found = np.empty(len(x))
    step = max(1, BLOCK // len(reference))
    for start in range(0, len(x), step):
        part = x[start : start + step]
        d = (part**2).sum(axis=1)[:, None] + square
        d -= 2 * part @ reference.T
        np.maximum(d, 0.0, out=d)
        if own:
            rows = np.arange(len(part))
            d[rows, start + rows] = np.inf
        found[start : start + step] = np.sqrt(np.partition(d, size - 1, axis=1)[:, :size]).mean(1)
    return found


def percentile(distance: Floats, reference: Floats) -> Floats:
    """The share of the reference's own distances at or below each distance (N,), NaN stays NaN.

    >>> percentile(np.array([0.5, 2.0]), np.array([0.1, 0.5, 1.0, 1.5])).tolist()
    [0.5, 1.0]
    """
    told = np.sort(reference[~np.isnan(reference)])
    if told.size == 0:
        return np.full(distance.size, np.nan)
    share = np.searchsorted(told, distance, side="right") / told.size
    return np.where(np.isnan(distance), np.nan, share)


def standard(x: Floats, rows: NDArray[np.bool_]) -> Floats:
    """Columns of x (N, D) less their mean and over their sd among `rows`; constant ones are 0.

    >>> standard(np.array([[1.0], [3.0]]), np.array([True, True])).ravel().tolist()
    [-1.0, 1.0]
    """
    kept = x[rows & ~np.isnan(x).any(axis=1)]
    if len(kept) == 0:
        return np.full_like(x, np.nan)
    wide = kept.std(axis=0)
    return np.asarray((x - kept.mean(axis=0)) / np.where(wide > 0, wide, np.inf))
