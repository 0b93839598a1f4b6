"""What a tail may stand for, losses nobody has seen allowed for, where they have a bound."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from risk.bootstrap import reach
from risk.interval import Codes, Floats, percentiles
from risk.worst import mass

Ends = tuple[float, float]
MANY = 20_000
"""From this many prompts on those outside the tail weigh as the normal law says."""
FEWER, RANKED = 400, 50_000_000
"""Of so many prompts fewer draws are made, no less than 400, to rank so many weights in all."""


class Limits(NamedTuple):
    """Draws (2, draws) of what a sample's tail may stand for: an unseen loss of 0, and of the most.

    The same seed and items give the same draws, so two models' may be set against each other.
    """

    mean: Floats
    var: Floats
    cvar: Floats


def limits(
    x: Floats,
    level: float,
    most: float,
    clusters: Codes | None = None,
    draws: int = 2000,
    seed: int = 0,
) -> Limits:
    """What the tail of x (n,), losses from 0 to `most`, may stand for; no NaN.

    Between n ordered draws the true distribution has n + 1 gaps of mass, together a point drawn
    evenly from the simplex. Giving each gap the larger of its two ends, the outermost the most a
    loss can be, makes every tail number as large as it can be; the smaller ends make it as small.
    For a share this is the exact binomial interval of Clopper and Pearson. Gaffke (2005), "Three
    test statistics for a nonparametric one-sided hypothesis on the mean of a nonnegative variable";
    for means of bounded variables Learned-Miller and Thomas, arXiv 1905.06208; their bound on CVaR
    (ICML 2019) rests on a wider band. `clusters` (n,) codes the item of a row: items are what is
    drawn, and the unseen one has as many rows as an item has on average.

    >>> found = limits(np.array([0.0] * 9 + [1.0]), 0.5, 2.0, draws=500)
    >>> found.cvar.shape, bool((found.cvar[0] <= found.cvar[1]).all())
    ((2, 500), True)
    """
    return paired_limits(x[None], level, most, clusters, draws, seed)[0]


def paired_limits(
    x: Floats,
    level: float,
    most: float,
    clusters: Codes | None = None,
    draws: int = 2000,
    seed: int = 0,
) -> tuple[Limits, ...]:
    """The `limits` of each row of x (M, n), whose columns are the same answers, drawn together.

    Of more than `MANY` items those that are in no row's tail weigh together what the normal law
    says of their sums.

    >>> one, two = paired_limits(np.array([[0.0, 1.0], [1.0, 2.0]]), 0.5, 2.0, draws=9)
    >>> bool((two.mean > one.mean).all()), two.mean.shape
    (True, (2, 9))
    """
    n = x.shape[1]
    codes = np.arange(n) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    sizes = np.bincount(codes)
    items = sizes.size
    keep = min(reach(float(mass(n, level)), int(sizes.max())), n)
    top = np.argsort(-x, axis=1, kind="stable")[:, :keep]
    own = codes[top]  # (M, keep)
    sums = np.stack([sizes, *(np.bincount(codes, row) for row in x)])  # (1 + M, items)
    rest = np.zeros((1 + len(x), 0))
    if items > MANY:
        draws = min(draws, max(FEWER, RANKED // keep))
        within, at = np.unique(own, return_inverse=True)
        own, rest, sums = at.reshape(own.shape), np.delete(sums, within, axis=1), sums[:, within]
    worst = np.take_along_axis(x, top, axis=1)
    blocks: list[list[Limits]] = [[] for _ in x]
    for weight, (whole, *added) in _drawn(sums, rest, keep, draws, seed):
        unseen = weight[:, -1:] * (n / items)
        every = whole + unseen[:, 0]
        for k, told in enumerate(blocks):
            told.append(_one(weight[:, own[k]], unseen, worst[k], every, added[k], most, level))
    return tuple(Limits(*(np.concatenate(p, axis=1) for p in zip(*b, strict=True))) for b in blocks)


def _drawn(
    sums: Floats, rest: Floats, keep: int, draws: int, seed: int
) -> Iterator[tuple[Floats, Floats]]:
    """Blocks of weights (b, items + 1), the last of what nobody saw, and sums (1 + M, b) of all."""
    rng = np.random.default_rng(seed)
    items = sums.shape[1]
    chunk = max(1, 2_000_000 // (items + keep))
    scales, parts = np.linalg.eigh(rest @ rest.T)
    root, mean = parts * np.sqrt(np.maximum(scales, 0)), rest.sum(axis=1)[:, None]
    for start in range(0, draws, chunk):
        weight = rng.exponential(size=(min(chunk, draws - start), items + 1))
        told = sums @ weight[:, :-1].T
        if rest.shape[1]:
            noise = rng.standard_normal((scales.size, len(weight)))
            told += mean + root @ noise
        yield weight, told


def _one(
    ranked: Floats,
    unseen: Floats,
    worst: Floats,
    whole: Floats,
    added: Floats,
    most: float,
    level: float,
) -> Limits:
    """Mean, VaR and CVaR (2, b) with the unseen loss at 0 and at `most`.

    `ranked` (b, keep) weighs the losses `worst` (keep,), which fall, out of `whole` (b,); the
    unseen (b, 1) comes after them where it is 0, and before them where it is the most.
    """
    m = (1 - level) * whole[:, None]
    steps = worst - np.append(worst[1:], 0.0)
    held = np.cumsum(ranked, axis=1)
    under = (held <= m).sum(axis=1)
    low = np.minimum(held, m) @ steps
    held += unseen
    above = (held <= m).sum(axis=1) + (unseen <= m)[:, 0]
    high = np.minimum(held, m, out=held) @ steps
    high += np.minimum(unseen, m)[:, 0] * (most - worst[0])
    edge = np.stack([
        np.append(worst, 0.0)[under],
        np.append(most, worst)[np.minimum(above, worst.size)],
    ])  # fmt: skip
    mean = np.stack([added, added + unseen[:, 0] * most]) / whole
    return Limits(mean, edge, np.stack([low, high]) / m[:, 0])


def ends(low: Floats, high: Floats, confidence: float = 0.95) -> Ends:
    """The interval whose two ends come from draws of their own, (draws,) each.

    >>> ends(np.array([1.0, 1.0]), np.array([3.0, 3.0]))
    (1.0, 3.0)
    """
    return percentiles(low, confidence)[0], percentiles(high, confidence)[1]


def intervals(found: Limits) -> dict[str, Ends]:
    """The intervals of mean, VaR, CVaR, its gap to the mean and its ratio to it.

    >>> x = np.array([0.0] * 30 + [1.0] * 10)
    >>> low, high = intervals(limits(x, 0.9, 1.0))["cvar"]
    >>> low > 0.9, high
    (True, 1.0)
    """
    told = {"mean": ends(*found.mean), "var": ends(*found.var), "cvar": ends(*found.cvar)}
    gap = found.cvar - found.mean
    told["gap"] = ends(gap.min(axis=0), gap.max(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(found.mean > 0, found.cvar / found.mean, math.nan)
    told["ratio"] = ends(ratio.min(axis=0), ratio.max(axis=0))
    return told
