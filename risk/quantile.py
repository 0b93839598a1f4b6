"""The interval of a quantile: two of the values themselves."""

from __future__ import annotations

import math

import numpy as np

from risk import special
from risk.interval import Codes, Floats
from risk.skewed import felt


def quantile_ends(ranked: Floats, level: float, codes: Codes | None = None) -> tuple[float, float]:
    """The 95 % interval of the `level` quantile: two of the values, ranked upwards (n,).

    How many of n rows lie below the true quantile is binomial, which names two ranks and assumes
    nothing of the values; ties make the interval wider. `codes` (n,) is the item of each ranked
    row: as many rows count as the spread of that share between items tells of. NaN where the
    values do not reach far enough.
    Source: David and Nagaraja, Order Statistics (2003), 7.1; of items Woodruff (1952), doi
    10.1080/01621459.1952.10483443.

    >>> quantile_ends(np.arange(1.0, 101.0), 0.5)
    (40.0, 61.0)
    >>> quantile_ends(np.arange(1.0, 11.0), 0.95)
    (nan, nan)
    """
    ranks = quantile_ranks(ranked, level, codes)
    if ranks is None:
        return math.nan, math.nan
    return float(ranked[ranks[0] - 1]), float(ranked[ranks[1] - 1])


def quantile_ranks(
    ranked: Floats, level: float, codes: Codes | None = None
) -> tuple[int, int] | None:
    """The two ranks, counted from 1, of the interval of a quantile; None where one is beyond.

    >>> quantile_ranks(np.arange(1.0, 101.0), 0.95), quantile_ranks(np.arange(50.0), 0.95)
    ((90, 100), None)
    """
    n = ranked.size
    worth = n if codes is None else _worth(ranked, level, codes)
    if worth < 2:
        return None
    scale = n / worth
    first = math.floor(_binomial(0.025, worth, level) * scale)
    last = math.ceil(_binomial(0.975, worth, level) * scale) + 1
    return (first, last) if first >= 1 and last <= n else None


def _worth(ranked: Floats, level: float, codes: Codes) -> int:
    """As how many rows of one item each the rows count, for the share below the quantile."""
    n = ranked.size
    at = ranked[min(max(math.ceil(n * level - 1e-9), 1), n) - 1]
    under = (ranked <= at).astype(float)
    pull = felt(under - under.mean(), codes) / n
    error = float(np.sum(pull**2)) * pull.size / max(pull.size - 1, 1)
    share = float(under.mean())
    return min(n, round(share * (1 - share) / error)) if error > 0 else pull.size


def _binomial(share: float, n: int, p: float) -> int:
    """The least count that at least `share` of the binomial law does not exceed."""
    count = math.ceil(float(special.bdtrik(share, n, p)))
    return count - 1 if count > 0 and special.bdtr(count - 1, n, p) >= share else count
