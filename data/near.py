"""How alike two texts are: MinHash signatures of their shingles, by rensa."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

SIZE = 128
"""Numbers of a signature: the standard error of a likeness of 0.8 is 0.035."""
SEED = 7
SHINGLE = 5
"""Characters of a shingle."""
LONG = 20_000
"""Characters from which on shingles are of three words, which are fewer."""


def shingles(text: str) -> list[str]:
    """The pieces two texts are compared by, lower case and any white space alike.

    >>> shingles("One  Two")
    ['one t', 'ne tw', 'e two']
    >>> shingles("no")
    ['no']
    """
    words = text.lower().split()
    if len(text) > LONG and len(words) > 3:
        return list({" ".join(words[k : k + 3]) for k in range(len(words) - 2)})
    line = " ".join(words)
    return list(dict.fromkeys(line[k : k + SHINGLE] for k in range(len(line) - SHINGLE + 1))) or [
        line
    ]


def signatures(texts: Iterable[str]) -> NDArray[np.uint32]:
    """(N, SIZE): the share of equal numbers of two rows estimates their Jaccard likeness."""
    found = []
    for text in texts:
        mark = RMinHash(num_perm=SIZE, seed=SEED)
        mark.update(shingles(text))
        found.append(mark.digest())
    return np.array(found, dtype=np.uint32).reshape(len(found), SIZE)


def rows(threshold: float) -> int:
    """Rows of a band, so that two texts alike by `threshold` share one band with near certainty.

    >>> [rows(t) for t in (0.5, 0.8, 0.95)]
    [2, 5, 12]
    """
    sure = 0.999
    for size in range(16, 1, -1):
        if 1 - (1 - threshold**size) ** (SIZE // size) >= sure:
            return size
    return 1
