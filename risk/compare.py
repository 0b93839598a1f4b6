"""Comparison: paired differences on shared items, with their bootstrap."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from risk.bootstrap import LARGE, TAILS, Codes, replicates
from risk.bounded import FEW, THIN, Limits, ends, limits, wanting
from risk.influence import within
from risk.interval import Floats, percentiles
from risk.measure import Measure, missing
from risk.significance import p_value, two_sided
from risk.skewed import mean_ends, quantile_ends
from risk.student import reaching, studentized
from risk.worst import cvar, mass, var

Statistic = Literal["mean", "median", "var", "cvar"]
UNKNOWN = (math.nan, math.nan)
NO_RATIO = "the CVaR below the line is 0, so the ratio is undefined"
STATISTICS: tuple[Statistic, ...] = ("mean", "median", "var", "cvar")


@dataclass(frozen=True, slots=True)
class Shared:
    """M models on the n rows all of them have, and one set of bootstrap replicates for all.

    `x` (M, n); `value` statistic -> (M,); `many` statistic -> (M, draws), every replicate drawn
    from the same items for all models; `kept` marks the rows used among those given. `error`
    (M, M) is the covariance of the CVaRs. `thin` says that a tail is too thin to be resampled;
    `limits` are then what each may stand for, where losses have a bound.
    """

    x: Floats
    clusters: Codes | None
    level: float
    value: dict[str, Floats]
    many: dict[str, Floats]
    kept: Floats
    lost: int
    error: Floats | None = None
    limits: tuple[Limits, ...] = ()
    thin: bool = False

    @property
    def n(self) -> int:
        """Rows all models share."""
        return int(self.x.shape[1])


def shared(
    x: ArrayLike,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
    wanted: tuple[Statistic, ...] = ("mean", "var", "cvar"),
    most: float | None = None,
) -> Shared:
    """The paired bootstrap of M models: x (M, N), row q of all being the same item (TR-13).

    A row missing for any model is lost to all. `clusters` (N,) codes the item of a row, so that
    several answers to one prompt are drawn together; `most` is the largest a loss can be, if known.
    ValueError with fewer than two shared items.

    >>> found = shared([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]], draws=50)
    >>> found.n, found.value["mean"].round(4).tolist()
    (3, [0.6333, 0.4333])
    """
    rows = np.atleast_2d(np.asarray(x, dtype=float))
    kept = ~np.isnan(rows).any(axis=0)
    whole, own = rows[:, kept], None if clusters is None else np.asarray(clusters)[kept]
    of: dict[str, Callable[[Floats], float]] = {
        "mean": lambda row: float(row.mean()),
        "median": lambda row: float(np.median(row)),
        "var": lambda row: var(row, level),
        "cvar": lambda row: cvar(row, level),
    }
    prompts = whole.shape[1] if own is None else len(np.unique(own))
    tails = "cvar" in wanted and prompts <= LARGE
    many = replicates(whole, level, draws, seed, own, (*wanted, *((TAILS,) if tails else ())))
    value: dict[str, Floats] = {n: np.array([of[n](row) for row in whole]) for n in wanted}
    thin = any(wanting(row, level, prompts, most, paired=True) for row in whole)
    far = None if most is None else max(most, float(whole.max()))
    return Shared(
        whole, own, level, value, many, kept, int((~kept).sum()),
        within(whole, level, own).tails[:, :, 0] if tails else None,
        tuple(limits(row, level, far, own, draws, seed) for row in whole if thin and far),
        thin,
    )  # fmt: skip


def difference(found: Shared, a: int, b: int, statistic: Statistic = "mean") -> Measure:
    """The statistic of model a minus that of model b, with its 95 % paired interval.

    CVaR: the wider of bootstrap-t and Student's (`student.reaching`); the others: percentiles.
    Where a tail is too thin, VaR and CVaR allow for unseen losses up to the most, on either side;
    without such a bound they have none.

    >>> two = shared([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]], draws=200)
    >>> round(difference(two, 0, 1).value, 4)
    0.2
    """
    value = float(found.value[statistic][a] - found.value[statistic][b])
    if found.thin and statistic in ("var", "cvar"):
        apart = _limits(found, a, b, statistic)
        low, high = ends(*apart) if apart else (math.nan, math.nan)
        return Measure(value, low, high, found.n, found.lost, _why(found))
    many = found.many[statistic][a] - found.many[statistic][b]
    low, high = percentiles(many)
    if statistic == "cvar" and found.error is not None:
        low, high = _apart(found, value, many, *_spread(found, a, b))
    return Measure(value, low, high, n=found.n, lost=found.lost)


def own(found: Shared, i: int, statistic: Statistic = "mean") -> Measure:
    """The statistic of model i on the shared rows, with the interval that `tail.profile` gives it.

    >>> two = shared([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]], draws=200)
    >>> round(own(two, 1).value, 4)
    0.4333
    """
    value, row = float(found.value[statistic][i]), found.x[i]
    many, why = found.many[statistic][i], ""
    if statistic == "mean":
        return Measure(value, *mean_ends(row, found.clusters), found.n, found.lost)
    low, high = _ranks(found, row, statistic)
    if found.thin and statistic in ("var", "cvar"):
        told = ends(*getattr(found.limits[i], statistic)) if found.limits else UNKNOWN
        (low, high), why = told, _why(found)
    elif statistic == "cvar" and found.error is not None:
        size = len(found.x)
        spreads = np.sqrt(np.maximum(found.many[TAILS][i * size + i], 0))
        low, high = studentized(value, many, math.sqrt(float(found.error[i, i])), spreads)
    elif statistic == "cvar":
        low, high = percentiles(many)
    return Measure(value, low, high, found.n, found.lost, why)


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
    low, high = _apart(found, math.log(one / two), np.log(many), *spread)
    return Measure(one / two, math.exp(low), math.exp(high), *rest)


def by_item(x: ArrayLike, clusters: Codes | None) -> Floats:
    """The mean of each item's rows, (M, n) to (M, items): rank tests want one row an item.

    >>> by_item([[1.0, 3.0, 5.0]], np.array([0, 0, 1])).tolist()
    [[2.0, 5.0]]
    """
    rows = np.atleast_2d(np.asarray(x, dtype=float))
    if clusters is None:
        return rows
    code = np.unique(clusters, return_inverse=True)[1]
    return np.stack([np.bincount(code, row) for row in rows]) / np.bincount(code)


def p_of(found: Shared, a: int, b: int, statistic: Statistic = "mean") -> float:
    """Two-sided p of `difference`, as its interval is made; NaN where that has none.

    >>> two = shared([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]], draws=200)
    >>> 0 < p_of(two, 0, 1) < 1, p_of(two, 0, 1, "cvar")
    (True, nan)
    """
    if found.thin and statistic in ("var", "cvar"):
        apart = _limits(found, a, b, statistic)
        return two_sided(*apart) if apart else math.nan
    value = float(found.value[statistic][a] - found.value[statistic][b])
    return p_value(value, found.many[statistic][a] - found.many[statistic][b])


def _limits(found: Shared, a: int, b: int, statistic: str) -> tuple[Floats, Floats] | None:
    """Draws of the least and of the most a difference may be, None without a bound."""
    if not found.limits:
        return None
    one, two = (getattr(found.limits[i], statistic) for i in (a, b))
    return one[0] - two[1], one[1] - two[0]


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


def _apart(
    found: Shared, value: float, many: Floats, spread: float, spreads: Floats
) -> tuple[float, float]:
    """The interval of what sets two CVaRs apart: bootstrap-t, and no nearer than Student's."""
    told = studentized(value, many, spread, spreads)
    prompts = found.n if found.clusters is None else len(np.unique(found.clusters))
    return reaching(value, told, spread, float(mass(prompts, found.level)))


def _why(found: Shared) -> str:
    return THIN if found.limits else f"{FEW}: no interval of it would hold"
