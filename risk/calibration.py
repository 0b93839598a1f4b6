"""Calibration: does a probability mean what it says; reliability, ECE, Brier, log loss."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats, holding, wilson
from risk.measure import Measure
from risk.miscalibration import absolute, centered, farthest, gaps, squared, within
from risk.skewed import mean_ends

Bins = Literal["width", "mass"]
CLIP = 1e-15
"""A probability of 0 for what happened is raised to this before the logarithm."""


def bins(p: ArrayLike, count: int = 10, kind: Bins = "width") -> NDArray[np.int64]:
    """The bin of each probability (N,), from 0.

    `width`: equal width, closed on the right, 0 in the first. `mass`: equal numbers of rows;
    equal probabilities never part, so ties make fewer bins. ValueError outside 0 to 1.

    >>> bins([0.0, 0.1, 0.11, 1.0]).tolist()
    [0, 0, 1, 9]
    >>> bins([0.1, 0.2, 0.2, 0.9], 2, "mass").tolist()
    [0, 0, 0, 1]
    """
    x = np.asarray(p, dtype=float)
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(f"probabilities run from {x.min():g} to {x.max():g}; they must be 0 to 1")
    if kind == "width":
        # 0.3 * 10 is 3.0000000000000004 in floats: it still belongs to the bin that ends at 0.3
        wide: NDArray[np.int64] = np.clip(np.ceil(x * count - 1e-9) - 1, 0, count - 1).astype(int)
        return wide
    if x.size == 0:
        return np.zeros(0, dtype=np.int64)
    # the k-th smallest row ends a bin; ranks by whole numbers, for 0.3 * 100 is above 30 in floats
    last = -(-x.size * np.arange(1, count) // count) - 1
    inner = np.unique(np.sort(x)[np.maximum(last, 0)])
    of: NDArray[np.int64] = np.unique(np.searchsorted(inner, x), return_inverse=True)[1]
    return of


class Reliability(NamedTuple):
    """One point a filled bin, (B,) each: mean probability, share that was so, its Wilson interval,
    rows, and the bin's number."""

    said: Floats
    came: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]
    bin: NDArray[np.int64]


def reliability(p: ArrayLike, y: ArrayLike, count: int = 10, kind: Bins = "width") -> Reliability:
    """The points of a reliability diagram; empty bins are left out. No NaN in p or y.

    >>> r = reliability([0.55, 0.65, 0.65, 0.95, 0.95], [1, 0, 1, 1, 1])
    >>> r.said.round(2).tolist(), r.came.tolist(), r.n.tolist()
    ([0.55, 0.65, 0.95], [1.0, 0.5, 1.0], [1, 2, 2])
    """
    x, came = np.asarray(p, dtype=float), np.asarray(y, dtype=float)
    of = bins(x, count, kind)
    n = np.bincount(of) if of.size else np.zeros(0, dtype=np.int64)
    filled = np.flatnonzero(n)
    n = n[filled]
    said, so = (np.bincount(of, one)[filled] if of.size else np.zeros(0) for one in (x, came))
    ends = [wilson(float(k), int(m)) for k, m in zip(so, n, strict=True)]
    low, high = np.array(ends).reshape(-1, 2).T
    return Reliability(said / n, so / n, low, high, n.astype(np.int64), filled.astype(np.int64))


def ece(
    p: ArrayLike, y: ArrayLike, count: int = 10, kind: Bins = "width", weights: Floats | None = None
) -> Floats:
    """Expected calibration error (b,): mean over rows of how far its bin's p is from what came.

    Up is worse, 0 to 1. `weights` (b, N) count the rows of each replicate; the bins stay those of
    the rows themselves. No NaN in p or y. Biased upward in small bins.

    >>> round(float(ece([0.55, 0.65, 0.65, 0.95, 0.95], [1, 0, 1, 1, 1])[0]), 4)
    0.17
    """
    x, came = np.asarray(p, dtype=float), np.asarray(y, dtype=float)
    of = bins(x, count, kind)
    w = np.ones((1, x.size)) if weights is None else weights
    gap = np.zeros((x.size, int(of.max()) + 1 if of.size else 0))
    gap[np.arange(x.size), of] = x - came
    return np.asarray(np.abs(w @ gap).sum(axis=1) / w.sum(axis=1))


def ece_measure(
    p: ArrayLike,
    y: ArrayLike,
    count: int = 10,
    kind: Bins = "width",
    clusters: NDArray[np.int64] | None = None,
    draws: int = 500,
    seed: int = 0,
    lost: int = 0,
) -> Measure:
    """ECE with a 95 % interval that covers, whatever the bins truly are. No NaN in p or y.

    Noise in a bin only ever adds to ECE, so neither resamples nor what is left of their bias once
    taken off cover: `miscalibration.absolute` builds it from the bins' own gaps, whose upper end is
    no nearer than `farthest`: where nearly all are sure and right the bins alone held 29 to 87 of
    100. In simulation (10 to 2,000 answers, true ECE 0 to 0.3) it covers 94 % and more.

    >>> x = np.linspace(0.05, 0.95, 100)
    >>> ece_measure(x, np.random.default_rng(0).random(100) < x).low
    0.0
    """
    x, came = np.asarray(p, dtype=float), np.asarray(y, dtype=float)
    value = float(ece(x, came, count, kind)[0])
    if _alone(x.size, clusters):
        return Measure(value, n=x.size, lost=lost, why="one item only")
    of = bins(x, count, kind)
    off, far = gaps(x - came, came, of, clusters, draws, seed), farthest(x, came, clusters)
    low, high = absolute(off, far)
    return Measure(value, min(low, value), max(min(high, 1.0), value), n=x.size, lost=lost)


