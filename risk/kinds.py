"""Equal items counted once: resampled sums are as quick for a million items as for a hundred."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats

FEW = 2_000
"""Kinds of equal items up to which counting them is quick."""


def by_item(features: ArrayLike, clusters: NDArray[Any] | None) -> Floats:
    """The sums (G, F) of features (N, F) over the rows of each item, coded in `clusters` (N,).

    >>> by_item([[1, 1], [2, 1], [5, 1]], np.array([0, 0, 2])).tolist()
    [[3.0, 2.0], [5.0, 1.0]]
    """
    rows = np.asarray(features, dtype=float)
    if clusters is None:
        return rows
    codes = np.unique(clusters, return_inverse=True)[1]
    return np.stack([np.bincount(codes, one, int(codes.max(initial=-1)) + 1) for one in rows.T], 1)


def number(items: Floats, seed: int = 0) -> int:
    """How many kinds of items (G, F) there are.

    >>> number(np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 1.0]]))
    2
    """
    return int(np.unique(_told(items, np.random.default_rng(seed))).size)


def resampled(items: Floats, draws: int = 1000, seed: int = 0) -> Floats:
    """The sums (draws, F) of items (G, F) over resampled items; (0, F) for fewer than two.

    Items with the same sums are interchangeable, so how often each kind is drawn is multinomial:
    exact in distribution.

    >>> sums = resampled(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), draws=4)
    >>> sums.shape, bool((sums.max(axis=1) <= 3).all())
    ((4, 2), True)
    """
    n = len(items)
    if n < 2:
        return np.empty((0, items.shape[1]))
    rng = np.random.default_rng(seed)
    at, often = np.unique(_told(items, rng), return_index=True, return_counts=True)[1:]
    kinds = items[at]
    chunk = max(1, 4_000_000 // len(kinds))
    blocks = [
        rng.multinomial(n, often / n, min(chunk, draws - start)) @ kinds
        for start in range(0, draws, chunk)
    ]
    return np.concatenate(blocks)


def _told(items: Floats, rng: np.random.Generator) -> Floats:
    """One random number an item (G,), the same for equals: far faster than sorting by columns."""
    return np.asarray(items @ rng.standard_normal(items.shape[1]))
