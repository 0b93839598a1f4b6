"""Annotators one by one: confusions against the settled label, drift over time, haste."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import Floats, wilson
from risk.measure import Measure

READING = 16.0
"""Words a second nobody reads: about 1,000 a minute, four times the usual pace (ours)."""
LETTERS = 5.5
"""Characters of a word with its space, for texts whose words are not counted (ours)."""


def confusion(said: ArrayLike, truth: ArrayLike, classes: int) -> Floats:
    """How often each class (row, as settled) was called what (column): counts, (K, K).

    said and truth (items,) hold class places 0 to K - 1, NaN where unsaid; such items are left out.

    >>> confusion([0, 1, 1, np.nan], [0, 0, 1, 1], 2).tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    a, b = np.asarray(said, dtype=float), np.asarray(truth, dtype=float)
    if a.shape != b.shape:
        raise ValueError(f"{a.size} labels and {b.size} settled ones; they must be as many")
    found = np.zeros((classes, classes))
    both = ~np.isnan(a) & ~np.isnan(b)
    np.add.at(found, (b[both].astype(int), a[both].astype(int)), 1)
    return found


def drift(right: ArrayLike, blocks: int = 6, least: int = 10) -> list[Measure]:
    """The share of right labels in each block of equally many, the earliest first.

    right (labels,) is 1, 0 or NaN (not known) in the order they were given; fewer blocks where they
    would hold less than `least`. 95 % Wilson intervals. Ours.

    >>> [m.value for m in drift([1] * 10 + [0] * 10, blocks=2)]
    [1.0, 0.0]
    """
    told = np.asarray(right, dtype=float)
    if blocks < 1 or least < 1:
        raise ValueError(f"blocks is {blocks}, least {least}; both must be 1 or more")
    known = told[~np.isnan(told)]
    many = min(blocks, known.size // least)
    lost = int(told.size - known.size)
    found = []
    for part in np.array_split(known, many) if many else []:
        k, n = int(part.sum()), int(part.size)
        low, high = wilson(k, n)
        found.append(Measure(k / n, low, high, n, lost))
    return found


def hurried(seconds: ArrayLike, characters: ArrayLike, pace: float = READING) -> Floats:
    """1 where a label came faster than its texts can be read at `pace` words a second, else 0.

    seconds and characters (labels,); NaN where either is not known. Short texts never count: under
    50 words a glance may do. Ours.

    >>> hurried([1.0, 70.0, np.nan, 1.0], [5500, 5500, 5500, 110]).tolist()
    [1.0, 0.0, nan, 0.0]
    """
    if pace <= 0:
        raise ValueError(f"pace is {pace} words a second; it must be above 0")
    took, long = np.asarray(seconds, dtype=float), np.asarray(characters, dtype=float)
    words = long / LETTERS
    fast = ((words >= 50) & (took * pace < words)).astype(float)
    return np.where(np.isnan(took) | np.isnan(long), np.nan, fast)
