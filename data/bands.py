"""Near-duplicates among many texts: candidates from MinHash bands, confirmed by whole signatures.

Signatures lie in a folder, cut into bands, so that a million of them need little memory.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
MOST = 16_000_000
"""Pairs that are looked at, at most: as many as lie in memory beside what else an export holds."""
BLOCK = 500_000
"""Pairs that are compared at a time."""


class Bands:
    """Signatures put aside in a folder, to be compared with one another."""

    def __init__(self, folder: Path, rows: int) -> None:
        """`rows` are the numbers of a band."""
        self._folder, self._rows = folder, rows
        self._places: list[Places] = []
        self._width = 0

    def add(self, places: Places, marks: NDArray[np.uint32]) -> None:
        """Takes in signatures (n, K) and the places of the texts they stand for (n,)."""
        self._places.append(places)
        self._width = marks.shape[1]
        for first in range(0, self._width, self._rows):
            with self._file(first).open("ab") as file:
                file.write(np.ascontiguousarray(marks[:, first : first + self._rows]).tobytes())

    def pairs(
        self, threshold: float, each: Callable[[], object] = lambda: None, most: int = MOST
    ) -> Places:
        """(later, earlier) places whose signatures agree in a share of `threshold` or more, (m, 2).

        Two texts are compared where a whole band is equal: each with the first of its bucket and
        with the one before it. In order; `each` is called before every band. MemoryError where more
        than `most` pairs share a band.
        """
        places = np.concatenate([np.empty(0, np.int64), *self._places])
        order = np.argsort(places, kind="stable")
        close = np.empty(0, np.int64)  # later * n + earlier
        for first in range(0, self._width - self._rows + 1, self._rows):
            each()
            close = np.union1d(close, _close(self._band(first)[order]))
            if close.size > most:
                raise MemoryError(f"more than {most:,} pairs of texts share a band")
        close = close[self._alike(close, order, each) >= threshold * self._width]
        found = np.empty((close.size, 2), np.int64)
        found[:, 0], found[:, 1] = np.divmod(close, max(order.size, 1))
        return places[order][found]

    def _alike(self, close: Places, order: Places, each: Callable[[], object]) -> NDArray[np.uint8]:
        """How many numbers of the signatures of each pair are equal, (m,)."""
        equal = np.zeros(close.size, np.uint8)
        for first in range(0, self._width, self._rows):
            each()
            band = self._band(first)[order]
            for start in range(0, close.size, BLOCK):
                part = slice(start, start + BLOCK)
                later, earlier = np.divmod(close[part], order.size)
                equal[part] += (band[later] == band[earlier]).sum(axis=1, dtype=np.uint8)
        return equal

    def _band(self, first: int) -> NDArray[np.uint32]:
        numbers = min(self._rows, self._width - first)
        return np.fromfile(self._file(first), np.uint32).reshape(-1, numbers)

    def _file(self, first: int) -> Path:
        return self._folder / f"band-{first}"


def _close(band: NDArray[np.uint32]) -> Places:
    """The pairs of a band (n, R), as later * n + earlier: with the first of a bucket, and the next.

    >>> _close(np.array([[1, 2], [3, 4], [1, 2], [1, 2]], np.uint32)).tolist()
    [8, 12, 14]
    """
    n = len(band)
    weight = np.random.default_rng(0).integers(1, 2**63, band.shape[1], dtype=np.uint64)
    bucket = (band.astype(np.uint64) * (weight | np.uint64(1))).sum(axis=1, dtype=np.uint64)
    order = np.argsort(bucket, kind="stable")
    same = np.flatnonzero(bucket[order][1:] == bucket[order][:-1]) + 1
    new = np.ones(n, dtype=bool)
    new[same] = False
    first = np.maximum.accumulate(np.where(new, np.arange(n), 0))
    later = order[same] * n
    return np.unique(np.concatenate([later + order[first[same]], later + order[same - 1]]))
