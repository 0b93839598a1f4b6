"""The middle of a bootstrap replicate: its median, counted or drawn from its law."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from risk.interval import Counts, Floats

Codes = NDArray[np.int64]


def median(counts: Counts, total: Floats, top: Floats, codes: Codes, widest: int) -> Floats:
    """Median of each replicate (b,) from how often each item is drawn (b, G).

    `top` (n,) falls, `codes` (n,) are its items, `total` (b,) the rows of each replicate, `widest`
    the most rows of one item. Only the rows around the middle are counted one by one.

    >>> counts, total = np.array([[2, 0, 1]]), np.array([3.0])
    >>> float(median(counts, total, np.array([9.0, 5.0, 1.0]), np.array([0, 1, 2]), 1)[0])
    9.0
    """
    middle, half = top.size // 2, math.ceil(4 * math.sqrt(top.size * widest)) + 20 * widest
    ranks = np.stack([(total + 1) // 2, total // 2 + 1], axis=1)
    at = _ranked(counts, codes, ranks, max(middle - half, 0), min(middle + half, top.size))
    return np.asarray(top[at].mean(axis=1))


def _ranked(counts: Counts, codes: Codes, ranks: Floats, low: int, high: int) -> Codes:
    """Where in the sorted rows the ranks-th drawn row lies, (b, R), looked for in low to high."""
    before = counts @ np.bincount(codes[:low], minlength=counts.shape[1])
    drawn = before[:, None] + np.cumsum(counts[:, codes[low:high]], axis=1)
    at = np.stack([(drawn >= r[:, None]).argmax(axis=1) for r in ranks.T], axis=1) + low
    astray = (before >= ranks[:, 0]) | (drawn[:, -1] < ranks[:, -1])
    if astray.any():
        at[astray] = _ranked(counts[astray], codes, ranks[astray], 0, codes.size)
    return at


def median_law(x: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Replicates (draws,) of the median of sorted x (n,): middle order statistics of n uniforms.

    >>> bool(median_law(np.full(7, 3.0), 2, np.random.default_rng(0)).tolist() == [3.0, 3.0])
    True
    """
    n = x.size
    h = (n + 1) // 2
    low = rng.beta(h, n + 1 - h, draws)
    high = low if n % 2 else low + (1 - low) * rng.beta(1, n - h, draws)
    at = np.minimum(np.stack([low, high]) * n, n - 1).astype(np.int64)
    return np.asarray(x[at].mean(axis=0))
