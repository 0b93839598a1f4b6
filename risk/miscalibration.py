"""Intervals of what bins add up: ECE, and the reliability and resolution of a Brier score.

Noise in a bin never lowers a sum of absolute or squared gaps, so resampling such a sum shows a law
that lies too high. Here the gaps themselves are the estimate: their mean is unbiased and nearly
normal, and the interval holds every sum that those gaps may truly have.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk import special
from risk.interval import Floats
from risk.skewed import mean_ends

Codes = NDArray[np.int64]
Ends = tuple[float, float]
SPARED = 0.005
"""Of the 5 % an interval may miss, what goes to knowing which bins are surely off."""
LEAST = 2000
"""Draws of noise at least: they cost B numbers each, not N."""
STEPS = 12
"""Halvings in the search for an end: to 1/4096 of where it is looked for."""


class Gaps(NamedTuple):
    """What each bin adds: `mean` (B,) over all rows, and draws (draws, B) of its noise."""

    mean: Floats
    noise: Floats

    @property
    def error(self) -> Floats:
        """Standard error of each bin's mean (B,)."""
        return np.asarray(self.noise.std(axis=0))


def gaps(
    each: Floats,
    came: Floats,
    of: Codes,
    clusters: Codes | None = None,
    draws: int = LEAST,
    seed: int = 0,
) -> Gaps:
    """What the bins add: each (N,) is a row's own gap, in the bin `of` (N,); came (N,) what was so.

    Rows of a cluster add up before their spread is taken. A bin whose few items all came out alike
    shows no spread of its own: one success and one failure are added to it, as Agresti and Coull do
    for a share (1998), and what that adds to the spread is kept.

    >>> found = gaps(np.array([0.1, -0.1, 0.3]), np.array([0.0, 1.0, 0.0]), np.array([0, 0, 1]))
    >>> found.mean.round(2).tolist(), found.noise.shape
    ([0.0, 0.1], (2000, 2))
    """
    n, wide = each.size, int(of.max()) + 1
    rows = np.bincount(of, minlength=wide)
    mean = np.bincount(of, each, wide) / n
    if clusters is None:
        count, many, so = n, rows, np.bincount(of, came, wide)
        covered = np.diag(np.bincount(of, each**2, wide))
    else:
        code = np.unique(clusters, return_inverse=True)[1]
        count = int(code.max()) + 1
        cell, size = code * wide + of, count * wide
        sums = np.bincount(cell, each, size).reshape(count, wide)
        covered = sums.T @ sums
        often = np.bincount(cell, minlength=size).reshape(count, wide)
        many = (often > 0).sum(axis=0)
        said = np.bincount(cell, came, size).reshape(count, wide)
        so = (said / np.maximum(often, 1)).sum(axis=0)
    spread = (covered / n**2 - np.outer(mean, mean) / count) * count / max(count - 1, 1)
    share, careful = so / np.maximum(many, 1), (so + 1) / (many + 2)
    more = careful * (1 - careful) - share * (1 - share)
    spread += np.diag(rows**2 / np.maximum(many, 1) * more) / n**2
    values, vectors = np.linalg.eigh(spread)
    root = vectors * np.sqrt(np.maximum(values, 0))
    half = np.random.default_rng(seed).standard_normal((max(draws, LEAST) // 2, wide)) @ root.T
    return Gaps(mean, np.concatenate([half, -half]))


def absolute(found: Gaps, far: float = 0.0, confidence: float = 0.95) -> Ends:
    """An interval of the sum of the bins' absolute gaps, such as ECE; conservative in the middle.

    How far the noise lifts the sum falls with the size of every true gap. So the lower end takes
    off the most it can have been lifted by, with each true gap as small as its own bin allows (all
    bins together, Bonferroni); the upper end is the largest sum which, spread over the bins as the
    noise is, where it is lifted least, would show as little as was seen in 2.5 % of samples.
    It is no nearer than `far`: noise that the bins were given and did not show would lower it.
    Two steps after Romano, Shaikh and Wolf (2014), "A practical two-step method".

    >>> rng = np.random.default_rng(0)
    >>> off = rng.normal(0, 1, 400) / 4
    >>> low, high = absolute(gaps(off, (off > 0) * 1.0, np.arange(400) % 4))
    >>> low, bool(high > np.abs(np.bincount(np.arange(400) % 4, off)).sum() / 400)
    (0.0, True)
    """
    size, error = np.abs(found.mean), found.error
    total, whole = float(size.sum()), float(error.sum())
    if whole == 0:
        return total, max(total, far)
    noise = found.noise * np.where(found.mean < 0, -1, 1)
    tail = (1 - confidence - SPARED) / 2
    reach = float(special.ndtri(1 - SPARED / (2 * size.size))) * error
    least = np.maximum(size - reach, 0)
    lifted = (np.abs(least + noise) - least).sum(axis=1)
    low = max(0.0, total - float(np.quantile(lifted, 1 - tail)), float(least.sum()))
    straight = total - float(np.quantile(noise.sum(axis=1), tail))

    def shown(each: float) -> float:
        return float(np.quantile(np.abs(each * error + noise).sum(axis=1), tail))

    spread = _last(shown, total, 0.0, straight / whole) * whole
    high = min(spread, straight, float((size + reach).sum()))
    return min(low, total), max(high, total, far)


def farthest(p: Floats, came: Floats, clusters: NDArray[np.int64] | None = None) -> float:
    """How far the mean of p (N,) may at most lie from the true share of what came to be (N,).

    By the 95 % interval of that share over items (`skewed.mean_ends`). ECE is no less than this
    gap truly is, and reliability no less than its square (Jensen).

    >>> round(farthest(np.full(30, 0.99), np.ones(30)), 2)  # all right; 0.89 and more would do
    0.1
    """
    return max(abs(float(p.mean()) - end) for end in mean_ends(came, clusters, 0.0, 1.0))


def centered(found: Gaps, share: Floats) -> Gaps:
    """The same gaps where they are measured from their own mean over all rows, as resolution is.

    >>> two = Gaps(np.zeros(2), np.array([[1.0, 0.0]]))
    >>> centered(two, np.array([0.5, 0.5])).noise.tolist()
    [[0.5, -0.5]]
    """
    return Gaps(found.mean, found.noise - found.noise.sum(axis=1, keepdims=True) * share)


def squared(found: Gaps, share: Floats, far: float = 0.0, confidence: float = 0.95) -> Ends:
    """An interval of the sum over bins of gap squared over the bin's `share` of rows (B,).

    Reliability and resolution are such sums.

    The law of such a sum of normal gaps depends on their true sizes mostly through the sum itself
    (exactly so where all bins are equally noisy, where it is a noncentral chi-square), so it is
    inverted along the gaps that were seen: both ends are the sums that would show as much as was
    seen in 2.5 % of samples. The upper end is no nearer than `far`.

    >>> rng = np.random.default_rng(0)
    >>> off = 0.5 + rng.normal(0, 1, 400)
    >>> low, high = squared(gaps(off, (off > 0) * 1.0, np.arange(400) % 4), np.full(4, 0.25))
    >>> 0.1 < low < 0.25 < high < 0.5
    True
    """
    mean = found.mean
    whole = np.where(share > 0, share, 1)
    total = float((mean**2 / whole).sum())
    if total == 0:
        mean, total = found.error, 0.0  # nothing seen: any direction will do
    tail = (1 - confidence) / 2
    along = float((mean**2 / whole).sum())
    if along == 0:
        return 0.0, far

    def shown(times: float, at: float) -> float:
        return float(np.quantile(((times * mean + found.noise) ** 2 / whole).sum(axis=1), at))

    noise = float((found.error**2 / whole).sum())
    most = math.sqrt((2 * total + 20 * noise) / along)
    low = _last(lambda times: shown(times, 1 - tail), total, 0.0, most) ** 2 * along
    high = _last(lambda times: shown(times, tail), total, 0.0, most) ** 2 * along
    return min(low, total), max(high, total, far)


def _last(rising: Callable[[float], float], limit: float, low: float, high: float) -> float:
    """The largest argument from low to high at which the function is no more than the limit."""
    if rising(high) <= limit:
        return high
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) <= limit else (low, middle)
    return low


def within(
    x: Floats, came: Floats, of: NDArray[np.int64], clusters: NDArray[np.int64] | None, wide: float
) -> tuple[float, float]:
    """The interval of what the bins `of` (N,) hide of a Brier score, bins being so `wide` or more.

    To first order it is the mean of what each row adds, its bin's means felt by no row; a row lies
    no farther from its bin's mean than the bin is wide, and its outcome 1 from its.

    >>> x, came = np.array([0.91, 0.99, 0.93, 0.95]), np.array([1.0, 1.0, 0.0, 1.0])
    >>> low, high = within(x, came, np.zeros(4, dtype=np.int64), None, 0.1)
    >>> -0.21 <= low < 0 < high <= 0.21
    True
    """
    n = np.maximum(np.bincount(of), 1)
    off, so = (one - (np.bincount(of, one) / n)[of] for one in (x, came))
    hidden = np.asarray(off * (off - 2 * so) + came * (came - 1))
    order = np.argsort(of, kind="stable")
    first, told = np.flatnonzero(np.diff(of[order], prepend=-1)), x[order]
    spans = np.maximum.reduceat(told, first) - np.minimum.reduceat(told, first)
    far = max(wide, float(spans.max()))
    return mean_ends(hidden, clusters, -far * (far + 2), far * (far + 2))
