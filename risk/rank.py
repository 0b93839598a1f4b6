"""Ranks: which place each model takes, with intervals that hold also between equals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import Floats
from risk.measure import Measure
from risk.order import ranks


def places(
    value: ArrayLike, many: ArrayLike, *, n: int = 0, lost: int = 0, confidence: float = 0.95
) -> list[Measure]:
    """Each model's place from the top, 1 the highest value, with an interval of that confidence.

    `value` (M,) and its paired bootstrap replicates `many` (M, draws). For each model, simultaneous
    intervals of its differences to the others (bootstrap of the largest studentized deviation)
    say which are surely above and surely below it: places 1 + above to M - below. Such an interval
    holds at its level also where models tie, which ranks of single replicates do not. Equal values
    share their average place. Mogstad, Romano, Shaikh and Wilhelm (2024), "Inference for Ranks".

    >>> far = np.array([[3.0, 3.1, 2.9], [0.0, 0.1, 0.05]])
    >>> [(m.value, m.low, m.high) for m in places([3.0, 0.05], far)]
    [(1.0, 1.0, 1.0), (2.0, 2.0, 2.0)]
    """
    point, drawn = np.asarray(value, dtype=float), np.asarray(many, dtype=float)
    if drawn.ndim != 2 or drawn.shape[0] != point.size:
        raise ValueError(f"replicates are {drawn.shape}; they must be ({point.size}, draws)")
    shared = ranks(-point)
    found = []
    for j in range(point.size):
        above, below = _apart(point, drawn, j, confidence)
        found.append(Measure(float(shared[j]), 1.0 + above, float(point.size - below), n, lost))
    return found


def _apart(point: Floats, drawn: Floats, j: int, confidence: float) -> tuple[int, int]:
    """How many models lie surely above model j, and how many surely below."""
    others = np.delete(np.arange(point.size), j)
    if others.size == 0 or drawn.shape[1] == 0:
        return 0, 0
    gap = point[others] - point[j]  # (M - 1,)
    many = drawn[others] - drawn[j]  # (M - 1, draws)
    spread = many.std(axis=1)
    moves = spread > 1e-12 * max(1.0, float(np.abs(point).max()))
    if moves.any():
        off = np.abs(many[moves] - gap[moves, None]) / spread[moves, None]
        reach = float(np.quantile(off.max(axis=0), confidence))
    else:
        reach = 0.0
    bound = np.where(moves, reach * spread, 0.0)
    return int((gap - bound > 0).sum()), int((gap + bound < 0).sum())
