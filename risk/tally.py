"""Resampled sums: the item bootstrap of any function of sums, by counting equal rows once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk import kinds
from risk.interval import Floats
from risk.measure import Measure
from risk.spread import measured


def resampled(
    features: ArrayLike, clusters: NDArray[Any] | None = None, draws: int = 1000, seed: int = 0
) -> Floats:
    """The sums (draws, F) of features (N, F) over resampled items; (0, F) for fewer than two.

    `clusters` (N,) codes the item of each row. Items with the same sums are interchangeable, so how
    often each kind is drawn is multinomial: exact in distribution, and as quick for a million rows
    as for a hundred when marks are yes or no.

    >>> sums = resampled([[1, 0], [0, 1], [1, 1]], draws=4)
    >>> sums.shape, bool((sums.max(axis=1) <= 3).all())
    ((4, 2), True)
    """
    return kinds.resampled(kinds.by_item(features, clusters), draws, seed)


def measure(
    statistic: Callable[[Floats], Floats],
    features: ArrayLike,
    clusters: NDArray[Any] | None,
    draws: int,
    seed: int,
    *,
    n: int,
    lost: int = 0,
    why: str = "",
) -> Measure:
    """statistic of the sums of features (N, F), with the 95 % interval over items.

    `statistic` maps sums (b, F) to (b,); where it is NaN on the rows themselves the measure is
    missing because of `why`. `n` rows were used.

    >>> found = measure(lambda s: s[:, 0] / s[:, 1], [[1, 1], [0, 1]], None, 100, 0, n=2)
    >>> found.value, found.n
    (0.5, 2)
    """
    rows = np.asarray(features, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = float(statistic(rows.sum(axis=0)[None])[0])
        drawn = statistic(resampled(rows, clusters, draws, seed))
    return measured(value, drawn, n, lost, why)
