"""How long the axis of dots with intervals is."""

from __future__ import annotations

import math
from collections.abc import Sequence

from components.figures.frame import drawn
from risk.bounded import OPEN
from risk.measure import Measure


def span(
    measures: Sequence[Measure], *, zero: bool = False, also: float | None = None
) -> tuple[float, float]:
    """The axis range that holds every finite value and bound, with a little air.

    An upper end that stands for losses nobody has seen is held only up to twice what was: it would
    leave no room for the rest.

    >>> span([Measure(1.0, 0.5, 2.0)], zero=True)
    (0.0, 2.08)
    """
    there = [m for m in measures if drawn(m)]
    seen = max([m.value for m in there] + [m.high for m in there if not _unseen(m)], default=0.0)
    ends = [
        e
        for m in there
        for e in (m.value, m.low, min(m.high, 2 * seen) if _unseen(m) and seen > 0 else m.high)
        if math.isfinite(e)
    ]
    ends += [0.0] if zero or not ends else []
    ends += [also] if also is not None and math.isfinite(also) else []
    low, high = min(ends), max(ends)
    if low == high:
        low, high = (low, low + 1.0) if zero else (low - 0.5, high + 0.5)
    air = 0.04 * (high - low)
    return (low if zero and low == 0 else low - air), (high if zero and high == 0 else high + air)


def _unseen(measure: Measure) -> bool:
    """Whether the upper end stands for losses nobody has seen."""
    return measure.why.startswith(OPEN)
