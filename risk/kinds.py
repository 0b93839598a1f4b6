"""Equal items counted once: resampled sums are as quick for a million items as for a hundred."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats

Codes = NDArray[np.int64]

FEW = 2_000
"""Kinds of equal items up to which counting them is quick."""
SMALL = 10_000
"""Kinds of whole numbers up to which they are counted without being sorted."""


def by_item(features: ArrayLike, clusters: NDArray[Any] | None) -> Floats:
    """The sums (G, F) of features (N, F) over the rows of each item, coded in `clusters` (N,).

    >>> by_item([[1, 1], [2, 1], [5, 1]], np.array([0, 0, 2])).tolist()
    [[3.0, 2.0], [5.0, 1.0]]
    """
    rows = np.asarray(features, dtype=float)
    if clusters is None:
        return rows
    codes = np.unique(clusters, return_inverse=True)[1]
    wide = int(codes.max(initial=-1)) + 1
    return np.asarray(np.stack([np.bincount(codes, one, wide) for one in rows.T]).T, dtype=float)


class Kinds(NamedTuple):
    """What N items are made of: the kinds of equal ones (K, F) and how many of each there are (K,).

    `rng` goes on from what put the kinds in their order.
    """

    each: Floats
    often: NDArray[np.int64]
    rng: np.random.Generator

    def resampled(self, draws: int) -> Floats:
        """The sums (draws, F) over as many items drawn anew; (0, F) for fewer than two.

        Items with the same sums are interchangeable, so how often each kind is drawn is
        multinomial: exact in distribution.

        >>> sums = kinds(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])).resampled(4)
        >>> sums.shape, bool((sums.max(axis=1) <= 3).all())
        ((4, 2), True)
        """
        n = int(self.often.sum())
        if n < 2:
            return np.empty((0, self.each.shape[1]))
        chunk = max(1, 4_000_000 // len(self.each))
        blocks = [
            self.rng.multinomial(n, self.often / n, min(chunk, draws - start)) @ self.each
            for start in range(0, draws, chunk)
        ]
        return np.concatenate(blocks)


def kinds(items: Floats, seed: int = 0) -> Kinds:
    """The kinds of items (G, F).

    >>> kinds(np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 1.0]])).often.tolist() in ([1, 2], [2, 1])
    True
    """
    rng = np.random.default_rng(seed)
    # one random number an item, the same for equals: far faster than sorting by columns
    weights = rng.standard_normal(items.shape[1])
    at, often = _counted(items) or _apart(items @ weights)
    order = np.argsort(items[at] @ weights, kind="stable")
    return Kinds(items[at[order]], often[order], rng)


def _apart(told: Floats) -> tuple[Codes, Codes]:
    """Where each number first stands and how often."""
    _, at, often = np.unique(told, return_index=True, return_counts=True)
    return at, often


def _counted(items: Floats) -> tuple[Codes, Codes] | None:
    """Where each kind first stands and how often, of few small whole numbers; else None."""
    columns = np.ascontiguousarray(items.T)  # NumPy goes along few long rows far faster
    low, high = columns.min(axis=1, initial=0), columns.max(axis=1, initial=0)
    sizes = high - low + 1
    if not (sizes.prod() <= SMALL and (columns == np.floor(columns)).all()):
        return None
    code = np.zeros(len(items), dtype=np.int64)
    for column, least, size in zip(columns, low, sizes, strict=True):
        code = code * int(size) + (column - least).astype(np.int64)
    often = np.bincount(code)
    first = np.zeros(often.size, dtype=np.int64)
    first[code[::-1]] = np.arange(len(items))[::-1]  # of several the last assigned stays
    there = np.flatnonzero(often)
    return first[there], often[there]
