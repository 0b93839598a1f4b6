"""How sure a difference is: p-values from its bootstrap replicates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from risk import special

SURE = 0.05
"""The p at which a 95 % interval ends at 0."""


class Told(NamedTuple):
    """The 95 % interval of a difference and its two-sided p."""

    low: float
    high: float
    p: float


def agreeing(low: float, high: float, p: float) -> Told:
    """An interval and its p, the first widened to 0 where the second is above .05.

    Both may come from the same replicates, and yet counting them and going between two of them
    differ by one replicate.

    >>> agreeing(0.001, 0.4, 0.0504), agreeing(0.001, 0.4, 0.0496)
    (Told(low=0.0, high=0.4, p=0.0504), Told(low=0.001, high=0.4, p=0.0496))
    """
    return Told(min(low, 0.0), max(high, 0.0), p) if p > SURE else Told(low, high, p)


def two_sided(
    replicates: ArrayLike, above: ArrayLike | None = None, counted_out: bool = False
) -> float:
    """Bootstrap p of a difference: twice the smaller share of replicates on a side of 0, up to 1.

    `above` are other replicates for the side below 0, where the two ends have draws of their own.
    One is added to counts and draws, since finitely many draws cannot show p = 0; not so where all
    resamples were `counted_out` (TR-13).

    >>> d = np.array([0.3, -0.1, 0.4])
    >>> every = [d[list(i)].mean() for i in np.ndindex(3, 3, 3)]
    >>> round(two_sided(every, counted_out=True), 4)
    0.0741
    """
    many = np.asarray(replicates, dtype=float)
    other = many if above is None else np.asarray(above, dtype=float)
    more = 0 if counted_out else 1
    tie = 1e-12 * max(float(np.abs(many).max(initial=0)), 1e-300)
    sides = min((many <= tie).sum(), (other >= -tie).sum())
    return float(min(1.0, 2 * (sides + more) / (many.size + more)))


def p_value(value: float, replicates: ArrayLike) -> float:
    """Two-sided p of a difference; where no replicate crosses 0, the normal law's if it is less.

    Counting cannot show less than 2/(draws + 1), too coarse for a family of many pairs.

    >>> p_value(5.0, [4.0, 5.0, 6.0]) < 1e-6 < p_value(0.5, [-0.5, 0.5, 1.5])
    True
    """
    many = np.asarray(replicates, dtype=float)
    counted, spread = two_sided(many), float(many.std()) if many.size else 0.0
    if spread == 0 or counted > 2 / (many.size + 1):
        return counted
    return min(counted, float(2 * special.ndtr(-abs(value) / spread)))
