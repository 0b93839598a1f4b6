"""Families: what belongs together stays together in one part of a hold-out split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
MANY = 100_000
"""Pairs that are gone through at a time."""


def families(pairs: Places) -> tuple[Places, Places]:
    """Every place named in `pairs` (n, 2), sorted, and the smallest place it is linked to.

    Links hold through one another: a with b and b with c make one family.

    >>> places, first = families(np.array([[1, 1], [5, 2], [9, 5], [7, 7]]))
    >>> places.tolist(), first.tolist()
    ([1, 2, 5, 7, 9], [1, 2, 2, 7, 2])
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    places, code = np.unique(pairs, return_inverse=True)
    if not places.size:
        return places, places
    ends = code.reshape(-1, 2)
    one = np.ones(len(ends), dtype=np.int8)
    graph = coo_array((one, (ends[:, 0], ends[:, 1])), shape=(places.size, places.size))
    _, part = connected_components(graph, directed=False)
    first = np.full(part.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, part, places)
    return places, first[part]


def repeats(pairs: Places) -> Places:
    """The places to drop so that none is left beside an earlier one it is a repeat of, sorted.

    `pairs` are (later, earlier). What is like a dropped one alone stays.

    >>> repeats(np.array([[2, 1], [3, 2], [5, 1]])).tolist()
    [2, 5]
    """
    dropped: set[int] = set()
    if len(pairs) and (np.diff(pairs[:, 0]) < 0).any():
        pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    for start in range(0, len(pairs), MANY):
        for later, earlier in pairs[start : start + MANY].tolist():
            if earlier not in dropped:
                dropped.add(later)
    return np.array(sorted(dropped), dtype=np.int64)


def parts(sizes: Sequence[int] | Places, shares: Sequence[float]) -> Places:
    """Which part (N,) each family of so many rows goes to, in the order given.

    The parts are filled one after the other; a family goes where its middle row falls, so that a
    part misses its share by less than one family.

    >>> parts([4, 4, 2], [0.8, 0.2]).tolist()
    [0, 0, 1]
    """
    n = np.asarray(sizes, dtype=float)
    edges = np.cumsum(np.asarray(shares, dtype=float))
    if not edges.size or abs(edges[-1] - 1) > 1e-9 or min(shares) < 0:
        raise ValueError(f"the shares are {list(shares)}; they are at least 0 and add to 1")
    middle = (np.cumsum(n) - n / 2) / max(n.sum(), 1)
    return np.asarray(np.searchsorted(edges[:-1], middle, side="right"), dtype=np.int64)


def allot(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """How many of n to draw from each group: as many from each, the rest where there are more.

    >>> allot({"a": 2, "b": 10, "c": 10}, 10)
    {'a': 2, 'b': 4, 'c': 4}
    """
    left, open_, found = n, sorted(sizes, key=lambda name: (sizes[name], name)), {}
    for place, name in enumerate(open_):
        found[name] = min(sizes[name], left // (len(open_) - place))
        left -= found[name]
    return found
