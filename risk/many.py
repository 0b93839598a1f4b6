"""The tail of very many rows: mean, VaR and CVaR with intervals that need no resampling."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import Codes, Floats, holding
from risk.measure import Measure
from risk.quantile import quantile_ends
from risk.skewed import ends, felt, mean_ends
from risk.worst import cvar, mass, var


def tail(x: ArrayLike, level: float = 0.95, clusters: Codes | None = None) -> dict[str, Measure]:
    """mean, var and cvar of a score (n,), with 95 % intervals over the items `clusters` (n,) codes.

    Up is worse; NaN rows are dropped and counted as lost. For sets whose tail has thousands of
    rows: there the influence of each item on CVaR tells its interval as well as resampling does
    (`tail.profile`, which smaller ones need). No row, or one item, has no interval.
    Source: TR-06 and TR-07; the influence is Hong's (2009), doi 10.1287/opre.1080.0613, its
    interval `skewed.ends`.

    >>> found = tail(np.arange(100_000.0))
    >>> found["mean"].value, found["cvar"].value
    (49999.5, 97499.5)
    >>> round(found["cvar"].high - found["cvar"].value)
    80
    """
    rows: Floats = np.asarray(x, dtype=float)
    known = ~np.isnan(rows)
    score = rows if known.all() else rows[known]
    items = None if clusters is None else np.asarray(clusters)[known]
    n, lost = score.size, rows.size - score.size
    if not n:
        nothing = Measure(np.nan, np.nan, np.nan, 0, lost, "no row has a score")
        return dict.fromkeys(("mean", "var", "cvar"), nothing)
    order = None if items is None else np.argsort(score, kind="stable")
    ranked = np.sort(score) if order is None else score[order]
    own = None if items is None else items[order]
    worst = cvar(score, level)
    over = np.maximum(score - var(score, level), 0)
    pull = felt(over - over.mean(), items) / float(mass(n, level))
    found = {
        "mean": (float(score.mean()), mean_ends(score, items)),
        "var": (var(score, level), quantile_ends(ranked, level, own)),
        "cvar": (worst, ends(worst, pull)),
    }
    return {
        name: Measure(value, *holding(value, *around), n, lost)
        for name, (value, around) in found.items()
    }
