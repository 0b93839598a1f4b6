"""Comparison: paired differences on shared items, with their bootstrap."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from risk import rank
from risk.bootstrap import TAILS
from risk.bounded import told as wary
from risk.interval import Floats, percentiles
from risk.limits import ends
from risk.measure import Measure, missing
from risk.paired import ALIKE, alike, beware, means
from risk.quantile import quantile_ends
from risk.shared import Shared as Shared
from risk.shared import Statistic as Statistic
from risk.shared import shared as shared
from risk.significance import Told, agreeing, p_value, two_sided
from risk.skewed import ALIKE as SAME
from risk.skewed import mean_ends
from risk.student import chance, reaching, studentized
from risk.worst import mass

UNKNOWN = (math.nan, math.nan)
NOTHING = Told(math.nan, math.nan, math.nan)
NO_RATIO = "the CVaR below the line is 0, so the ratio is undefined"
STATISTICS: tuple[Statistic, ...] = ("mean", "median", "var", "cvar")


def difference(found: Shared, a: int, b: int, statistic: Statistic = "mean") -> Measure:
    """The statistic of model a minus that of model b, with its 95 % paired interval.

    Mean: the widest of percentiles, Student's and Hall's (`paired.means`), with a caution where few
    prompts and skewed differences make it; CVaR: the wider of
    bootstrap-t and Student's (`student.reaching`); the others: percentiles, but a VaR that fewer
    than 10 prompts exceed has the gaps between its values (`limits.limits`). Where a tail is too
    thin, VaR and CVaR allow for unseen losses up to the most, on either side; without such a bound
    they have none; so does the mean where nothing is assumed (`bounded.ASSUMED`). Where all items
    differ alike that goes for all four, but for means of marks.

    >>> two = shared([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]], draws=200)
    >>> round(difference(two, 0, 1).value, 4)
    0.2
    """
    value = float(found.value[statistic][a] - found.value[statistic][b])
    low, high, _ = _told(found, a, b, statistic)
    why = _why(found) if _far(found, statistic) else ALIKE * math.isnan(low)
    if statistic == "mean" and not why:
        why = beware(found.x[a], found.x[b], found.clusters)
    return Measure(value, low, high, found.n, found.lost, why)


def _told(found: Shared, a: int, b: int, statistic: Statistic) -> Told:
    """The interval of a difference and its p, NaN where there is none."""
    x, many = found.x[[a, b]], np.subtract(*found.many[statistic][[a, b]])
    if _far(found, statistic):
        return _unseen(found, a, b, statistic) if found.limits else NOTHING
    if statistic == "mean":
        return means(x[0], x[1], many, found.clusters, found.far)
    same, tail = alike(x[0], x[1]), statistic in ("var", "cvar")
    if tail and same and found.far < math.inf:
        return _unseen(found, a, b, statistic)
    if same:
        return NOTHING
    if statistic == "var" and found.limits:
        return _unseen(found, a, b, statistic)
    value = float(found.value[statistic][a] - found.value[statistic][b])
    if statistic == "cvar" and found.error is not None:
        return _apart(found, value, many, *_spread(found, a, b))
    return agreeing(*percentiles(many), p_value(value, many))


def own(found: Shared, i: int, statistic: Statistic = "mean") -> Measure:
    """The statistic of model i on the shared rows, with the interval that `tail.profile` gives it.

    >>> two = shared([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]], draws=200)
    >>> round(own(two, 1).value, 4)
    0.4333
    """
    value, row = float(found.value[statistic][i]), found.x[i]
    many = found.many[statistic][i]
    if _far(found, statistic):
        low, high = ends(*getattr(found.limits[i], statistic)) if found.limits else UNKNOWN
        return Measure(value, low, high, found.n, found.lost, _why(found))
    if statistic == "mean":
        span = (0.0, found.far) if found.far < math.inf else ()
        low, high = mean_ends(row, found.clusters, *span)
        return Measure(value, low, high, found.n, found.lost, SAME * math.isnan(low))
    low, high = _ranks(found, row, statistic)
    if statistic == "cvar" and found.error is not None:
        size = len(found.x)
        spreads = np.sqrt(np.maximum(found.many[TAILS][i * size + i], 0))
        low, high = studentized(value, many, math.sqrt(float(found.error[i, i])), spreads)
    elif statistic == "cvar":
        low, high = percentiles(many)
    return Measure(value, low, high, found.n, found.lost)


def _ranks(found: Shared, row: Floats, statistic: Statistic) -> tuple[float, float]:
    """The interval of a median or a VaR: two of the model's own values."""
    if statistic not in ("median", "var"):
        return UNKNOWN
    order = np.argsort(row, kind="stable")
    codes = None if found.clusters is None else found.clusters[order]
    return quantile_ends(row[order], 0.5 if statistic == "median" else found.level, codes)


