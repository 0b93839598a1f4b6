"""Gains: how high a score ranks severe cases; discounted gain, precision, lift, ties even."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import Floats


def head(
    score: ArrayLike, x: ArrayLike, k: int, discount: Floats | None = None, w: Any = None
) -> Floats:
    """The sum (b,) of x (N,) over the k highest scores, each times its rank's discount (k,).

    Rows that tie share the mean of x over the tie, so the order of rows does not matter. `w`
    (b, N) says how often each row is there, in whole numbers; without it once.

    >>> head([0.9, 0.5, 0.5], [1.0, 3.0, 0.0], 2).tolist()
    [2.5]
    """
    s, value = np.asarray(score, dtype=float), np.asarray(x, dtype=float)
    levels, of = np.unique(-s, return_inverse=True)
    order = np.argsort(of, kind="stable")
    starts = np.searchsorted(of[order], np.arange(levels.size))
    times = (np.ones((1, s.size)) if w is None else np.asarray(w, dtype=float))[:, order]
    rows = np.add.reduceat(times, starts, axis=1)  # (b, G)
    each = np.add.reduceat(times * value[order], starts, axis=1) / np.where(rows > 0, rows, 1.0)
    worth = np.concatenate([[0.0], np.cumsum(np.ones(k) if discount is None else discount)])
    upto = np.minimum(np.rint(rows.cumsum(axis=1)).astype(np.int64), worth.size - 1)
    return np.asarray((each * np.diff(worth[upto], axis=1, prepend=0.0)).sum(axis=1))


def ndcg(score: ArrayLike, gain: ArrayLike, k: int, w: Any = None) -> Floats:
    """Normalized discounted gain at k (b,): discount 1 / log2(rank + 1); NaN without any gain.

    `w` as in `head`. Source: Järvelin and Kekäläinen (2002), doi 10.1145/582415.582418.

    >>> ndcg([0.9, 0.8, 0.3, 0.2], [3, 0, 2, 1], 4).round(4).tolist()
    [0.9305]
    """
    discount = 1 / np.log2(np.arange(2, k + 2))
    best = head(gain, gain, k, discount, w)
    return np.asarray(head(score, gain, k, discount, w) / np.where(best > 0, best, np.nan))
