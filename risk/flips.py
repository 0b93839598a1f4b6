"""Decision flips: pairs of models that the mean orders one way and the tail the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from risk.compare import Shared, difference, p_of
from risk.measure import Measure
from risk.ranked import holm


@dataclass(frozen=True, slots=True)
class Flip:
    """Model `a` is worse in the tail and better at the mean than `b`: both differences, a minus b.

    `sure` where neither interval reaches 0; `p` is the larger of the two differences' p-values
    (both must hold: intersection-union), adjusted by Holm over all pairs.
    """

    a: int
    b: int
    mean: Measure
    tail: Measure
    p: float

    @property
    def sure(self) -> bool:
        """Whether both intervals keep clear of 0."""
        return self.mean.high < 0 < self.tail.low


def flips(found: Shared) -> list[Flip]:
    """Every pair that mean and CVaR order in opposite ways, the surest first.

    A tie at either is no flip. Ours, after SHARP's finding that models of one mean differ in their
    tails (arXiv 2601.21235); intersection-union test: Berger (1982).

    >>> from risk.compare import shared
    >>> two = shared([[0.0] * 9 + [5.0], [1.0] * 10], level=0.9, draws=200)
    >>> [(f.a, f.b, f.mean.value, f.tail.value) for f in flips(two)]
    [(0, 1, -0.5, 4.0)]
    """
    pairs = list(combinations(range(len(found.x)), 2))
    p = [_p(found, a, b) for a, b in pairs]
    told = []
    for (one, two), adjusted in zip(pairs, holm(p).tolist(), strict=True):
        mean, tail = (difference(found, one, two, name) for name in ("mean", "cvar"))
        if mean.value * tail.value >= 0:
            continue
        a, b = (one, two) if tail.value > 0 else (two, one)
        told.append(
            Flip(a, b, difference(found, a, b, "mean"), difference(found, a, b, "cvar"), adjusted)
        )
    return sorted(
        told, key=lambda flip: (not flip.sure, np.nan_to_num(flip.p, nan=1.0), -flip.tail.value)
    )


def _p(found: Shared, a: int, b: int) -> float:
    """The larger of the two p-values; NaN where the tail's difference has none."""
    return float(np.maximum(p_of(found, a, b, "mean"), p_of(found, a, b, "cvar")))
