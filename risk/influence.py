"""How CVaR and mean vary together within each bootstrap replicate: sums of influences of items."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from risk.interval import Codes, Counts, Floats
from risk.worst import mass, var

CELLS = 4_000_000
"""Influences held at once: 32 MB."""


class Spreads(NamedTuple):
    """Covariances of the estimates of M scores within each of b replicates.

    `tails` (M, M, b) of the CVaRs, `mixed` (M, b) of a score's CVaR and mean, `means` (M, b) the
    variances of the means.
    """

    tails: Floats
    mixed: Floats
    means: Floats


def spreads(
    counts: Counts, x: Floats, top: Codes, codes: Codes, edge: Floats, mean: Floats, m: Floats
) -> Spreads:
    """The covariances, from what each item adds: its rows' excess over VaR, and over the mean.

    counts (b, G) of the items, x (M, n) without NaN, `codes` (n,) the item of each row; `top`
    (M, K) rows that hold every tail; VaR `edge` (M, b), `mean` (M, b), tail mass m (b,).

    >>> x = np.arange(1.0, 11.0)[None]
    >>> one = np.ones((1, 10), dtype=np.int64)
    >>> found = spreads(one, x, np.array([[9, 8, 7]]), np.arange(10), np.array([[8.0]]),
    ...                 np.array([[5.5]]), np.array([2.0]))
    >>> round(float(found.tails[0, 0, 0]) ** 0.5, 4), round(float(found.means[0, 0]), 3)
    (1.0124, 0.825)
    """
    rows = np.unique(top)
    rows = rows[np.argsort(codes[rows], kind="stable")]
    items, starts = np.unique(codes[rows], return_index=True)
    scores, b = x.shape[0], len(counts)
    sizes = np.bincount(codes).astype(float)
    sums = np.stack([np.bincount(codes, row) for row in x])  # (M, G)
    tails, mixed = np.empty((scores, scores, b)), np.empty((scores, b))
    total = counts @ sizes
    chunk = max(1, CELLS // (scores * rows.size))
    for start in range(0, b, chunk):
        part = slice(start, start + chunk)
        over = np.maximum(x[:, None, rows] - edge[:, part, None], 0)  # (M, b, rows)
        if items.size < rows.size:
            over = np.add.reduceat(over, starts, axis=2)
        over /= m[part, None]
        times = counts[part][:, items].astype(float)
        off = sums[:, None, items] - mean[:, part, None] * sizes[items]
        mixed[:, part] = (times * over * off).sum(axis=2) / total[part]
        one = (times * over).sum(axis=2)  # (M, b)
        rooted = np.swapaxes(over * np.sqrt(times), 0, 1)  # (b, M, items)
        joint = rooted @ np.swapaxes(rooted, 1, 2)  # (b, M, M)
        tails[:, :, part] = np.moveaxis(joint, 0, 2) - one[:, None] * one / sizes.size
    often = counts.astype(float)
    square = (often @ (sums**2).T).T - 2 * mean * (often @ (sums * sizes).T).T
    means = (square + mean**2 * (often @ sizes**2)) / total**2
    return Spreads(tails, mixed, means)


def within(x: Floats, level: float, clusters: Codes | None = None) -> Spreads:
    """The covariances within the sample x (M, n) itself: b = 1.

    >>> round(float(within(np.arange(1.0, 11.0)[None], 0.8).tails[0, 0, 0]) ** 0.5, 4)
    1.0124
    """
    n = x.shape[1]
    codes = np.arange(n) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    once = np.ones((1, int(codes.max()) + 1), dtype=np.int64)
    edge = np.array([[var(row, level)] for row in x])
    m = mass(np.array([float(n)]), level)
    return spreads(once, x, np.arange(n), codes, edge, x.mean(axis=1, keepdims=True), m)
