"""What drives a gap: how much each answer adds to the difference of two models."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import Floats
from risk.worst import mass, weights


def drivers(a: ArrayLike, b: ArrayLike, level: float = 0.95, statistic: str = "mean") -> Floats:
    """What each row adds to the gap between two models: (n,) that sums to the difference exactly.

    At the mean (a - b)/n. In the tail each side's value times its weight in its own CVaR, over the
    mass of the tail: a row counts where it is in either tail. Ours: an identity. NaN is refused.

    >>> drivers([1, 2, 6, 3], [1, 2, 3, 5], 0.5, "cvar").tolist()
    [0.0, 0.0, 1.5, -1.0]
    """
    one, two = (np.asarray(side, dtype=float) for side in (a, b))
    if np.isnan(one).any() or np.isnan(two).any():
        raise ValueError("a row is missing on one side; give the rows both models have")
    if statistic == "mean":
        return np.asarray((one - two) / max(one.size, 1))
    if statistic != "cvar":
        raise ValueError(f"statistic is {statistic!r}; rows add up to mean and cvar only")
    m = float(mass(one.size, level))
    return np.asarray((weights(one, level) * one - weights(two, level) * two) / m)
