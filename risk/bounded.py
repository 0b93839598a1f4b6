"""Intervals of a tail that few prompts make, where a loss has a most it can be."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from risk.bootstrap import reach
from risk.interval import Codes, Floats, percentiles
from risk.worst import TIE, mass, tail_rank

Ends = tuple[float, float]
FEW = "fewer than 5 prompts make this number"
THIN = "this tail is too thin to be resampled: its interval allows for losses nobody has seen"
ASSUMED = (
    "The interval of CVaR assumes that the answers show what kind of losses there are. Where one "
    "prompt in several hundred comes near the most that ε permits and none of these does, nothing "
    "here tells of it and the interval ends too low. None holds under every law that does not "
    "reach for everybody as far as such prompts would take it (Bahadur and Savage 1956): over four "
    "dimensions some 20 nats with 200 prompts, 9 with 400."
)
"""What intervals of a tail rest on: told where they are shown."""
LEAST = 5
"""Prompts a tail must have before resampling says anything about it."""
SOME = 20
"""Prompts in a tail from which on it matters no more how few values they have."""
ALIKE = 10
"""Distinct values a tail must have before its own spread can be trusted."""
ENOUGH = 100
"""Prompts in a tail from which on resampling is as good as any bound."""
NEAR = 8
"""A loss of a share 1/8 of the most shows that the far end is inhabited."""


class Limits(NamedTuple):
    """Draws (2, draws) of what a sample's tail may stand for: an unseen loss of 0, and of the most.

    The same seed and items give the same draws, so two models' may be set against each other.
    """

    mean: Floats
    var: Floats
    cvar: Floats


def ceiling(eps: float, dimensions: int = 1) -> float:
    """The most the cumulative log-risk of so many dimensions can be, in nats.

    >>> round(ceiling(1e-6, 4), 2)
    55.26
    """
    return -dimensions * math.log(eps)


def bound(x: Floats, most: float | None) -> float | None:
    """The most a loss can be: `most` where it is known, else 1 where all are 0 or 1, not all 0.

    >>> bound(np.array([0.0, 1.0]), None), bound(np.array([0.0, 2.0]), None)
    (1.0, None)
    """
    marks = most is None and bool(((x == 0) | (x == 1)).all() and x.any())
    return 1.0 if marks else most


def span(most: float | None) -> tuple[float, float]:
    """The least and the most a loss can be: without bounds where `most` is not known.

    >>> span(2.0), span(None)
    ((0.0, 2.0), (-inf, inf))
    """
    return (-math.inf, math.inf) if most is None else (0.0, most)


def wanting(
    x: Floats, level: float, prompts: int, most: float | None, *, paired: bool = False
) -> bool:
    """Whether the tail of x (n,) of so many prompts is too thin to be resampled.

    It is where fewer than five prompts make it. Where losses are bounded by `most`, also where
    fewer than twenty do and their values are fewer than ten; and, but for `paired` differences,
    where a loss comes near the bound: then rare losses of that size are likely, and a sample that
    happens to miss them has a spread that knows nothing of them. (These limits are ours, from
    simulation.) What no loss shows is not allowed for: without one near the bound the tail is taken
    to have none (`ASSUMED`). Where one prompt in 300 or 600 is at the bound, by two judges of four
    dimensions, CVaRs of 200 and 400 prompts were held in 63 to 83 of 100. That another judge shows
    such losses changes little: with the evidence of all judges in every row of a sweep 74 to 88
    were held, and the rest with 200 prompts by intervals of 20 nats, where 0.4 to 3 held 94 to 97.
    Source: Bahadur and Savage (1956), "The nonexistence of certain statistical procedures in
    nonparametric problems", Annals of Mathematical Statistics 27.

    >>> wanting(np.arange(20.0), 0.95, 20, None), wanting(np.arange(200.0), 0.95, 200, None)
    (True, False)
    >>> wanting(np.repeat([0.0, 1.0], 150), 0.95, 300, 4.0)
    True
    """
    m = float(mass(prompts, level))
    if m < LEAST:
        return True
    if most is None or m > ENOUGH:
        return False
    rank = tail_rank(x.size, level)
    top = np.sort(np.partition(x, x.size - rank)[-rank:])
    alike = m < SOME and int((np.diff(top) > TIE).sum()) + 1 < ALIKE
    return alike or (not paired and bool(top[-1] >= most / NEAR))


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
    codes = np.arange(x.size) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    items = int(codes.max()) + 1
    sizes = np.bincount(codes)
    keep = min(reach(float(mass(x.size, level)), int(sizes.max())), x.size)
    top = np.argsort(-x, kind="stable")[:keep]
    worst, own = x[top], codes[top]
    sums = np.bincount(codes, x)
    rng = np.random.default_rng(seed)
    chunk = max(1, 2_000_000 // (items + keep))
    blocks = []
    for start in range(0, draws, chunk):
        weight = rng.exponential(size=(min(chunk, draws - start), items + 1))
        unseen = weight[:, -1:] * (x.size / items)
        whole = weight[:, :-1] @ sizes + unseen[:, 0]
        ranked = weight[:, own]
        added = weight[:, :-1] @ sums
        blocks.append([
            [added / whole, *_walk(np.hstack([ranked, unseen]), np.append(worst, 0.0),
                                   whole, level)],
            [(added + unseen[:, 0] * most) / whole,
             *_walk(np.hstack([unseen, ranked]), np.append(most, worst), whole, level)],
        ])  # fmt: skip
    made = np.concatenate(blocks, axis=2)  # (2, 3, draws)
    return Limits(*np.swapaxes(made, 0, 1))


def _walk(weight: Floats, value: Floats, whole: Floats, level: float) -> tuple[Floats, Floats]:
    """VaR and CVaR (b,) of weights (b, K) on values (K,) that fall, out of `whole` weight (b,)."""
    m = (1 - level) * whole
    held = np.cumsum(weight, axis=1)
    edge = value[np.minimum((held <= m[:, None]).sum(axis=1), value.size - 1)]
    taken = np.minimum(held, m[:, None])
    tail = taken @ (value - np.append(value[1:], 0.0))
    return edge, tail / m


def ends(low: Floats, high: Floats) -> Ends:
    """The interval whose two ends come from draws of their own, (draws,) each.

    >>> ends(np.array([1.0, 1.0]), np.array([3.0, 3.0]))
    (1.0, 3.0)
    """
    return percentiles(low)[0], percentiles(high)[1]


def intervals(found: Limits) -> dict[str, Ends]:
    """The intervals of VaR, CVaR, their gap to the mean and their ratio to it.

    >>> x = np.array([0.0] * 30 + [1.0] * 10)
    >>> low, high = intervals(limits(x, 0.9, 1.0))["cvar"]
    >>> low > 0.9, high
    (True, 1.0)
    """
    told = {"var": ends(*found.var), "cvar": ends(*found.cvar)}
    gap = found.cvar - found.mean
    told["gap"] = ends(gap.min(axis=0), gap.max(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(found.mean > 0, found.cvar / found.mean, math.nan)
    told["ratio"] = ends(ratio.min(axis=0), ratio.max(axis=0))
    return told
