"""Range value at risk and its mixtures: the mean of a score between two of its levels (RiskPO)."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from risk.bootstrap import LARGE, Codes
from risk.interval import CELLS, Floats, percentiles, resamples
from risk.measure import Measure, missing

Up = Literal["harm", "good"]


def range_var(x: ArrayLike, low: float, high: float) -> float:
    """The mean of the score between its `low` and `high` quantile, end rows taken in part.

    x is (n,); NaN is left out, nothing left gives NaN. ValueError unless 0 <= low < high <= 1.
    With high = 1 it is the CVaR at `low`, with low = 0 the lower CVaR at `high`. Source: RiskPO,
    arXiv 2510.00911 (TR-12), exact: the integral of the quantile function.

    >>> range_var(range(1, 11), 0.2, 0.8), range_var(range(1, 11), 0, 0.2)
    (5.5, 1.5)
    >>> round(range_var(range(1, 11), 0, 0.25), 4)
    1.8
    """
    _check(low, high)
    known = _present(x)
    if known.size == 0:
        return math.nan
    ranked = np.sort(known)
    return float(_between(np.arange(1, ranked.size + 1)[None], ranked, low, high)[0])


def mixed_var(x: ArrayLike, low: float, high: float, weight: float = 1.5, up: Up = "good") -> float:
    """Mixed VaR: (weight * bad tail + the range beside it) / (weight + 1).

    Of a reward ("good") the bad tail is the lower CVaR at `low` and the range runs from low to
    high, as the source has it. Of a harm score it is mirrored: the CVaR at `high` and the same
    range (ours). Source: RiskPO, arXiv 2510.00911 (TR-12); weight 1.5, 0.2 and 0.8 (hard set) or
    0.9 (easy set) are its own.

    >>> round(mixed_var(range(1, 11), 0.2, 0.8), 4)
    3.1
    >>> round(mixed_var(range(1, 11), 0.2, 0.8, up="harm"), 4)
    7.9
    """
    _check(low, high, weight)
    ends = _tail(low, high, up)
    return (weight * range_var(x, *ends) + range_var(x, low, high)) / (weight + 1)


def profile(
    x: ArrayLike,
    low: float,
    high: float,
    weight: float = 1.5,
    up: Up = "harm",
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
) -> dict[str, Measure]:
    """tail, range_var and mixed_var of a score with 95 % intervals over items.

    NaN rows are lost. `clusters` (n,) codes the item of each row. Up to 5,000 rows the interval is
    a percentile bootstrap; above that the normal law of the first-order expansion (the influence
    of a row is its value clipped to the two quantiles), summed within items.

    >>> found = profile(range(1, 11), 0.2, 0.8)
    >>> found["tail"].value, found["range_var"].value, round(found["mixed_var"].value, 4)
    (9.5, 5.5, 7.9)
    """
    _check(low, high, weight)
    rows: Floats = np.asarray(x, dtype=float)
    known = ~np.isnan(rows)
    score, lost = rows[known], int((~known).sum())
    n = score.size
    if n == 0:
        return dict.fromkeys(
            ("tail", "range_var", "mixed_var"), missing("no row has a score", lost=lost)
        )
    spans = (_tail(low, high, up), (low, high))
    points = [range_var(score, *span) for span in spans]
    items = np.arange(n) if clusters is None else np.asarray(clusters)[known]
    codes = np.unique(items, return_inverse=True)[1]
    bounds = _intervals(score, codes, spans, weight, draws, seed)
    points.append((weight * points[0] + points[1]) / (weight + 1))
    return {
        name: Measure(value, *ends, n=n, lost=lost)
        for name, value, ends in zip(
            ("tail", "range_var", "mixed_var"), points, bounds, strict=True
        )
    }


def _intervals(
    score: Floats,
    codes: Codes,
    spans: tuple[tuple[float, float], ...],
    weight: float,
    draws: int,
    seed: int,
) -> list[tuple[float, float]]:
    """The intervals of the two spans and of their mixture."""
    items = int(codes.max()) + 1
    if items < 2:
        return [(math.nan, math.nan)] * 3
    order = np.argsort(score, kind="stable")
    ranked, own = score[order], codes[order]
    share = weight / (weight + 1)
    if score.size <= LARGE:
        blocks = []
        for counts in resamples(items, draws, seed, max(1, CELLS // score.size)):
            drawn = np.cumsum(counts[:, own], axis=1)
            blocks.append([_between(drawn, ranked, *span) for span in spans])
        many = np.concatenate(blocks, axis=1)  # (2, draws)
        mixed = share * many[0] + (1 - share) * many[1]
        return [percentiles(row) for row in (*many, mixed)]
    values = [range_var(score, *span) for span in spans]
    felt = [_influence(ranked, *span) for span in spans]
    values.append(share * values[0] + (1 - share) * values[1])
    felt.append(share * felt[0] + (1 - share) * felt[1])
    z = float(norm.ppf(0.975))
    ends = []
    for value, influence in zip(values, felt, strict=True):
        sums = np.bincount(own, influence, minlength=items)
        half = z * math.sqrt(float(sums @ sums) * items / (items - 1)) / score.size
        ends.append((value - half, value + half))
    return ends


def _influence(ranked: Floats, low: float, high: float) -> Floats:
    """How much each sorted row pulls the span's mean, summing to 0."""
    n = ranked.size
    bottom, top = (ranked[min(max(math.ceil(n * q - 1e-9) - 1, 0), n - 1)] for q in (low, high))
    clipped = np.clip(ranked, bottom if low > 0 else None, top if high < 1 else None)
    return np.asarray((clipped - clipped.mean()) / (high - low))


def _between(drawn: NDArray[Any], ranked: Floats, low: float, high: float) -> Floats:
    """The spans' means (b,) from cumulated counts (b, n) of rows sorted upwards."""
    total = drawn[:, -1:].astype(float)
    first, last = low * total, high * total
    held = np.clip(drawn, first, last)
    taken = np.concatenate([held[:, :1] - first, np.diff(held, axis=1)], axis=1)
    return np.asarray(taken @ ranked / (last - first)[:, 0])


def _tail(low: float, high: float, up: Up) -> tuple[float, float]:
    """The bad tail beside the range: the lower end of a reward, the upper one of a harm."""
    if up not in ("harm", "good"):
        raise ValueError(f"up is {up!r}; it can be harm, good")
    if high == 1 if up == "harm" else low == 0:
        raise ValueError(
            f"the range from {low:g} to {high:g} leaves no tail; "
            f"{'high must be below 1' if up == 'harm' else 'low must be above 0'}"
        )
    return (high, 1.0) if up == "harm" else (0.0, low)


def _present(x: ArrayLike) -> Floats:
    rows: Floats = np.asarray(x, dtype=float)
    return rows[~np.isnan(rows)]


def _check(low: float, high: float, weight: float = 0.0) -> None:
    """ValueError unless the span is one and the weight no less than 0."""
    if not 0 <= low < high <= 1:
        raise ValueError(f"the range is {low:g} to {high:g}; it must be 0 <= low < high <= 1")
    if not weight >= 0:
        raise ValueError(f"weight is {weight:g}; it must be 0 or more")
