"""AUROC with the influence of every row on it: intervals of areas and of their differences."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats
from risk.measure import Measure, missing
from risk.order import ranks
from risk.skewed import ends


def influence(score: ArrayLike, truth: ArrayLike) -> tuple[float, Floats]:
    """AUROC of score (N,) against truth 1, 0, ties one half, and each row's influence (N,).

    Influences add to 0; the sum of their squares is the variance. No NaN. Without both kinds of
    rows all is NaN. Source: DeLong, DeLong and Clarke-Pearson (1988), doi 10.2307/2531595.

    >>> area, each = influence([0.9, 0.2, 0.6, 0.4], [1, 0, 1, 0])
    >>> area, round(float(each.sum()), 12)
    (1.0, 0.0)
    """
    s, y = np.asarray(score, dtype=float), np.asarray(truth, dtype=float) == 1
    up, down = int(y.sum()), int((~y).sum())
    if not (up and down):
        return math.nan, np.full(s.size, np.nan)
    place = ranks(s)
    below = np.empty(s.size)  # the share of the other kind that a row is on the right side of
    below[y] = (place[y] - ranks(s[y])) / down
    below[~y] = 1 - (place[~y] - ranks(s[~y])) / up
    area = float(below[y].mean())
    return area, (below - area) / np.where(y, up, down)


def measured(value: float, each: Floats, of: NDArray[Any] | None = None, lost: int = 0) -> Measure:
    """A value with the 95 % interval that the influences of its rows (N,) give, summed by item.

    >>> found = measured(0.8, np.array([0.05, -0.05, 0.05, -0.05]))
    >>> round(found.low, 3), round(found.high, 3)
    (0.433, 1.0)
    """
    if math.isnan(value):
        return missing("both labels are needed", n=each.size, lost=lost)
    sums = each if of is None else np.bincount(np.unique(of, return_inverse=True)[1], each)
    low, high = ends(value, sums)
    return Measure(value, max(-1.0, low), min(1.0, high), each.size, lost)