def parts_measures(
    p: ArrayLike,
    y: ArrayLike,
    count: int = 10,
    kind: Bins = "width",
    clusters: NDArray[np.int64] | None = None,
    draws: int = 500,
    seed: int = 0,
    lost: int = 0,
) -> dict[str, Measure]:
    """The parts of a Brier score (see `decompose`) with 95 % intervals. No NaN in p or y.

    Reliability and resolution are sums of squares, which noise lifts: their intervals come from the
    bins' gaps (`miscalibration.squared`). Uncertainty is as far as the interval of the base rate
    lets it be, and `within` is to first order the mean of what each row hides in its bin, which
    is bounded by how wide bins are (`skewed.mean_ends`).

    >>> found = parts_measures([0.5, 0.5, 1.0, 1.0], [0, 1, 1, 1])
    >>> found["resolution"].value, found["uncertainty"].value
    (0.0625, 0.1875)
    """
    x, came = np.asarray(p, dtype=float), np.asarray(y, dtype=float)
    every = decompose(x, came, count, kind)._asdict()
    told = {name: float(part[0]) for name, part in every.items()}
    if _alone(x.size, clusters):
        why = "one item only"
        return {name: Measure(v, n=x.size, lost=lost, why=why) for name, v in told.items()}
    of = bins(x, count, kind)
    share = np.bincount(of) / x.size
    off, far = gaps(x - came, came, of, clusters, draws, seed), farthest(x, came, clusters) ** 2
    apart = centered(gaps(came - came.mean(), came, of, clusters, draws, seed), share)
    ends = {"reliability": squared(off, share, far), "resolution": squared(apart, share)}
    ends = {n: (min(a, told[n]), max(min(b, 1.0), told[n])) for n, (a, b) in ends.items()}
    ends["uncertainty"] = _unsure(*mean_ends(came, clusters, 0.0, 1.0))
    ends["within"] = holding(told["within"], *within(x, came, of, clusters, 1 / count))
    return {name: Measure(v, *ends[name], n=x.size, lost=lost) for name, v in told.items()}


def _unsure(low: float, high: float) -> tuple[float, float]:
    """The least and the most of b (1 - b) for a base rate b from low to high."""
    low, high = max(low, 0.0), min(high, 1.0)
    first, last = low * (1 - low), high * (1 - high)
    return min(first, last), 0.25 if low < 0.5 < high else max(first, last)


def _alone(rows: int, clusters: NDArray[np.int64] | None) -> bool:
    """Whether all rows are one item's, which shows no spread."""
    return rows < 2 or (clusters is not None and bool((clusters == clusters[0]).all()))


def brier(p: ArrayLike, y: ArrayLike) -> Floats:
    """Squared error of each row (N,): binary p and y (N,), or over options p and y (N, K).

    Binary in [0, 1], over options in [0, 2]; up is worse. NaN beyond a row's options counts
    nothing; a row of NaN alone is NaN.

    >>> brier([0.55, 0.65], [1, 0]).round(4).tolist()
    [0.2025, 0.4225]
    >>> brier([[0.7, 0.2, 0.1]], [[1, 0, 0]]).round(4).tolist()
    [0.14]
    """
    off = np.asarray(p, dtype=float) - np.asarray(y, dtype=float)
    if off.ndim == 1:
        return np.asarray(off**2)
    none = np.isnan(off).all(axis=1)
    return np.where(none, np.nan, np.nansum(off**2, axis=1))


def log_loss(p_of_what_was: ArrayLike) -> Floats:
    """-ln p of what was so (N,), in nats; p is raised to 1e-15 first. Up is worse.

    >>> log_loss([1.0, 0.5]).round(4).tolist()
    [-0.0, 0.6931]
    """
    return np.asarray(-np.log(np.maximum(np.asarray(p_of_what_was, dtype=float), CLIP)))


class Decomposition(NamedTuple):
    """The parts of a mean Brier score, (b,) each: reliability - resolution + uncertainty + within.

    `within` is what the bins hide: 0 where all probabilities of a bin are the same.
    """

    reliability: Floats
    resolution: Floats
    uncertainty: Floats
    within: Floats


def decompose(
    p: ArrayLike, y: ArrayLike, count: int = 10, kind: Bins = "width", weights: Floats | None = None
) -> Decomposition:
    """Murphy's parts of the binary Brier score over bins; they add up to it exactly.

    Source: Murphy (1973); the part within bins after Stephenson, Coelho and Jolliffe (2008).

    >>> parts = decompose([0.5, 0.5, 1.0, 1.0], [0, 1, 1, 1])
    >>> [round(float(part[0]), 4) for part in parts]
    [0.0, 0.0625, 0.1875, 0.0]
    """
    x, came = np.asarray(p, dtype=float), np.asarray(y, dtype=float)
    of = bins(x, count, kind)
    w = np.ones((1, x.size)) if weights is None else weights
    n = w.sum(axis=1, keepdims=True)
    one = np.zeros((x.size, int(of.max()) + 1 if of.size else 0))
    one[np.arange(x.size), of] = 1
    rows = w @ one  # (b, B)
    whole = np.where(rows > 0, rows, 1)
    said, so = (w * x) @ one / whole, (w * came) @ one / whole
    base = (w * came).sum(axis=1, keepdims=True) / n
    reliable = (rows * (said - so) ** 2).sum(axis=1) / n[:, 0]
    resolved = (rows * (so - base) ** 2).sum(axis=1) / n[:, 0]
    unsure = (base * (1 - base))[:, 0]
    mean = (w * (x - came) ** 2).sum(axis=1) / n[:, 0]
    # y is 0 or 1, so its spread inside a bin is so (1 - so): what is left is within
    return Decomposition(reliable, resolved, unsure, mean - reliable + resolved - unsure)
