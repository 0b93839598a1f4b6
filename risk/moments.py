"""Means of functions of a score with intervals: upper partial moments, union of failures."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from risk import spread
from risk.interval import Codes, Floats
from risk.measure import Measure
from risk.skewed import felt, positive_ends

FEW = "fewer than two prompts lie above the threshold: no interval of it would hold"


def upper(x: ArrayLike, t: float, p: int, clusters: Codes | None = None) -> Measure:
    """Upper partial moment above t with its interval: the mean of max(x - t, 0)**p.

    p = 0 is the share strictly above t. Standard (TR-09); `tail.upper_moment` is the bare number.
    The interval of an order from 2 on is `skewed.positive_ends`, as few prompts make it; with fewer
    than two prompts above t no order but 0 has one.

    >>> round(upper([0.1, 0.2, 0.3, 0.8, 1.2], 0.5, 2).value, 4)
    0.116
    """
    if p < 0:
        raise ValueError(f"p is {p}; it must be 0 or more")
    over: Floats = np.asarray(x, dtype=float) - t
    # 0 ** 0 is 1, so a row at or below t is told apart; NaN stays NaN.
    raised = np.where(over > 0, np.maximum(over, 0) ** p, np.where(np.isnan(over), np.nan, 0.0))
    found = spread.mean(raised, clusters, 0, 0.0, math.inf if p else 1.0)
    if p == 0 or not found.known:
        return found
    known = ~np.isnan(raised)
    own = None if clusters is None else clusters[known]
    if int((felt((over[known] > 0).astype(float), own) > 0).sum()) < 2:
        return replace(found, low=math.nan, high=math.nan, why=FEW)
    if p == 1 or math.isnan(found.low):
        return found
    low, high = positive_ends(found.value, felt(raised[known] - found.value, own) / found.n)
    return replace(found, low=low, high=high)


def upper_root(x: ArrayLike, t: float, clusters: Codes | None = None) -> Measure:
    """The square root of the second upper partial moment, in the unit of the score (TR-09).

    >>> round(upper_root([0.1, 0.2, 0.3, 0.8, 1.2], 0.5).value, 4)
    0.3406
    """
    squares = upper(x, t, 2, clusters)
    ends = (squares.value, squares.low, squares.high)
    value, low, high = (math.sqrt(end) if end >= 0 else math.nan for end in ends)
    return replace(squares, value=value, low=low, high=high)


def failing(index: ArrayLike, threshold: float, clusters: Codes | None = None) -> Measure:
    """The share of answers whose union of failures reaches `threshold`, with its interval.

    `index` (n,) is `harm.union`; NaN rows are lost. Equal to the threshold (to 1e-9) counts.
    Source of the union: SHARP, arXiv 2601.21235 (TR-04); the threshold is ours.

    >>> failing([0.64, 0.5, 0.1, np.nan], 0.5).value
    0.6666666666666666
    """
    rows: Floats = np.asarray(index, dtype=float)
    return spread.share(np.where(np.isnan(rows), np.nan, rows >= threshold - 1e-9), items=clusters)
