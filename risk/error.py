"""Error: how far scores lie from people's ratings of the same answers; correlation by ranks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from risk.interval import Floats
from risk.lens import Parameter
from risk.marks import both
from risk.measure import Measure, missing
from risk.order import ranks
from risk.spread import measured
from risk.sums import resampled

Codes = NDArray[np.int64]
PEOPLE = "label_score|label_rating|label_severity|label_harm|human_score"
"""Where people's rating of an answer may stand; the first that says anything counts."""
TO_SCALE = (
    Parameter("times", 1.0, "what the score is multiplied by to be on people's scale", -1e6, 1e6),
    Parameter("plus", 0.0, "what is then added to it", -1e6, 1e6),
)
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
    features = np.stack([np.abs(off), off**2, off, y, y**2, np.ones_like(y)], axis=1)
    codes = None if of is None else of[kept]
    value, drawn = _of(features.sum(axis=0)[None]), _of(resampled(features, codes, draws, seed))
    why = "people's ratings are all equal"
    return {
        name: measured(float(value[0, i]), drawn[:, i], s.size, lost, why)
        for i, name in enumerate(NAMES)
    }


def _of(sums: Floats) -> Floats:
    """The four errors (b, 4) from sums of size, square, error, rating, its square, and rows."""
    size, square, off, y, y2, n = sums.T
    spread = y2 - y**2 / n
    with np.errstate(invalid="ignore", divide="ignore"):
        r2 = np.where(spread > 1e-12 * np.maximum(y2, 1e-300), 1 - square / spread, np.nan)
        return np.stack([size / n, np.sqrt(square / n), r2, off / n], axis=1)


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
    parts = np.stack([a, b, a * a, b * b, a * b, np.ones(n)], axis=1)
    codes = None if of is None else of[kept]
    drawn = _correlation(resampled(parts, codes, draws, seed))
    return measured(float(_correlation(parts.sum(axis=0)[None])[0]), drawn, n, lost)


def _correlation(sums: Floats) -> Floats:
    a, b, aa, bb, ab, n = sums.T
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
