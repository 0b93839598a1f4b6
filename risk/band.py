"""The band that holds a whole survival curve at once, not each point of it alone."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from risk import special
from risk.interval import Floats

POINTS = 400
"""Order statistics the band is calibrated on: all of a small sample, even on a log scale beyond."""
TRIALS = 2000


def ranks(n: int, most: int = POINTS) -> NDArray[np.int64]:
    """Which order statistics are looked at, 1-based and rising: dense at both ends.

    >>> ranks(4).tolist(), len(ranks(100_000)) <= 400
    ([1, 2, 3, 4], True)
    """
    if n <= most:
        return np.arange(1, n + 1)
    half = np.unique(np.geomspace(1, n / 2, most // 2).round().astype(np.int64))
    return np.unique(np.concatenate([half, n + 1 - half]))


@lru_cache(maxsize=256)
def local_level(n: int, confidence: float = 0.95, seed: int = 0) -> float:
    """The level of each order statistic's own interval that makes all of them hold together.

    F at the r-th of n values is a Beta(r, n + 1 - r); the level is calibrated by 2,000 draws of
    all looked-at order statistics at once (sums of gammas, so n costs nothing). Source: equal local
    levels, Aldor-Noiman, Brown, Buja, Rolke and Stine (2013), doi 10.1080/00031305.2013.847865.

    >>> 0.001 < local_level(100) < 0.02
    True
    """
    at = ranks(n)
    rng = np.random.default_rng(seed)
    steps = np.diff(at, prepend=0)
    sums = np.cumsum(rng.standard_gamma(steps, (TRIALS, at.size)), axis=1)  # (T, R)
    whole = sums[:, -1] + rng.standard_gamma(n + 1 - at[-1], TRIALS)
    share = special.betainc(at, n + 1 - at, sums / whole[:, None])
    worst = 2 * np.minimum(share, 1 - share).min(axis=1)
    return float(np.quantile(worst, 1 - confidence))


def simultaneous(n: int, confidence: float = 0.95) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Ranks (R,) and the bounds (R,) of the share above x for x from that rank to the next.

    With probability `confidence` the true survival curve of independent values lies between the
    bounds everywhere; ties and prompts with several answers make that approximate. No value gives
    three empty arrays.

    >>> at, low, high = simultaneous(50)
    >>> share = 1 - at / 50
    >>> float(low[-1]), bool(high[-1] > 0.05), bool(((low <= share) & (share <= high)).all())
    (0.0, True, True)
    """
    at = ranks(n)
    if n == 0:
        return at, np.empty(0), np.empty(0)
    tail = local_level(n, confidence) / 2
    high = 1 - special.betaincinv(at, n + 1 - at, tail)
    # Up to the next value looked at, the curve may have fallen as far as that value's own bound.
    after = np.append(at[1:], n + 1)
    low = np.where(
        after > n,
        0.0,
        1 - special.betaincinv(np.minimum(after, n), np.maximum(n + 1 - after, 1), 1 - tail),
    )
    return at, np.asarray(low), np.asarray(high)
