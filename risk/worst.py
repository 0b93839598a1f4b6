"""The worst end of a score: VaR, CVaR and which rows make them, exact to the fractional row."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import Floats

TIE = 1e-9
"""Values this close are equal: the same harms added in another order differ by less."""


def mass(n: ArrayLike, level: float) -> Floats:
    """How many of n rows the tail beyond `level` holds, (1 - level) * n, free of float dust.

    >>> float(mass(20, 0.95)), round(float(mass(901, 0.95)), 6)
    (1.0, 45.05)
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must be between 0 and 1")
    m = (1 - level) * np.asarray(n, dtype=float)
    whole = np.rint(m)
    return np.asarray(np.where(np.abs(m - whole) <= 1e-9 * np.maximum(m, 1), whole, m))


def var(x: ArrayLike, level: float = 0.95, row_weights: ArrayLike | None = None) -> float:
    """Value at risk: the smallest value that a share of at least `level` stays at or below.

    x is (n,), up is worse; NaN is left out, nothing left gives NaN. ValueError on a level outside
    (0, 1). Standard (TR-06): numpy's "inverted_cdf", never interpolated.

    >>> var(range(1, 11), 0.8), var(range(1, 11), 0.85)
    (8.0, 9.0)
    """
    known, share = _known(x, level, row_weights)
    if known.size == 0:
        return math.nan
    if row_weights is None:
        at = known.size - tail_rank(known.size, level)
        return float(np.partition(known, at)[at])
    order = np.argsort(known)
    reached = np.cumsum(share[order]) >= level * known.size - 1e-9
    return float(known[order[reached.argmax()]])


def cvar(x: ArrayLike, level: float = 0.95, row_weights: ArrayLike | None = None) -> float:
    """Conditional value at risk: the mean of the worst 1 - level, the last value taken in part.

    x is (n,), up is worse; NaN is left out, nothing left gives NaN. VaR <= CVaR <= max; fewer than
    one value in the tail gives the maximum. Rockafellar and Uryasev (2000, 2002), exact (TR-07).

    >>> cvar(range(1, 11), 0.8), round(cvar(range(1, 11), 0.85), 4)
    (9.5, 9.6667)
    >>> cvar([0, 0, 0, 0, 1, 1, 1, 1, 1, 2], 0.8)
    1.5
    >>> round(cvar([1, 2, 3, 4], 0.8, row_weights=[0.4, 0.3, 0.2, 0.1]), 4)
    3.5
    """
    known, share = _known(x, level, row_weights)
    if known.size == 0:
        return math.nan
    if row_weights is None:
        m = float(mass(known.size, level))
        some = max(math.ceil(m), 1)
        top = np.sort(np.partition(known, known.size - some)[-some:])  # (K,) the last in part
        return float((top.sum() - top[0] * (some - m)) / m) if some > 1 else float(top[0])
    order = np.argsort(-known)
    taken = np.minimum(np.cumsum(share[order]), mass(known.size, level))
    return float(np.diff(taken, prepend=0) @ known[order] / taken[-1])


def weights(x: ArrayLike, level: float = 0.95) -> Floats:
    """How much of each row is in the tail: (n,) from 0 to 1, summing to (1 - level) * n.

    Rows equal to VaR (to 1e-9) share what is left evenly, so their order does not matter. A missing
    row is NaN: nobody knows whether it belongs (TR-07).

    >>> weights([2.5, 2, 2, 0.5, 0.1], 0.6).tolist()
    [1.0, 0.5, 0.5, 0.0, 0.0]
    """
    rows: Floats = np.asarray(x, dtype=float)
    known = ~np.isnan(rows)
    edge = var(rows, level)
    above, at = rows > edge + TIE, np.abs(rows - edge) <= TIE
    left = max(float(mass(known.sum(), level)) - above.sum(), 0.0)
    return np.where(known, above + at * (left / max(at.sum(), 1)), np.nan)


def top_weights(top: ArrayLike, n: int, level: float = 0.95) -> Floats:
    """`weights` of the largest rows alone: `top` (k,) in any order, out of n rows that are there.

    Every row at or above VaR must be among them; ValueError when `top` is too short to hold VaR.

    >>> top_weights([2.5, 2, 2], 5, 0.6).tolist()
    [1.0, 0.5, 0.5]
    """
    rows: Floats = np.asarray(top, dtype=float)
    rank = tail_rank(n, level)
    if rows.size < rank:
        raise ValueError(f"{rows.size} rows; the tail of {n} at {level} needs the {rank} largest")
    if rank == 0:
        return rows
    edge = np.sort(rows)[-rank]
    above, at = rows > edge + TIE, np.abs(rows - edge) <= TIE
    left = max(float(mass(n, level)) - above.sum(), 0.0)
    return np.asarray(above + at * (left / max(at.sum(), 1)))


def tail_rank(n: int, level: float) -> int:
    """VaR's place among n rows counted from the largest, 1-based; 0 without rows.

    >>> tail_rank(10, 0.8), tail_rank(901, 0.95)
    (3, 46)
    """
    return n - math.ceil(n * level - 1e-9) + 1 if n else 0


def _known(x: ArrayLike, level: float, row_weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """The values that are there, and their row weights scaled to sum to how many there are."""
    mass(0, level)  # refuses a level outside (0, 1)
    rows: Floats = np.asarray(x, dtype=float)
    known = ~np.isnan(rows)
    if row_weights is None:
        return rows[known], np.ones(int(known.sum()))
    share: Floats = np.asarray(row_weights, dtype=float)[known]
    if share.size and not (share.min() >= 0 and share.sum() > 0):
        raise ValueError(f"a row weight is {share.min():g}; they must be 0 or more, one above 0")
    return rows[known], share * (share.size / share.sum())
