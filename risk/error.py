"""Error: how far scores lie from people's ratings of the same answers; correlation by ranks."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from risk import spread, sums
from risk.interval import Floats
from risk.lens import Parameter
from risk.marks import both
from risk.measure import Measure, missing
from risk.order import ranks
from risk.skewed import felt, positive_ends

Codes = NDArray[np.int64]
PEOPLE = "label_score|label_rating|label_severity|label_harm|human_score"
"""Where people's rating of an answer may stand; the first that says anything counts."""
TO_SCALE = (
    Parameter("times", 1.0, "what the score is multiplied by to be on people's scale", -1e6, 1e6),
    Parameter("plus", 0.0, "what is then added to it", -1e6, 1e6),
)
LEAST = 10
"""Items below which no interval of a correlation or of r2 was found to hold."""
FEW = f"fewer than {LEAST} items have both: no interval of it would hold"
NAMES = ("mae", "rmse", "r2", "bias")


def errors(
    score: Floats, people: Floats, of: Codes | None, draws: int, seed: int
) -> dict[str, Measure]:
    """mae, rmse, r2 and bias of score (N,) against people (N,), with 95 % intervals over items.

    r2 = 1 - SSE / SST may be negative; where people's ratings are all equal it is missing. A row
    missing either is lost.

    >>> found = errors(np.array([2.0, 2, 4, 4, 5]), np.array([1.0, 2, 3, 4, 5]), None, 100, 0)
    >>> [round(found[name].value, 4) for name in NAMES]
    [0.4, 0.6325, 0.8, 0.4]
    """
    kept = both(score, people)
    lost = int((~kept).sum())
    s, y = score[kept], people[kept]
    if s.size == 0:
        return {name: missing("no answer has both", lost=lost) for name in NAMES}
    off, y = s - y, y - y.mean()
    codes = None if of is None else of[kept]
    squares = spread.mean(off**2, codes, lost, 0.0)
    pull = felt(off**2 - squares.value, codes) / s.size
    if not math.isnan(squares.low):
        low, high = positive_ends(squares.value, pull)
        squares = replace(squares, low=low, high=high)
    value, low, high = (math.sqrt(x) if x >= 0 else math.nan for x in _numbers(squares))
    r2 = sums.measure(
        _r2, np.stack([off**2, y, y**2, np.ones_like(y)]).T, codes, draws, seed,
        n=s.size, lost=lost, why="people's ratings are all equal", within=(-math.inf, 1.0),
    )  # fmt: skip
    return {
        "mae": spread.mean(np.abs(off), codes, lost, 0.0),
        "rmse": replace(squares, value=value, low=low, high=high),
        "r2": _held(r2, codes),
        "bias": spread.mean(off, codes, lost),
    }


def _held(found: Measure, codes: Codes | None) -> Measure:
    """The measure, without its interval where too few items make one."""
    items = found.n if codes is None else np.unique(codes).size
    if items >= LEAST or math.isnan(found.low):
        return found
    return replace(found, low=math.nan, high=math.nan, why=FEW)


def _numbers(found: Measure) -> tuple[float, float, float]:
    return found.value, found.low, found.high


def _r2(told: Floats) -> Floats:
    """R squared (b,) from sums of squared error, rating, its square, and rows."""
    square, y, y2, n = told.T
    spread = y2 - y**2 / n
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 1e-12 * np.maximum(y2, 1e-300), 1 - square / spread, np.nan)


def spearman(x: Floats, y: Floats, of: Codes | None, draws: int, seed: int) -> Measure:
    """Spearman's correlation of x and y (N,), tied ranks averaged, with its interval over items.

    Ranks are those of all rows, held fixed while items are resampled. A row missing either is lost;
    a constant side, or fewer than three rows, is missing.

    >>> found = spearman(np.array([2.0, 2, 4, 4, 5]), np.array([100.0, 220, 180, 400, 600]),
    ...                  None, 100, 0)
    >>> round(found.value, 4)
    0.7379
    """
    kept = both(x, y)
    n, lost = int(kept.sum()), int((~kept).sum())
    if n < 3:
        return missing("fewer than three rows have both", n=n, lost=lost)
    a, b = (ranks(side[kept]) - (n + 1) / 2 for side in (x, y))
    if not (a.any() and b.any()):
        return missing("one side is the same throughout", n=n, lost=lost)
    parts = np.stack([a, b, a * a, b * b, a * b, np.ones(n)]).T
    codes = None if of is None else of[kept]
    found = sums.measure(
        _correlation, parts, codes, draws, seed, n=n, lost=lost, within=(-1.0, 1.0)
    )
    return _held(found, codes)


def _correlation(told: Floats) -> Floats:
    a, b, aa, bb, ab, n = told.T
    with np.errstate(invalid="ignore", divide="ignore"):
        top = ab - a * b / n
        return np.asarray(np.clip(top / np.sqrt((aa - a * a / n) * (bb - b * b / n)), -1, 1))


def one_scale(judge: Floats, people: Floats) -> None:
    """ValueError where one side stays within 0 and 1 and the other reaches above 2: two scales.

    >>> one_scale(np.array([0.5]), np.array([2.0]))
    """
    kept = both(judge, people)
    if not kept.any():
        return
    tops = float(judge[kept].max()), float(people[kept].max())
    if min(tops) <= 1 and max(tops) > 2:
        raise ValueError(
            f"the judge's scores reach {tops[0]:g} and people's {tops[1]:g}: bring them to one "
            "scale with times and plus"
        )
