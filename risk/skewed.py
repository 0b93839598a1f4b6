"""Intervals without resampling: of a mean, and of what is a mean to first order, skewed or not."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from risk import special
from risk.few import few_ends
from risk.interval import UNSEEN, Codes, Floats, wilson
from risk.shape import spread

STRAIGHT = 1e-6
"""Skewness below which the correction is nothing a float can show."""
ALIKE = "all items are the same, so none tells how far they spread: no interval of it would hold"
PLENTY = 50
"""Items from which on skewness does the interval of a mean no great harm."""
FEW_AND_SKEWED = f"fewer than {PLENTY} items and skewed: the interval may be too short"
SCARCE = 12
"""Items below which not even whether they are skewed can be told."""
TOO_FEW = f"fewer than {SCARCE} items hide how skewed they are: the interval may be too short"
ROUNDING = 1e-12
"""Parts of a value below which two are the same."""
HIGHEST = 700.0
"""The largest power of e that is a number."""


def ends(value: float, felt: ArrayLike) -> tuple[float, float]:
    """The 95 % interval of `value` from how much each item pulls it: felt (G,), in its unit.

    What an item adds to the error of the estimate, to first order: for a mean (x - mean) / n. Of
    Student's interval and the same bent by Hall's cubic, so that the side of the long tail reaches
    farther, each end is the farther one: the first is too near for skewed scores, the second for
    even ones with long tails, whose few rows look skewed. One pass in place of a bootstrap. Fewer
    than two items give NaN, items that all pull alike the value twice.
    Source: Hall (1992), "On the removal of skewness by transformation", JRSS B 54, 221-228; the
    Student quantile in place of the normal one, and taking both, are ours.

    >>> [round(end, 3) for end in ends(0.0, [-0.1, 0.0, 0.1])]
    [-0.745, 0.745]
    >>> low, high = ends(1.0, [-0.02] * 10 + [0.2])
    >>> round(low, 3), round(high, 3)
    (0.51, 2.547)
    """
    pull: Floats = np.asarray(felt, dtype=float)
    items = pull.size
    if items < 2 or math.isnan(value):
        return math.nan, math.nan
    error, bend = spread(pull)
    reach = _student(items)
    down = max(reach, _straight(reach, bend, items))
    up = max(reach, -_straight(-reach, bend, items))
    return value - error * down, value + error * up


def chance(value: float, felt: ArrayLike) -> float:
    """Two-sided p of a `value` that would be 0: above .05 just where `ends` hold 0.

    `felt` (G,) as in `ends`. Fewer than two items, or items that all pull alike, give NaN.

    >>> x = np.array([0.3, -0.1, 0.4])
    >>> round(chance(x.mean(), (x - x.mean()) / 3), 3)
    0.398
    """
    pull: Floats = np.asarray(felt, dtype=float)
    if pull.size < 2 or math.isnan(value):
        return math.nan
    error, bend = spread(pull)
    if not error > 0:
        return math.nan
    off = value / error
    near = min(abs(off), abs(_bent(off, bend, pull.size)))
    return float(2 * special.stdtr(pull.size - 1, -near))


def positive_ends(value: float, felt: ArrayLike) -> tuple[float, float]:
    """The 95 % interval of a `value` above 0 that the largest items make: felt (G,), in its unit.

    `ends` as it is and on the log scale, the farther of the two: the first is too near for squares
    and cubes of long-tailed scores, the second where few items make the value. Together they held
    second moments of losses whose own kurtosis is 9 in 97 to 99 of 100, where the first held 84 to
    95. Values of 0 and fewer than two items give NaN.

    >>> low, high = positive_ends(1.0, [-0.02] * 10 + [0.2])
    >>> round(low, 2), round(high, 2)
    (0.51, 4.7)
    """
    pull: Floats = np.asarray(felt, dtype=float)
    if not value > 0:
        return math.nan, math.nan
    near, logs = ends(value, pull), ends(math.log(value), pull / value)
    low, high = (math.exp(min(end, HIGHEST)) for end in logs)
    return max(min(near[0], low), 0.0), max(near[1], high)


def mean_ends(
    x: Floats, clusters: Codes | None = None, least: float = -math.inf, most: float = math.inf
) -> tuple[float, float]:
    """The 95 % interval of the mean of x (n,) without NaN, over the items `clusters` (n,) codes.

    It ends where x does, at `least` and `most`. Where all items are alike it leaves room for as
    many that nobody saw as n leave (Wilson), if both are known; else it is NaN. Of fewer than 12
    items whose bounds are known, and of fewer than 50 that are skewed (`caution`), no end is nearer
    than Gaffke's (`few_ends`), which holds.

    Of marks that are 0 or 1 (both there, or `least` and `most`) it is Wilson's: a rare event has an
    interval even where it was not seen. Several marks an item count as many as the spread between
    items tells of; because few items tell that of a rare event, the end away from it is no nearer
    than that of `ends`.

    >>> [round(end, 4) for end in mean_ends(np.array([0.0] * 17 + [1.0] * 3))]
    [0.0524, 0.3604]
    >>> [round(end, 3) for end in mean_ends(np.array([0.0, 0.5, 1.5, 2.0]))]
    [-0.453, 2.453]
    >>> [round(end, 4) for end in mean_ends(np.full(20, 0.5), None, 0.0, 1.0)]
    [0.4194, 0.5806]
    """
    value = float(x.mean())
    pull = felt(x - value, clusters) / x.size
    if not (bool(((x == 0) | (x == 1)).all()) and (0 < value < 1 or (least, most) == (0, 1))):
        alike = same(x, pull)
        low, high = _alike(value, pull.size, least, most) if alike else ends(value, pull)
        few = 1 < pull.size < PLENTY and math.isfinite(most - least)
        if few and (pull.size < SCARCE or caution(x, clusters)):
            far = few_ends(x, least, most, clusters)
            low, high = min(low, far[0]), max(high, far[1])
        return max(low, least), min(high, most)
    if pull.size == x.size:
        return wilson(float(x.sum()), x.size)
    if pull.size < 2:
        return math.nan, math.nan
    error = float(pull @ pull) * pull.size / (pull.size - 1)
    if error <= 0:
        return wilson(value * pull.size, pull.size)
    worth = value * (1 - value) / error
    low, high = wilson(
        value * worth, worth, 2 * float(special.ndtr(min(_student(pull.size), 7.0))) - 1
    )
    far = ends(value, pull)
    if value < 0.5:
        return low, min(max(high, far[1]), 1.0)
    return max(min(low, far[0]), 0.0), high


def caution(x: Floats, clusters: Codes | None = None) -> str:
    """What to beware of in `mean_ends` of so few and so skewed items; nothing of 50 or more.

    Where x has no known bounds, that is; with them the interval leaves room instead.

    The normal law of a mean wants 25 times the squared skewness in items (Cochran, Sampling
    Techniques, 1977, 2.15). `ends` held means of log-normal scores in 92, 94 and 95 of 100 with 12,
    30 and 50 of them, less skewed ones in 93 to 99. That rule finds 83 to 91 of 100 log-normal
    samples of 12 to 49, so that 2 to 4 of 100 are too short without a word; of fewer than 12, 4 to
    8 would be (12 of ones more skewed), so that all carry one.

    >>> caution(np.arange(12.0)), caution(np.array([0.0] * 11 + [3.0])) == FEW_AND_SKEWED
    ('', True)
    >>> caution(np.arange(11.0)) == TOO_FEW
    True
    """
    if clusters is None and x.size >= PLENTY:
        return ""
    pull = felt(x - x.mean(), clusters)
    marks = bool(((x == 0) | (x == 1)).all())
    if marks or not 1 < pull.size < PLENTY or same(x, pull / x.size):
        return ""
    if pull.size < SCARCE:
        return TOO_FEW
    return FEW_AND_SKEWED if pull.size < 25 * spread(pull)[1] ** 2 else ""


def same(x: Floats, pull: Floats) -> bool:
    """Whether items that pull (G,) the mean of x (n,) so much all pull alike, but for rounding.

    >>> same(np.full(3, 0.1), np.zeros(3)), same(np.array([0.0, 1.0]), np.array([-0.25, 0.25]))
    (True, False)
    """
    return bool(np.ptp(pull) <= ROUNDING * float(np.abs(x).max(initial=0.0)) / max(x.size, 1))


def _alike(value: float, items: int, least: float, most: float) -> tuple[float, float]:
    """The interval of a mean of so many items that are all alike, bounded by what x can be."""
    if items < 2 or math.isinf(least) or math.isinf(most):
        return math.nan, math.nan
    share = UNSEEN / (items + UNSEEN)
    return value - share * (value - least), value + share * (most - value)


def felt(off: Floats, clusters: Codes | None = None) -> Floats:
    """What rows (n,) add up to by item: (G,) sums, or the rows where each is an item of its own.

    >>> felt(np.array([1.0, 2.0, 4.0]), np.array([0, 0, 5])).tolist()
    [3.0, 4.0]
    """
    if clusters is None:
        return off
    return np.asarray(np.bincount(clusters, off)[np.bincount(clusters) > 0], dtype=float)


def _straight(reach: float, bend: float, items: int) -> float:
    """How many errors from the value Hall's bent statistic reaches `reach`."""
    if abs(bend) < STRAIGHT:
        return reach
    root = math.sqrt(items)
    inside = reach / root - bend / (6 * items)
    return root / bend * 3 * (float(np.cbrt(1 + bend * inside)) - 1)


def _bent(off: float, bend: float, items: int) -> float:
    """Hall's statistic of a value so many errors off: what `_straight` takes back."""
    root = math.sqrt(items)
    if abs(bend) < STRAIGHT:
        return off
    return root * (((1 + bend * off / (3 * root)) ** 3 - 1) / bend + bend / (6 * items))


def _student(items: int) -> float:
    """How many standard errors 95 % of Student's law reaches, one degree less than the items."""
    return float(special.stdtrit(items - 1, 0.975))
