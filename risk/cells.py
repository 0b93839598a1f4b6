"""Many scored rows put together by quantile of the score: what a bootstrap of them needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from risk.interval import Floats

KINDS = 400
"""Distinct scores that are told apart: quantiles, with the cuts a statistic turns on."""


class Cells(NamedTuple):
    """Kinds of rows (C,): their mean score, their label 1 or 0, and how many rows there are."""

    score: Floats
    truth: Floats
    often: Floats


def cells(score: Floats, truth: Floats, cuts: Sequence[float] = ()) -> Cells:
    """The rows of score (N,) and truth (N,) of 1 and 0 by quantile, none across one of `cuts`.

    A cut belongs to the scores above it. No NaN.

    >>> found = cells(np.array([0.1, 0.1, 0.9]), np.array([0.0, 1.0, 1.0]))
    >>> found.score.tolist(), found.truth.tolist(), found.often.tolist()
    ([0.1, 0.1, 0.9], [0.0, 1.0, 1.0], [1.0, 1.0, 1.0])
    """
    ends = np.unique([*np.quantile(score, np.linspace(0, 1, KINDS + 1)), *cuts])
    cell = 2 * np.searchsorted(ends, score, "right") + (truth > 0.5)
    often = np.bincount(cell, minlength=2 * ends.size + 2).astype(float)
    sums = np.bincount(cell, score, often.size)
    there = np.flatnonzero(often)
    return Cells(sums[there] / often[there], (there % 2).astype(float), often[there])


def replicates(
    statistic: Callable[[Floats], Floats], of: Cells, draws: int = 1000, seed: int = 0
) -> Floats:
    """The statistic of weights (b, C) of the cells, of `draws` resamples of their rows."""
    n = int(of.often.sum())
    drawn = np.random.default_rng(seed).multinomial(n, of.often / n, draws)
    return np.asarray(statistic(drawn.astype(float)))
