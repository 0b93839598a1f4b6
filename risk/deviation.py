"""The standard deviation of a score, with an interval where one would hold."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import NORMAL, UNSEEN, Codes, Floats
from risk.shape import beyond
from risk.skewed import felt, mean_ends, positive_ends

LEAST = 30
"""Prompts below which no interval of a standard deviation was found to hold."""
LONG = (9.0, 7.0)
"""Kurtosis beyond what skewness explains above which tails are long, and the most skewness."""
LONG_TAILED = "few prompts far from the others make it: the interval may be too short"
UNSHOWN = (30, 4.0, 12.0)
"""Items that count beside those seen, how many times their kurtosis, and the most of it."""
GROWS = 7.0
"""How many times over the kurtosis counts that skewness does not explain: it grows with n."""
LEVELS = 10
"""Distinct values below which a score has levels, of which the highest may be unseen."""
MANY = 2000
"""Items from which on unseen ones change little."""
FEW = f"fewer than {LEAST} prompts: no interval of it would hold"


def volatility(x: ArrayLike) -> float:
    """Sample standard deviation (n - 1); NaN is left out, fewer than two values give NaN (TR-08).

    >>> round(volatility(range(1, 11)), 4)
    3.0277
    """
    rows: Floats = np.asarray(x, dtype=float)
    known = rows[~np.isnan(rows)]
    return float(known.std(ddof=1)) if known.size > 1 else math.nan


def volatility_ends(
    x: Floats, clusters: Codes | None = None, most: float | None = None
) -> tuple[float, float]:
    """The 95 % interval of the standard deviation of x (n,) without NaN, over the items coded.

    Both are taken on the log scale and the farther end of the two counts: Bonett's, whose fourth
    moment looks from a trimmed mean, and `skewed.ends`. The first alone is too narrow for skewed
    scores, the second for few or even ones; together they held in 93 to 98 of 100 simulated
    samples of bounded, exponential and mostly zero scores. Few rows show little of tails that are
    long on both sides: Student's t(3), whose fourth moment is infinite, they held in 88 to 90. So
    the upper end of Bonett's has a kurtosis to which the items of `UNSHOWN` add and in which what
    skewness does not explain counts `GROWS` times over (ours, from simulation: t(3) is held in 94
    to 97, t(5) in 98 to 99; upper ends of 30, 100 and 400 normal scores are 12, 4 and 1 % higher,
    those of skewed ones the same). Marks of 0 or 1 have what the
    interval of their share makes of it. Where a score has fewer than ten values and can be no more
    than `most`, it leaves room for as many items there as n leave unseen (Wilson's 3.84): a
    log-risk of five levels, the highest of one in a hundred, was held in 59 to 72 of 100 by 30 to
    100 items and is in 100. None from 0 to `most` is above half of it (Popoviciu). Fewer than 30
    items, or values all alike, give NaN.
    Source: Bonett (2006), doi 10.1016/j.csda.2004.10.003; taking both is ours.

    >>> low, high = volatility_ends(np.arange(40.0))
    >>> round(low, 2), round(high, 2)
    (9.9, 15.91)
    """
    sd, n = volatility(x), x.size
    off = felt((x - x.mean()) ** 2 - sd * sd, clusters)
    if off.size < LEAST or not sd > 0:
        return math.nan, math.nan
    if bool(((x == 0) | (x == 1)).all()):
        return _of_share(*mean_ends(x, clusters))
    low, high = positive_ends(sd * sd, off / n)
    second = _bonett(x, sd, clusters)
    least, far = min(math.sqrt(low), math.exp(second[0])), max(math.sqrt(high), math.exp(second[1]))
    if most is None or x.min() < 0 or x.max() > most:
        return least, far
    return least, max(sd, min(max(far, _unseen(x, off.size, most)), most / 2))


def long_tailed(x: Floats, clusters: Codes | None = None) -> str:
    """What to beware of in `volatility_ends` of x (n,): tails so long that nothing may hold it.

    Where the third moment is infinite too, as Student's t(2.5)'s and the Pareto's of index 3, the
    standard deviation is held in 88 to 91 and 88 to 93 of 100. Widening helps little, since a
    sample that missed the tail shows none; with 400 items 61 and 15 of 100 say so.

    >>> tails = np.tan(np.linspace(-1.56, 1.56, 99))
    >>> long_tailed(tails) == LONG_TAILED, long_tailed(np.arange(50.0)), long_tailed(tails > 50)
    (True, '', '')
    """
    if bool(((x == 0) | (x == 1)).all()):
        return ""
    long, skewed = LONG
    return LONG_TAILED if beyond(felt(x - x.mean(), clusters), skewed) > long else ""


def _unseen(x: Floats, items: int, most: float) -> float:
    """The standard deviation with as many items at `most` as so many leave unseen."""
    if items >= MANY or np.unique(x).size >= LEVELS:
        return 0.0
    share = UNSEEN / (items + UNSEEN)
    return math.sqrt((1 - share) * (float(x.var()) + share * (most - float(x.mean())) ** 2))


def _bonett(x: Floats, sd: float, clusters: Codes | None) -> tuple[float, float]:
    """Bonett's interval of log sd, the fourth moment summed by item; longer tails for its end."""
    spared = int(min(0.49, 1 / (2 * math.sqrt(x.size - 4))) * x.size)
    kept = np.partition(x, (spared, x.size - spared - 1))[spared : x.size - spared]
    pull = felt((x - kept.mean()) ** 2 - sd * sd, clusters) / (x.size * sd * sd)
    items, seen = pull.size, float(pull @ pull)
    kurtosis, (others, times, most) = 1 + items * seen, UNSHOWN
    long = kurtosis + GROWS * max(beyond(felt(x - x.mean(), clusters)), 0.0)
    whole = items * long + others * min(times * kurtosis, most)
    more = (whole / (items + others) - 1) / items
    stretch = items / (items - NORMAL)
    down, up = (NORMAL * stretch * math.sqrt(part) / 2 for part in (seen, max(seen, more)))
    middle = math.log(sd) + math.log(stretch) / 2
    return middle - down, middle + up


def _of_share(low: float, high: float) -> tuple[float, float]:
    """The least and the most sqrt(p (1 - p)) for a share p from low to high."""
    edges = [math.sqrt(p * (1 - p)) for p in (low, high)]
    return min(edges), 0.5 if low <= 0.5 <= high else max(edges)
