"""Tail risk: how bad the bad end is (VaR, CVaR, shares, moments), with intervals over prompts."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from risk.bootstrap import SPREAD, STATISTICS, Codes, replicates
from risk.interval import Floats, band, percentiles
from risk.measure import Measure, missing
from risk.student import error, studentized
from risk.worst import cvar as cvar  # part of this room's face: tail.cvar
from risk.worst import mass
from risk.worst import var as var
from risk.worst import weights as weights

Statistic = Literal["mean", "var", "cvar"]
FEW = "fewer than 5 prompts make this number"
NUMBERS = ("mean", "median", "sd", "var", "cvar", "gap", "ratio", "max")
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


def volatility(x: ArrayLike) -> float:
    """Sample standard deviation (n - 1); NaN is left out, fewer than two values give NaN (TR-08).

    >>> round(volatility(range(1, 11)), 4)
    3.0277
    """
    known = _present(x)
    return float(known.std(ddof=1)) if known.size > 1 else math.nan


def profile(
    x: ArrayLike,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
) -> dict[str, Measure]:
    """mean, median, sd, var, cvar, gap, ratio and max of a score, with 95 % bootstrap intervals.

    x is (n,), up is worse; NaN rows are dropped and counted as lost. `clusters` (n,) codes the item
    of each row, so that several answers to one prompt are resampled together. `why` warns when few
    prompts make a tail number. How the replicates are drawn: `bootstrap.replicates`. TR-08, TR-13.

    >>> found = profile(range(1, 11), 0.8)
    >>> found["cvar"].value, found["gap"].value, round(found["ratio"].value, 4)
    (9.5, 4.0, 1.7273)
    >>> found["cvar"].why, found["mean"].n
    ('fewer than 5 prompts make this number', 10)
    """
    known = ~np.isnan(np.asarray(x, dtype=float))
    score = _present(x)
    n, lost = score.size, known.size - score.size
    items = None if clusters is None else np.asarray(clusters)[known]
    distinct = _distinct(n, items)
    many: dict[str, Floats] = {}
    if distinct > 1:
        drawn = replicates(score[None], level, draws, seed, items, (*STATISTICS, SPREAD))
        many = {name: rows[0] for name, rows in drawn.items()}
        many["gap"] = many["cvar"] - many["mean"]
        many["ratio"] = _ratio(many["cvar"], many["mean"])
    caution = dict.fromkeys(("var", "cvar", "gap", "ratio"), _few(distinct, level))
    caution["max"] = "no resample goes beyond the largest value seen"
    found = {}
    for name, value in _statistics(score, level).items():
        if math.isnan(value):
            found[name] = missing(UNDEFINED[name] if n else "no row has a score", n=n, lost=lost)
            continue
        low, high = percentiles(many[name]) if many else (math.nan, math.nan)
        if many and name == "cvar":
            low, high = studentized(value, error(score, level, items), many[name], many[SPREAD])
            low = max(low, percentiles(many["mean"])[0])  # no tail is better than the mean
        found[name] = Measure(value, low, high, n, lost, caution.get(name, ""))
    return found


def paired(
    a: ArrayLike,
    b: ArrayLike,
    level: float = 0.95,
    statistic: Statistic = "mean",
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
) -> Measure:
    """The statistic of a minus that of b, row q of both being the same item, with a 95 % interval.

    Every replicate draws the same items for both. Rows missing on either side are lost (TR-13).

    >>> found = paired([0.9, 0.2, 0.8], [0.6, 0.3, 0.4])
    >>> round(found.value, 4), found.n
    (0.2, 3)
    """
    return _pair(a, b, level, statistic, draws, seed, clusters, ratio=False)


def paired_ratio(
    a: ArrayLike,
    b: ArrayLike,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
) -> Measure:
    """CVaR of a over CVaR of b on the same items, with a 95 % interval (see `paired`).

    >>> paired_ratio([2, 4, 6, 8], [1, 2, 3, 4], 0.5).value
    2.0
    """
    return _pair(a, b, level, "cvar", draws, seed, clusters, ratio=True)


def _pair(
    a: ArrayLike,
    b: ArrayLike,
    level: float,
    statistic: Statistic,
    draws: int,
    seed: int,
    clusters: Codes | None,
    ratio: bool,
) -> Measure:
    """Difference or ratio of a statistic on the rows both sides have."""
    both = np.stack([np.asarray(a, dtype=float), np.asarray(b, dtype=float)])
    if statistic not in ("mean", "var", "cvar"):
        raise ValueError(f"statistic is {statistic!r}; it can be mean, var, cvar")
    known = ~np.isnan(both).any(axis=0)
    n, lost = int(known.sum()), int((~known).sum())
    both = both[:, known]
    items = None if clusters is None else np.asarray(clusters)[known]
    distinct = _distinct(n, items)
    if n == 0:
        return missing("no item has a score on both sides", lost=lost)
    first, second = (_statistics(row, level)[statistic] for row in both)
    if ratio and second == 0:
        return missing("the CVaR below the line is 0, so the ratio is undefined", n=n, lost=lost)
    many = np.empty((2, 0))
    if distinct > 1:
        many = replicates(both, level, draws, seed, items, (statistic,))[statistic]
    spread = _ratio(many[0], many[1]) if ratio else many[0] - many[1]
    value = first / second if ratio else first - second
    why = "" if statistic == "mean" else _few(distinct, level)
    return Measure(value, *percentiles(spread), n=n, lost=lost, why=why)


def _statistics(x: Floats, level: float) -> dict[str, float]:
    """The eight numbers of `profile`, NaN where undefined."""
    if x.size == 0:
        return dict.fromkeys(
            ("mean", "median", "sd", "var", "cvar", "gap", "ratio", "max"), math.nan
        )
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


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """top / bottom, NaN where bottom is 0."""
    out = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=out, where=bottom != 0)
    return out


def _present(x: ArrayLike) -> Floats:
    """The values that are not missing."""
    rows: Floats = np.asarray(x, dtype=float)
    return rows[~np.isnan(rows)]


def _distinct(n: int, items: Codes | None) -> int:
    """How many prompts n rows are: all of them unless `items` says which belong together."""
    return n if items is None else len(np.unique(items))


def _few(prompts: int, level: float) -> str:
    """The caution on a tail that fewer than five prompts make, else nothing."""
    return FEW if mass(prompts, level) < 5 else ""
