"""The paired bootstrap of tails: replicates of mean, median, sd, VaR, CVaR and max over items."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.deep import DEEP, FAR, deep
from risk.influence import spreads
from risk.interval import CELLS, Counts, Floats, resamples
from risk.interval import Codes as Codes
from risk.middle import median, median_law
from risk.worst import mass

Block = dict[str, Floats]

STATISTICS = ("mean", "median", "sd", "var", "cvar", "max")
SPREAD = "cvar_se"
"""The standard error of CVaR within each replicate, for studentized intervals; NaN if unknown."""
TAILS, MIXED, MEANS = "cvar_cov", "cvar_mean_cov", "mean_var"
"""Covariances within each replicate (`influence.spreads`): (M * M, draws), (M, draws) and again."""
VARIED = (TAILS, MIXED, MEANS)
LARGE = 5000
"""Up to this many items every one is counted; above it only the tail is."""


def replicates(
    x: Floats,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
    wanted: Collection[str] = STATISTICS,
) -> Block:
    """Bootstrap replicates of M scores of the same items: (M, n) without NaN to (M, draws) each.

    Every replicate draws one set of items for all M scores (paired). `clusters` (n,) codes the item
    of each row. ValueError for fewer than two items, NaN or infinite scores. Spreads and
    covariances that are not known are NaN.

    With clusters or up to 5,000 rows every item is counted: exact for all six statistics. Above
    that only the top K = m + 8 sqrt(m) + 20 rows of each score are: how many resampled rows fall
    there is binomial, they spread evenly over it, and the walk from the top is exact for VaR, CVaR
    and max; a replicate that does not reach m (below one in 10^8) is completed row by row. The
    many rows below enter mean and sd only through their sum and sum of squares, drawn from the
    normal law with their exact mean and covariance (central limit theorem over thousands of rows
    that are bounded above). One score whose tail has over 5,000 rows goes a shorter way yet
    (`risk.deep`), without standard errors. The median is the exact order statistic of n uniform
    draws (a beta).

    >>> found = replicates(np.arange(1.0, 11.0)[None], 0.8, draws=500)
    >>> found["cvar"].shape, bool((found["var"] <= found["cvar"]).all())
    ((1, 500), True)
    """
    x = np.asarray(x, dtype=float)
    n = x.shape[1]
    if n < 2 or not np.isfinite(x).all():
        raise ValueError(f"{n} rows; a bootstrap needs two or more and all of them finite")
    if clusters is None and n > LARGE:
        keep = reach(float(mass(n, level)))
        if x.shape[0] == 1 and DEEP < keep < n:
            return _deep(x[0], level, draws, seed, wanted)
        return _cut(x, level, draws, seed, min(keep, n), wanted)
    codes = np.arange(n) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    return _whole(x, codes, level, draws, seed, wanted)


def reach(m: float, widest: int = 1) -> int:
    """How many top rows hold the tail of a replicate that expects m of them, to 8 deviations.

    `widest` is the most rows one item has.

    >>> reach(45.05)
    119
    """
    return math.ceil(m + 8 * math.sqrt(m * widest) + 20 * widest)


def walk(counts: NDArray[Any], top: Floats, total: Floats, level: float) -> tuple[Block, Any]:
    """VaR, CVaR and max of each replicate: down its drawn rows until the tail is used up.

    counts (b, K) of the K largest rows `top`, sorted downwards; `total` (b,) rows in the replicate.
    Also returns which replicates (b,) drew too few of the K to say.

    >>> found, short = walk(np.array([[1, 0, 2]]), np.array([3.0, 2.0, 1.0]), np.array([3.0]), 0.5)
    >>> float(found["var"][0]), round(float(found["cvar"][0]), 4), bool(short[0])
    (1.0, 2.3333, False)
    """
    m = mass(total, level)
    rank = total - np.ceil(total * level - 1e-9) + 1  # VaR's place, counted from the top
    drawn = np.cumsum(counts, axis=1)  # (b, K)
    edge = top[(drawn >= rank[:, None]).argmax(axis=1)]
    # Abel's summation: the cumulated mass times the steps between values, no (b, K) difference.
    steps = top - np.append(top[1:], 0)
    taken = np.minimum(drawn, m[:, None])
    found = {
        "var": edge,
        "cvar": taken @ steps / m,
        "max": top[(drawn >= 1).argmax(axis=1)],
    }
    # The influence of a row is its excess over VaR; squares are taken from the least value up.
    high, low = top - top[-1], edge - top[-1]
    one = m * (found["cvar"] - edge)
    two = taken @ (high**2 - np.append(high[1:] ** 2, 0)) - 2 * low * one - low * low * m
    found[SPREAD] = np.sqrt(np.maximum(two - one * one / total, 0)) / m
    return found, drawn[:, -1] < np.maximum(rank, m)


def tops(n: int, size: int, draws: int, rng: np.random.Generator) -> Iterator[tuple[Counts, Codes]]:
    """How often each of `size` among n items is drawn (b, size), how many draws fell elsewhere.

    The law of `resamples` restricted to those items, at a cost that does not know n.

    >>> counts, elsewhere = next(tops(100, 3, draws=4, rng=np.random.default_rng(0)))
    >>> counts.shape, (counts.sum(axis=1) + elsewhere).tolist()
    ((4, 3), [100, 100, 100, 100])
    """
    chunk = max(1, CELLS // size)
    for start in range(0, draws, chunk):
        b = min(chunk, draws - start)
        inside = rng.binomial(n, size / n, size=b)
        cells = rng.integers(size, size=inside.sum())
        cells += np.repeat(np.arange(b) * size, inside)
        yield np.bincount(cells, minlength=b * size).reshape(b, size), n - inside


def _whole(
    x: Floats, codes: Codes, level: float, draws: int, seed: int, wanted: Collection[str]
) -> Block:
    """Replicates from the counts of every item; exact."""
    sizes = np.bincount(codes).astype(float)  # (G,) rows of each item
    if sizes.size < 2:
        raise ValueError("1 item; a bootstrap needs two or more")
    widest = int(sizes.max())
    order = np.argsort(-x, axis=1, kind="stable")
    keep = min(reach(float(mass(x.shape[1], level)), widest), x.shape[1])
    center = x.mean(axis=1, keepdims=True)
    sums = np.stack([np.bincount(codes, row) for row in _powers(x - center)])  # (2M, G)
    blocks = []
    for counts in resamples(sizes.size, draws, seed):
        exact = counts.astype(float)
        total = exact @ sizes
        block = _moments(exact @ sums.T, total, center)
        for i, ranked in enumerate(order):
            top, own = x[i, ranked], codes[ranked]
            if {"var", "cvar", "max", SPREAD} & set(wanted):
                found, short = walk(counts[:, own[:keep]], top[:keep], total, level)
                if short.any():
                    rest, _ = walk(counts[short][:, own], top, total[short], level)
                    for name, values in rest.items():
                        found[name][short] = values
                _put(block, found, i, x.shape[0])
            if "median" in wanted:
                _put(block, {"median": median(counts, total, top, own, widest)}, i, x.shape[0])
        if {TAILS, SPREAD} & set(wanted):
            m = mass(total, level)
            told = spreads(counts, x, order[:, :keep], codes, block["var"], block["mean"], m)
            for name, part in zip(VARIED, told, strict=True):
                block[name] = part.reshape(-1, len(counts))
            block[SPREAD] = np.sqrt(np.maximum(np.einsum("iib->ib", told.tails), 0))
        blocks.append(block)
    return {name: np.concatenate([b[name] for b in blocks], axis=1) for name in wanted}


def _deep(x: Floats, level: float, draws: int, seed: int, wanted: Collection[str]) -> Block:
    """Replicates of one score whose tail has more than DEEP rows (see `risk.deep`)."""
    rng = np.random.default_rng(seed)
    counts = np.concatenate([block for block, _ in tops(x.size, FAR, draws, rng)])
    found = deep(x, level, draws, rng, counts)
    if "median" in wanted:
        found["median"] = median_law(np.sort(x), draws, rng)
    unknown = np.full(draws, np.nan)
    return {name: found.get(name, unknown)[None] for name in wanted}


def _cut(
    x: Floats, level: float, draws: int, seed: int, keep: int, wanted: Collection[str]
) -> Block:
    """Replicates from the counts of the top `keep` rows of each score (see `replicates`)."""
    rng = np.random.default_rng(seed)
    scores, n = x.shape
    order = np.argsort(-x, axis=1, kind="stable")
    kept = np.unique(order[:, :keep])  # (S,) rows in any score's top
    place = np.searchsorted(kept, order[:, :keep])  # (M, K)
    center = x.mean(axis=1, keepdims=True)
    powers = _powers(x - center)  # (2M, n)
    below = np.delete(np.arange(n), kept)
    mu, root = _law(powers[:, below])
    blocks = []
    for counts, below_drawn in tops(n, kept.size, draws, rng):
        b = len(counts)
        outside = below_drawn[:, None]
        noise = rng.standard_normal((b, 2 * scores)) @ root.T
        rest = outside * mu + np.sqrt(outside) * noise  # (b, 2M) sums of the rows below
        total = np.full(b, float(n))
        block = _moments(counts @ powers[:, kept].T + rest, total, center)
        for i in range(scores):
            found, short = walk(counts[:, place[i]], x[i, order[i, :keep]], total, level)
            for r in np.flatnonzero(short):
                full = np.bincount(rng.choice(below, below_drawn[r]), minlength=n)
                full[kept] = counts[r]
                one, _ = walk(full[None, order[i]], x[i, order[i]], total[:1], level)
                for name, values in one.items():
                    found[name][r] = values[0]
            _put(block, found, i, scores)
        blocks.append(block)
    out = {name: np.concatenate([b[name] for b in blocks], axis=1) for name in blocks[0]}
    if "median" in wanted:
        out["median"] = np.stack([median_law(np.sort(row), draws, rng) for row in x])
    unknown = np.full((scores * scores, draws), np.nan)
    return {name: out.get(name, unknown) for name in wanted}


def _powers(x: Floats) -> Floats:
    """Scores and their squares, one above the other: (M, n) to (2M, n)."""
    return np.concatenate([x, x * x])


def _moments(sums: Floats, total: Floats, center: Floats) -> Block:
    """Mean and sample sd (M, b) from the sums and sums of squares (b, 2M) of centered scores."""
    one, two = np.split(sums.T, 2)
    spread = np.maximum(two - one * one / total, 0) / (total - 1)
    return {"mean": center + one / total, "sd": np.sqrt(spread)}


def _law(features: Floats) -> tuple[Floats, Floats]:
    """Mean (F,) and a root of the covariance (F, F) of the rows below; zeros without any."""
    size = features.shape[0]
    if features.shape[1] == 0:
        return np.zeros(size), np.zeros((size, size))
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(features, ddof=0)))
    return features.mean(axis=1), vectors * np.sqrt(np.maximum(values, 0))


def _put(block: Block, found: Block, i: int, scores: int) -> None:
    """One score's replicates (b,) into row i of the block (M, b)."""
    for name, values in found.items():
        block.setdefault(name, np.empty((scores, values.size)))[i] = values
