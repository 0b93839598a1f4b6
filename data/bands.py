"""Near-duplicates among many texts: candidates from MinHash bands, confirmed by whole signatures.

Signatures lie in a folder, cut into bands, so that a million of them need little memory.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
MOST = 4_000_000
"""Pairs that are held together, at most; of texts that are nearly all alike there are more."""
BLOCK = 500_000
"""Pairs that are compared at a time."""

Each = Callable[[], object]


def nothing() -> None:
    """Nobody is told how far it is."""


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

    def pairs(self, threshold: float, each: Each = nothing, most: int = MOST) -> Places:
        """(later, earlier) places whose signatures agree in a share of `threshold` or more, (m, 2).

        Two texts are compared where a whole band is equal: each with the first of its bucket and
        with the one before it. In order; `each` is called before every reading. MemoryError where
        more than `most` pairs share a band.
        """
        places, order = self._ordered()
        close = np.empty(0, np.int64)  # later * n + earlier
        for first in self._whole():
            each()
            close = np.union1d(close, _close(self._band(first)[order]))
            if close.size > most:
                raise MemoryError(f"more than {most:,} pairs of texts share a band")
        return places[_apart(self._alike(close, order, threshold, each), order.size)]

    def gone(self, threshold: float, repeats: Callable[[Places], Places], each: Each = nothing
             ) -> Places:  # fmt: skip
        """The places that fall, where pairs are too many to be held: band by band, of what is left.

        `repeats` says which of the pairs (m, 2) found in a band fall; they are compared no more.
        """
        places, order = self._ordered()
        left = np.arange(order.size)
        for first in self._whole():
            later, earlier = _apart(_close(self._band(first)[order][left]), left.size).T
            close = left[later] * order.size + left[earlier]
            like = self._alike(close, order, threshold, each)
            left = np.setdiff1d(left, repeats(_apart(like, order.size)), assume_unique=True)
        return np.delete(places, left)

    def linked(
        self, threshold: float, families: Callable[[Places], tuple[Places, Places]],
        each: Each = nothing,
    ) -> Places:  # fmt: skip
        """(place, the earliest it is like, through others or not), (m, 2): `pairs` in short.

        `families` gives for pairs every place in them and the earliest each is linked to. What is
        linked already is not compared again, so that pairs never are many.
        """
        places, order = self._ordered()
        every = np.arange(order.size)
        label = every.copy()
        for first in self._whole():
            close = _close(self._band(first)[order])
            later, earlier = np.divmod(close, max(order.size, 1))
            like = self._alike(close[label[later] != label[earlier]], order, threshold, each)
            known = np.stack([every, label], axis=1)
            ones, firsts = families(np.concatenate([known, _apart(like, order.size)]))
            label[ones] = firsts
        moved = np.flatnonzero(label != every)
        return np.stack([places[moved], places[label[moved]]], axis=1)

    def _ordered(self) -> tuple[Places, Places]:
        """The places in order (n,), and which of the rows that were added each is."""
        places = np.concatenate([np.empty(0, np.int64), *self._places])
        order = np.argsort(places, kind="stable")
        return places[order], order

    def _whole(self) -> range:
        """The first number of each whole band."""
        return range(0, self._width - self._rows + 1, self._rows)

    def _alike(self, close: Places, order: Places, threshold: float, each: Each) -> Places:
        """Those of the pairs (m,) whose whole signatures agree in so large a share."""
        equal = np.zeros(close.size, np.uint8)
        for first in range(0, self._width, self._rows):
            each()
            band = self._band(first)[order]
            for start in range(0, close.size, BLOCK):
                part = slice(start, start + BLOCK)
                later, earlier = np.divmod(close[part], order.size)
                equal[part] += (band[later] == band[earlier]).sum(axis=1, dtype=np.uint8)
        return close[equal >= threshold * self._width]

    def _band(self, first: int) -> NDArray[np.uint32]:
        numbers = min(self._rows, self._width - first)
        return np.fromfile(self._file(first), np.uint32).reshape(-1, numbers)

    def _file(self, first: int) -> Path:
        return self._folder / f"band-{first}"


def _apart(pairs: Places, n: int) -> Places:
    """later * n + earlier (m,) as (later, earlier), (m, 2)."""
    return np.stack(np.divmod(pairs, max(n, 1)), axis=1)


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
