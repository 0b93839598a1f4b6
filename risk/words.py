"""Words of texts as a table of numbers: hashed counts, scaled to unit length; no vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np

from risk.interval import Floats

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def split(text: str) -> list[str]:
    """The words of a text in lower case; digits and signs are none.

    >>> split("I can't, sorry: 3 times!")
    ['i', "can't", 'sorry', 'times']
    """
    return WORD.findall(text.lower())


@lru_cache(maxsize=200_000)
def _place(word: str, wide: int) -> int:
    return crc32(word.encode("utf-8")) % wide


def hashed(texts: Iterable[Any], wide: int = 256) -> Floats:
    """Square roots of word counts in `wide` hashed places, each text of length 1 (N, wide).

    A text without words, or None, is a row of NaN. Two words may share a place.

    >>> x = hashed(["a b", "b a", "c", None])
    >>> bool((x[0] == x[1]).all()), round(float(x[2] @ x[2]), 6), bool(np.isnan(x[3]).all())
    (True, 1.0, True)
    """
    places = [
        [_place(word, wide) for word in split(str(text))] if text is not None else []
        for text in texts
    ]
    sizes = np.array([len(one) for one in places], dtype=np.int64)
    flat = np.fromiter((p for one in places for p in one), np.int64, int(sizes.sum()))
    flat += np.repeat(np.arange(sizes.size), sizes) * wide
    counts = np.bincount(flat, minlength=sizes.size * wide).reshape(sizes.size, wide)
    return np.asarray(np.sqrt(counts / np.where(sizes > 0, sizes, np.nan)[:, None]))
