"""Random splits into calibration and test: how many are made, in what order, of which rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from risk.sets import Questions

CELLS = 4_000_000
"""Rows times splits held at once: some 100 MB."""
ROWS = 5_000_000
"""Rows shuffled at most in all splits: a split of many rows tells much by itself."""
FEW = 50
MANY = 10_000
"""Prompts that a policy or a pair of thresholds is tried on at most."""


def affordable(n: int, splits: int) -> int:
    """The splits of n rows that are made: as asked, or of many rows fewer, never below 50.

    >>> affordable(1_000, 1_000), affordable(100_000, 1_000)
    (1000, 50)
    """
    return min(splits, max(FEW, ROWS // max(n, 1)))


def orders(n: int, splits: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Random orders of n rows in blocks (B, n), `splits` in all; the same for a seed and n.

    >>> sorted(next(orders(3, 2, seed=0))[1].tolist())
    [0, 1, 2]
    """
    rng = np.random.default_rng(seed)
    block = max(1, CELLS // max(n, 1))
    for start in range(0, splits, block):
        rows = np.broadcast_to(np.arange(n), (min(block, splits - start), n))
        yield rng.permuted(rows, axis=1)


def some(of: Questions, seed: int, most: int = MANY) -> Questions:
    """The questions, or of more than `most` that many, drawn by the seed."""
    if len(of) <= most:
        return of
    return of.take(np.sort(np.random.default_rng(seed).choice(len(of), most, replace=False)))
