"""Range value at risk and its mixtures: the mean of a score between two of its levels (RiskPO)."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.bounded import FEW, LEAST
from risk.interval import Codes, Floats
from risk.measure import Measure, missing
from risk.quantile import quantile_ranks
from risk.skewed import ends, felt
from risk.worst import TIE

UNKNOWN = (math.nan, math.nan)
BEYOND = "too few prompts lie beyond the range: no interval of it would hold"

Up = Literal["harm", "good"]


class _Span(NamedTuple):
    """A span's mean, the pull of the items on it, and the mean at its lowest and its highest."""

    value: float
    pull: Floats
    least: float
    most: float

    def ends(self) -> tuple[float, float]:
        """The interval: of the expansion, no nearer than what moved quantiles give."""
        low, high = ends(self.value, self.pull)
        return min(low, self.least), max(high, self.most)

    def mixed(self, other: _Span, share: float) -> _Span:
        """`share` of this and the rest of another."""
        rest = 1 - share
        return _Span(
            share * self.value + rest * other.value,
            share * self.pull + rest * other.pull,
            share * self.least + rest * other.least,
            share * self.most + rest * other.most,
        )


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
    clusters: Codes | None = None,
) -> dict[str, Measure]:
    """tail, range_var and mixed_var of a score with 95 % intervals over items.

    NaN rows are lost. `clusters` (n,) codes the item of each row. The interval is that of a mean
    (`skewed.ends`) of the first-order expansion, the influence of a row being its value clipped to
    the two quantiles; and no end is nearer than the number with both quantiles at the ends of their
    own intervals (ours: the expansion sees nothing of a score that is mostly 0). A tail of fewer
    than five prompts has none, nor a range with too few prompts beyond it, nor what mixes them.

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
    own = None if clusters is None else np.asarray(clusters)[known]
    order = np.argsort(score, kind="stable")
    ranked, codes = score[order], None if own is None else own[order]
    items = n if codes is None else len(np.unique(codes))
    levels = {at: _reach(ranked, at, codes) for at in (low, high)}
    far, near = (_span(ranked, span, levels, codes) for span in spans)
    mixed = far.mixed(near, weight / (weight + 1))
    thin = FEW if items * (spans[0][1] - spans[0][0]) < LEAST - TIE else ""
    close = "" if all(_reached(at, items) for at in (low, high)) else BEYOND
    told = {"tail": (far, thin), "range_var": (near, close), "mixed_var": (mixed, thin or close)}
    return {
        name: Measure(span.value, *(UNKNOWN if why else span.ends()), n, lost, why)
        for name, (span, why) in told.items()
    }


def _reached(level: float, items: int) -> bool:
    """Whether so many prompts reach beyond a quantile on both sides."""
    return level in (0, 1) or quantile_ranks(np.arange(float(items)), level) is not None


def _reach(ranked: Floats, level: float, codes: Codes | None) -> tuple[float, float]:
    """The shares of the rows between which a quantile lies; the ends of the score stay."""
    if level in (0, 1):
        return level, level
    first, last = quantile_ranks(ranked, level, codes) or (1, ranked.size)
    return first / ranked.size, last / ranked.size


def _span(
    ranked: Floats,
    span: tuple[float, float],
    levels: dict[float, tuple[float, float]],
    codes: Codes | None,
) -> _Span:
    """A span's mean and what its interval is made of."""
    ways = zip(*(levels.get(at, (at, at)) for at in span), strict=True)
    least, most = (_mean(ranked, *way) for way in ways)
    pull = felt(_influence(ranked, *span), codes) / ranked.size
    return _Span(_mean(ranked, *span), pull, least, most)


def _mean(ranked: Floats, low: float, high: float) -> float:
    """The mean between two levels, or the one row at which they meet."""
    if low < high:
        return range_var(ranked, low, high)
    return float(ranked[max(math.ceil(low * ranked.size - 1e-9), 1) - 1])


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
