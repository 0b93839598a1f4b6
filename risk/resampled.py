"""What replicates say of a tail: intervals of CVaR, its gap to the mean and its ratio to it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from risk.bootstrap import SPREAD, TAILS, VARIED
from risk.influence import within
from risk.interval import Codes, Floats, percentiles
from risk.limits import Ends
from risk.student import error, studentized
from risk.worst import cvar


def ends_of(
    score: Floats, level: float, items: Codes | None, many: dict[str, Floats], least: float
) -> dict[str, Ends]:
    """Bootstrap-t intervals of CVaR, its gap to the mean and its ratio to it (on the log scale).

    `score` is (n,) without NaN, `items` (n,) the item of each row; `many` is what
    `bootstrap.replicates` drew of it; `least` is how low the mean may be, below which no tail is.
    """
    tail, mean = cvar(score, level), float(score.mean())
    low, high = studentized(tail, many["cvar"], error(score, level, items), many[SPREAD])
    low = max(low, least)  # no tail is better than the mean
    gap, ratio = many["cvar"] - many["mean"], _ratio(many["cvar"], many["mean"])
    if np.isnan(many[TAILS]).any():  # so many rows that percentiles are as good
        return {"cvar": (low, high), "gap": percentiles(gap), "ratio": percentiles(ratio)}
    own = within(score[None], level, items)
    at = [float(part.ravel()[0]) for part in own]
    among = [many[name] for name in VARIED]
    found = {
        "cvar": (low, high),
        "gap": studentized(tail - mean, gap, _gap_error(at), _gap_error(among)),
    }
    if mean <= 0 or tail <= 0 or not (ratio > 0).all():
        return found | {"ratio": percentiles(ratio)}
    spread = _ratio_error(at, tail, mean)
    spreads = _ratio_error(among, many["cvar"], many["mean"])
    logs = studentized(math.log(tail / mean), np.log(ratio), spread, spreads)
    return found | {"ratio": (math.exp(logs[0]), math.exp(logs[1]))}


def _gap_error(parts: list[Any]) -> Any:
    tails, mixed, means = parts
    return np.sqrt(np.maximum(tails + means - 2 * mixed, 0))


def _ratio_error(parts: list[Any], tail: Any, mean: Any) -> Any:
    tails, mixed, means = parts
    squared = tails / tail**2 + means / mean**2 - 2 * mixed / (tail * mean)
    return np.sqrt(np.maximum(squared, 0))


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """top / bottom, NaN where bottom is 0."""
    out = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return out
