"""Differences of means on the same items: the paired bootstrap, and no nearer than it can be."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from risk import special
from risk.interval import NORMAL, Codes, Floats, percentiles
from risk.shape import freedom
from risk.significance import Told, agreeing, p_value, two_sided
from risk.skewed import FEW_AND_SKEWED as FEW_AND_SKEWED
from risk.skewed import ROUNDING, caution, chance, ends, felt

ALIKE = "the two differ alike on every shared prompt: no interval of it would hold"


def bootstrap(many: ArrayLike, counted_out: bool = False) -> Told:
    """The percentile interval and p of paired replicates (draws,) of a difference, as TR-13 has it.

    `counted_out` where they are all resamples there are (`significance.two_sided`). Two models,
    three items, all 27 resamples of their differences:

    >>> d = np.array([0.3, -0.1, 0.4])
    >>> told = bootstrap([d[list(i)].mean() for i in np.ndindex(3, 3, 3)], counted_out=True)
    >>> [round(x, 4) for x in told]
    [-0.0133, 0.3783, 0.0741]
    """
    return Told(*percentiles(many), two_sided(many, counted_out=counted_out))


def means(
    a: Floats, b: Floats, many: Floats, clusters: Codes | None = None, far: float = math.inf
) -> Told:
    """How far the mean of a (n,) lies from that of b (n,): the wider of several, and the larger p.

    The percentile interval of the paired replicates `many` held thirty differences of skewed
    scores in 88 to 94 of 100; so no end is nearer than that of `skewed.ends`, nor than Student's
    with the fewer degrees of freedom of long tails (`shape.freedom`), nor, of marks of 0 or 1,
    than that of Bonett and Price, which tells something also where no item differs. The interval
    holds 0 just where p is above .05. Where all items differ alike and are no marks it leaves room
    for items nobody saw that differ as much as can be, by `far`; NaN where that is not known.
    `clusters` (n,) codes the item of each row.
    Source: Bonett and Price (2012), doi 10.3102/1076998611411915; taking all is ours.

    >>> x = np.array([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]])
    >>> told = means(*x, np.array([-0.1, 0.2, 0.3, 0.4]))
    >>> [round(end, 2) for end in told]
    [-2.19, 0.86, 0.8]
    >>> [round(end, 3) for end in means(np.zeros(98), np.zeros(98), np.zeros(9))]
    [-0.028, 0.028, 1.0]
    """
    off = a - b
    value = float(off.mean())
    pull = felt(off - value, clusters) / off.size
    marks = bool(np.isin((a, b), (0, 1)).all())
    told = []
    if not alike(a, b):
        told = [Told(*percentiles(many), p_value(value, many))]
        told.append(Told(*ends(value, pull), chance(value, pull)))
        told += _long(value, pull) if not marks else []
    if marks and (clusters is None or not told):
        told.append(_marks(float((off > 0).mean()), float((off < 0).mean()), pull.size))
    if not told:
        return _unseen(value, pull.size, far)
    lows, highs, p = zip(*told, strict=True)
    return agreeing(max(min(lows), -far), min(max(highs), far), max(p))


def beware(a: Floats, b: Floats, clusters: Codes | None = None) -> str:
    """What to beware of in `means` of so few items whose differences are skewed.

    >>> beware(np.array([0.0] * 11 + [3.0]), np.zeros(12)) == FEW_AND_SKEWED
    True
    >>> beware(np.array([0.0] * 11 + [1.0]), np.zeros(12))
    ''
    """
    return "" if np.isin((a, b), (0, 1)).all() else caution(a - b, clusters)


def _long(value: float, pull: Floats) -> list[Told]:
    """Student's interval whose degrees of freedom allow for long tails; none of one item."""
    error = math.sqrt(float(pull @ pull) * pull.size / max(pull.size - 1, 1))
    if pull.size < 2 or not error > 0:
        return []
    free = freedom(pull)
    half = float(special.stdtrit(free, 0.975)) * error
    return [Told(value - half, value + half, float(2 * special.stdtr(free, -abs(value) / error)))]


def _unseen(value: float, n: int, far: float) -> Told:
    """What a difference alike on n items may be, with as many others as n leave room for (Wilson).

    >>> [round(x, 4) for x in _unseen(-0.15, 60, 1.0)]
    [-0.2011, -0.0808, 0.0027]
    """
    if math.isinf(far):
        return Told(math.nan, math.nan, math.nan)
    share = NORMAL**2 / (n + NORMAL**2)
    near = min(abs(value) / (far + abs(value)), 1 - 1e-12)
    p = float(2 * special.ndtr(-math.sqrt(n * near / (1 - near))))
    return Told(value - share * (far + value), value + share * (far - value), p)


def alike(a: Floats, b: Floats) -> bool:
    """Whether a (n,) lies as far from b (n,) on every item, but for rounding.

    >>> alike(np.array([0.3, 0.5]), np.array([0.1, 0.3])), alike(np.zeros(2), np.arange(2.0))
    (True, False)
    """
    return bool(np.ptp(a - b) <= ROUNDING * max(np.abs(a).max(), np.abs(b).max()))


def _marks(above: float, below: float, n: int) -> Told:
    """Bonett and Price: Wald's interval with one item more on either side."""
    first, second = ((share * n + 1) / (n + 2) for share in (above, below))
    apart = first - second
    error = math.sqrt((first + second - apart * apart) / (n + 2))
    p = float(2 * special.ndtr(-abs(apart) / error))
    return Told(apart - NORMAL * error, apart + NORMAL * error, p)
