"""Tail risk: how bad the bad end is (VaR, CVaR, shares, moments), with intervals over prompts."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from risk.bootstrap import SPREAD, VARIED, Codes, replicates
from risk.bounded import FEW, Assume, bound, span, told, wanting
from risk.deviation import FEW as FEW_FOR_SD
from risk.deviation import long_tailed, volatility_ends
from risk.deviation import volatility as volatility
from risk.gap import paired as paired  # part of this room's face: tail.paired
from risk.gap import paired_ratio as paired_ratio
from risk.interval import Floats, band, holding
from risk.limits import Ends, intervals, limits
from risk.measure import Measure, missing
from risk.quantile import quantile_ends
from risk.resampled import ends_of
from risk.skewed import ALIKE, caution, mean_ends
from risk.worst import cvar as cvar  # part of this room's face: tail.cvar
from risk.worst import mass
from risk.worst import var as var
from risk.worst import weights as weights

NUMBERS = ("mean", "median", "sd", "var", "cvar", "gap", "ratio", "max")
TAIL = ("var", "cvar", "gap", "ratio")
UNKNOWN = (math.nan, math.nan)
BARE = {
    "mean": "one prompt only",
    "median": "fewer than 6 prompts: no interval of it would hold",
    "sd": FEW_FOR_SD,
    "max": "no sample tells how far the largest may go",
}
BEWARE = {"mean": caution, "sd": long_tailed}
UNDEFINED = {"sd": "one row has no spread", "ratio": "the mean is 0, so the ratio is undefined"}


class Survival(NamedTuple):
    """P(X > x) at every distinct value, with a pointwise 95 % band."""

    values: Floats
    share: Floats
    low: Floats
    high: Floats


def shares(parts: ArrayLike, total: ArrayLike, level: float = 0.95) -> Floats:
    """What the joint tail is made of: (N, D) parts of `total` (N,) to D shares that sum to 1.

    Euler shares of CVaR. Rows without a total are left out; a tail that is 0 everywhere gives NaN.
    Ours: an exact identity (TR-10).

    >>> b, f = np.array([2, 0.2, 1.5, 0.3, 0]), np.array([0.5, 1.8, 0.5, 0.2, 0.1])
    >>> shares(np.stack([b, f], axis=1), b + f, 0.6).round(4).tolist()
    [0.6333, 0.3667]
    """
    joint: Floats = np.asarray(total, dtype=float)
    known = ~np.isnan(joint)
    w = weights(joint[known], level)
    whole = float(w @ joint[known])
    return np.asarray(w @ np.asarray(parts, dtype=float)[known] / (whole or math.nan))


def upper_moment(x: ArrayLike, t: float, p: int) -> float:
    """Upper partial moment: the mean of max(x - t, 0)**p; p = 0 is the share strictly above t.

    NaN is left out, nothing left gives NaN. Standard (TR-09).

    >>> [round(upper_moment([0.1, 0.2, 0.3, 0.8, 1.2], 0.5, p), 4) for p in (0, 1, 2)]
    [0.4, 0.2, 0.116]
    """
    if p < 0:
        raise ValueError(f"p is {p}; it must be 0 or more")
    over = _present(x) - t
    if over.size == 0:
        return math.nan
    return float(np.mean(np.where(over > 0, np.maximum(over, 0) ** p, 0)))


def survival(x: ArrayLike) -> Survival:
    """The share of rows strictly above each distinct value, largest last, with Wilson bounds.

    NaN is left out; nothing left gives four empty arrays.

    >>> curve = survival([1, 2, 2, np.nan, 3])
    >>> curve.values.tolist(), curve.share.tolist()
    ([1.0, 2.0, 3.0], [0.75, 0.25, 0.0])
    """
    values, times = np.unique(_present(x), return_counts=True)
    n = int(times.sum())
    above = n - np.cumsum(times)
    return Survival(values, above / max(n, 1), *band(above, n))


def profile(
    x: ArrayLike,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
    most: float | None = None,
    assume: Assume = "seen",
) -> dict[str, Measure]:
    """mean, median, sd, var, cvar, gap, ratio and max of a score, with 95 % intervals over items.

    x is (n,), up is worse; NaN rows are dropped and counted as lost. `clusters` (n,) codes the item
    of each row, so that several answers to one prompt count together. Mean and sd have the
    intervals of `skewed` and `deviation`, median and VaR two ranks (`quantile.quantile_ends`), the
    other tail numbers bootstrap-t; where a tail is too thin for that (`bounded.wanting`) theirs
    allow for unseen losses up to `most`, and without that bound they have none. What they assume:
    `bounded.ASSUMED`; where `assume` is "nothing", those of the tail and of the mean allow for any
    losses up to `most`. How replicates are drawn: `bootstrap.replicates`. TR-08, TR-13.

    >>> found = profile(range(1, 11), 0.8, most=12)
    >>> found["cvar"].value, found["gap"].value, round(found["ratio"].value, 4)
    (9.5, 4.0, 1.7273)
    >>> found["cvar"].high > 11, found["mean"].n
    (True, 10)
    """
    known = ~np.isnan(np.asarray(x, dtype=float))
    score = _present(x)
    n, lost = score.size, known.size - score.size
    items = None if clusters is None else np.asarray(clusters)[known]
    distinct = _distinct(n, items)
    most = bound(score, most)
    bounds, why = _bounds(score, level, draws, seed, items, distinct, most, assume)
    about = ("mean", *TAIL) if assume == "nothing" else TAIL
    found = {}
    for name, value in _statistics(score, level).items():
        if math.isnan(value):
            found[name] = missing(UNDEFINED[name] if n else "no row has a score", n=n, lost=lost)
            continue
        low, high = bounds.get(name, UNKNOWN)
        bare = ALIKE if name == "mean" and distinct > 1 else BARE.get(name, "")
        said = BEWARE[name](score, items) if name in BEWARE else ""
        said = why if name in about else bare if math.isnan(low) else said
        found[name] = Measure(value, *holding(value, low, high), n, lost, said)
    return found


def _bounds(
    score: Floats,
    level: float,
    draws: int,
    seed: int,
    items: Codes | None,
    distinct: int,
    most: float | None,
    assume: Assume,
) -> tuple[dict[str, Ends], str]:
    """The ends of every interval there is, and what to beware of in those of the tail."""
    if distinct < 2:
        return {}, FEW if mass(distinct, level) < 5 else ""
    plain = _plain(score, level, items, most)
    if wanting(score, level, distinct, most, assume=assume):
        near = ("median", "sd") if assume == "nothing" else ("mean", "median", "sd")
        kept = {name: plain[name] for name in near}
        if most is None:
            return kept, told(assume, most)
        far = max(most, float(score.max()))
        return intervals(limits(score, level, far, items, draws, seed)) | kept, told(assume, most)
    drawn = replicates(score[None], level, draws, seed, items, ("mean", "cvar", SPREAD, *VARIED))
    many = {name: rows[0] for name, rows in drawn.items()}
    return plain | ends_of(score, level, items, many, plain["mean"][0]), ""


def _plain(score: Floats, level: float, items: Codes | None, most: float | None) -> dict[str, Ends]:
    """The intervals that need no resampling: of mean, median, sd, VaR; no row exceeds the max."""
    order = slice(None) if items is None else np.argsort(score, kind="stable")
    ranked, own = np.sort(score), None if items is None else items[order]
    return {
        "mean": mean_ends(score, items, *span(most)),
        "median": quantile_ends(ranked, 0.5, own),
        "sd": volatility_ends(score, items, most),
        "var": quantile_ends(ranked, level, own),
    }


def _statistics(x: Floats, level: float) -> dict[str, float]:
    """The eight numbers of `profile`, NaN where undefined."""
    if x.size == 0:
        return dict.fromkeys(NUMBERS, math.nan)
    mean, tail = float(np.mean(x)), cvar(x, level)
    return {
        "mean": mean,
        "median": float(np.median(x)),
        "sd": volatility(x),
        "var": var(x, level),
        "cvar": tail,
        "gap": tail - mean,
        "ratio": tail / mean if mean else math.nan,
        "max": float(x.max()),
    }


def _present(x: ArrayLike) -> Floats:
    """The values that are not missing."""
    rows: Floats = np.asarray(x, dtype=float)
    return rows[~np.isnan(rows)]


def _distinct(n: int, items: Codes | None) -> int:
    """How many prompts n rows are: all of them unless `items` says which belong together."""
    return n if items is None else len(np.unique(items))
