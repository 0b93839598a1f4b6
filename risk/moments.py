"""Means of functions of a score with intervals: upper partial moments, union of failures."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from risk.bootstrap import Codes, replicates
from risk.interval import Floats, percentiles
from risk.measure import Measure, missing


def average(
    x: ArrayLike, draws: int = 2000, seed: int = 0, clusters: Codes | None = None
) -> Measure:
    """The mean of a score (n,) with its 95 % bootstrap interval over items; NaN rows are lost.

    `clusters` (n,) codes the item of each row. Nothing left is missing; one item has no interval.

    >>> average([0.0, 1.0, np.nan]).value, average([0.0, 1.0, np.nan]).lost
    (0.5, 1)
    """
    rows: Floats = np.asarray(x, dtype=float)
    known = ~np.isnan(rows)
    n, lost = int(known.sum()), int((~known).sum())
    if n == 0:
        return missing("no row has a score", lost=lost)
    items = None if clusters is None else np.asarray(clusters)[known]
    value = float(rows[known].mean())
    if (n if items is None else len(np.unique(items))) < 2:
        return Measure(value, n=n, lost=lost, why="one prompt has no interval")
    many = replicates(rows[None, known], 0.95, draws, seed, items, ("mean",))["mean"][0]
    return Measure(value, *percentiles(many), n=n, lost=lost)


def upper(
    x: ArrayLike,
    t: float,
    p: int,
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
) -> Measure:
    """Upper partial moment above t with its interval: the mean of max(x - t, 0)**p.

    p = 0 is the share strictly above t. Standard (TR-09); `tail.upper_moment` is the bare number.

    >>> round(upper([0.1, 0.2, 0.3, 0.8, 1.2], 0.5, 2).value, 4)
    0.116
    """
    if p < 0:
        raise ValueError(f"p is {p}; it must be 0 or more")
    over: Floats = np.asarray(x, dtype=float) - t
    # 0 ** 0 is 1, so a row at or below t is told apart; NaN stays NaN.
    raised = np.where(over > 0, np.maximum(over, 0) ** p, np.where(np.isnan(over), np.nan, 0.0))
    return average(raised, draws, seed, clusters)


def upper_root(
    x: ArrayLike, t: float, draws: int = 2000, seed: int = 0, clusters: Codes | None = None
) -> Measure:
    """The square root of the second upper partial moment, in the unit of the score (TR-09).

    >>> round(upper_root([0.1, 0.2, 0.3, 0.8, 1.2], 0.5).value, 4)
    0.3406
    """
    squares = upper(x, t, 2, draws, seed, clusters)
    ends = (squares.value, squares.low, squares.high)
    value, low, high = (math.sqrt(end) if end >= 0 else math.nan for end in ends)
    return replace(squares, value=value, low=low, high=high)


def failing(
    index: ArrayLike,
    threshold: float,
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
) -> Measure:
    """The share of answers whose union of failures reaches `threshold`, with its interval.

    `index` (n,) is `harm.union`; NaN rows are lost. Equal to the threshold (to 1e-9) counts.
    Source of the union: SHARP, arXiv 2601.21235 (TR-04); the threshold is ours.

    >>> failing([0.64, 0.5, 0.1, np.nan], 0.5).value
    0.6666666666666666
    """
    rows: Floats = np.asarray(index, dtype=float)
    over = np.where(np.isnan(rows), np.nan, (rows >= threshold - 1e-9).astype(float))
    return average(over, draws, seed, clusters)