def ratio(found: Shared, a: int, b: int) -> Measure:
    """CVaR of model a over that of model b, with its 95 % paired interval; see `difference`.

    >>> two = shared([[2, 4, 6, 8], [1, 2, 3, 4]], 0.5, draws=50)
    >>> ratio(two, 0, 1).value
    2.0
    """
    one, two = (float(found.value["cvar"][i]) for i in (a, b))
    if two == 0:
        return missing(NO_RATIO, n=found.n, lost=found.lost)
    rest = (found.n, found.lost)
    if found.thin:
        if not found.limits:
            return Measure(one / two, math.nan, math.nan, *rest, _why(found))
        top, bottom = (found.limits[i].cvar for i in (a, b))
        with np.errstate(divide="ignore"):
            apart = ends(top[0] / bottom[1], top[1] / bottom[0])
        return Measure(one / two, *apart, *rest, _why(found))
    first, second = (found.many["cvar"][i] for i in (a, b))
    with np.errstate(divide="ignore", invalid="ignore"):
        many = first / second
    if one <= 0 or not (many > 0).all() or not np.isfinite(many).all():
        return Measure(one / two, *percentiles(np.where(np.isfinite(many), many, np.nan)), *rest)
    spread = _spread(found, a, b, (one, two), (first, second))
    low, high, _ = _apart(found, math.log(one / two), np.log(many), *spread)
    return Measure(one / two, math.exp(low), math.exp(high), *rest)


def places(found: Shared, statistic: Statistic = "mean") -> list[Measure]:
    """Each model's place by a statistic, 1 the highest, as `rank.places` finds it.

    Where a tail allows for losses nobody has seen, a model is surely above another if the interval
    of their difference, at 1 - .05 / (M - 1) for M models (Bonferroni), says so; every place is
    open where such a loss has no bound.

    >>> two = shared([[0.9, 0.8, 0.8], [0.1, 0.2, 0.1]], 0.5, most=1.0, draws=200)
    >>> [(m.value, m.low, m.high) for m in places(two, "cvar")]
    [(1.0, 1.0, 2.0), (2.0, 1.0, 2.0)]
    """
    told = rank.places(found.value[statistic], found.many[statistic], n=found.n)
    if not _far(found, statistic):
        return told
    size = len(told)
    apart = [_surely(found, i, statistic) for i in range(size)]
    return [
        replace(m, low=1.0 + above, high=float(size - below), why=_why(found))
        for m, (above, below) in zip(told, apart, strict=True)
    ]


def _surely(found: Shared, i: int, statistic: Statistic) -> tuple[int, int]:
    """How many models lie surely above model i, and how many surely below, whatever is unseen."""
    if not found.limits:
        return 0, 0
    own, at = getattr(found.limits[i], statistic), 1 - 0.05 / (len(found.x) - 1)
    others = [getattr(one, statistic) for j, one in enumerate(found.limits) if j != i]
    gaps = [ends(one[0] - own[1], one[1] - own[0], at) for one in others]
    return sum(low > 0 for low, _ in gaps), sum(high < 0 for _, high in gaps)


def p_of(found: Shared, a: int, b: int, statistic: Statistic = "mean") -> float:
    """Two-sided p of `difference`, as its interval is made; NaN where that has none.

    >>> two = shared([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]], draws=200)
    >>> 0 < p_of(two, 0, 1) < 1, p_of(two, 0, 1, "cvar")
    (True, nan)
    """
    return _told(found, a, b, statistic).p


def _unseen(found: Shared, a: int, b: int, statistic: str) -> Told:
    """The least and the most a difference may be, losses nobody has seen allowed for."""
    one, two = (getattr(found.unseen(i), statistic) for i in (a, b))
    apart = one[0] - two[1], one[1] - two[0]
    return agreeing(*ends(*apart), two_sided(*apart))


def _spread(
    found: Shared, a: int, b: int, at: tuple[Any, Any] = (1, 1), among: tuple[Any, Any] = (1, 1)
) -> tuple[float, Floats]:
    """Standard error of the two CVaRs' difference, each over a scale, here and by replicate."""
    size, told = len(found.x), found.many[TAILS]
    error = np.zeros((size, size)) if found.error is None else found.error

    def root(cells: Any, first: Any, second: Any) -> Any:
        one, two, both = cells
        squared = one / first**2 + two / second**2 - 2 * both / (first * second)
        return np.sqrt(np.maximum(squared, 0))

    own = root((error[a, a], error[b, b], error[a, b]), *at)
    return float(own), root((told[a * size + a], told[b * size + b], told[a * size + b]), *among)


def _apart(found: Shared, value: float, many: Floats, spread: float, spreads: Floats) -> Told:
    """The interval of what sets two CVaRs apart: bootstrap-t, and no nearer than Student's."""
    tail = float(mass(found.prompts, found.level))
    told = reaching(value, studentized(value, many, spread, spreads), spread, tail)
    return agreeing(*told, chance(value, many, spread, spreads, tail))


def _far(found: Shared, statistic: Statistic) -> bool:
    """Whether this statistic allows for losses nobody has seen."""
    return found.thin and (
        statistic in ("var", "cvar") or (statistic == "mean" and found.assume == "nothing")
    )


def _why(found: Shared) -> str:
    return wary(found.assume, found.far if found.limits else None)
