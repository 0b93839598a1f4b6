"""Two groups side by side: the difference of two shares, and the ratio of two typical times."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from risk import special
from risk.interval import wilson
from risk.measure import Measure, missing

TINY = 1e-18
"""A variance below which floats tell nothing."""


def shares(first: ArrayLike, second: ArrayLike) -> Measure:
    """Mean of the first (N,) less mean of the second (M,), values from 0 to 1, one a case.

    The 95 % interval joins Wilson's of both (Newcombe, 1998, method 10): it does not shrink to a
    point where all are alike. Missing where a group is empty.

    >>> found = shares([1] * 56 + [0] * 14, [1] * 48 + [0] * 32)
    >>> [round(x, 4) for x in (found.value, found.low, found.high)]
    [0.2, 0.0524, 0.3339]
    """
    groups = [np.asarray(group, dtype=float) for group in (first, second)]
    if any(group.size == 0 for group in groups):
        return missing("one of the two groups is empty")
    (p, q), (n, m) = (float(g.mean()) for g in groups), (g.size for g in groups)
    (low, high), (least, most) = wilson(p * n, n), wilson(q * m, m)
    down, up = math.hypot(p - low, most - q), math.hypot(high - p, q - least)
    return Measure(p - q, max(p - q - down, -1.0), min(p - q + up, 1.0), n=n + m)


def times(first: ArrayLike, second: ArrayLike) -> Measure:
    """How many times as long the first (N,) take as the second (M,): geometric means, above 0.

    The 95 % interval is Welch's on logarithms. Missing with fewer than two in a group.

    >>> round(times([2, 2.2, 1.8], [4, 4.4, 3.6]).value, 6)
    0.5
    """
    logs = [np.log(np.asarray(group, dtype=float)) for group in (first, second)]
    if any(group.size < 2 for group in logs):
        return missing("fewer than two times in one of the two groups")
    apart, n = float(logs[0].mean() - logs[1].mean()), logs[0].size + logs[1].size
    parts = [float(group.var(ddof=1)) / group.size for group in logs]
    if sum(parts) < TINY:  # no spread at all: nothing to tell an error by
        return Measure(math.exp(apart), n=n, why="all times are alike")
    below = [part**2 / (group.size - 1) for part, group in zip(parts, logs, strict=True)]
    far = float(special.stdtrit(sum(parts) ** 2 / sum(below), 0.975)) * math.sqrt(sum(parts))
    return Measure(math.exp(apart), math.exp(apart - far), math.exp(apart + far), n=n)
