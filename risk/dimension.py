"""What each dimension adds to the joint tail: Euler shares with intervals over items."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from risk import special
from risk.bootstrap import LARGE, Codes, reach, tops
from risk.bounded import FEW, LEAST
from risk.deep import DEEP
from risk.interval import CELLS, NORMAL, Floats, holding, percentiles, resamples
from risk.measure import Measure, missing
from risk.tail import shares
from risk.worst import TIE, cvar, mass, var

NEAR = 2000


def share_profile(
    parts: ArrayLike,
    total: ArrayLike,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
) -> list[Measure]:
    """`tail.shares` (D) of parts (N, D) and total (N,), with 95 % bootstrap intervals over items.

    Rows without a total are lost; a tail of fewer than five prompts has no interval, one of few a
    wider one than its percentiles, which held 85 to 90 of 100 where 5 or 10 prompts make the tail.
    `clusters` (N,) codes the item of each row (TR-10, TR-13). A tail of more than 2,500 rows has
    the normal interval of the shares' first-order expansion.

    >>> b, f = np.array([2, 0.2, 1.5, 0.3, 0]), np.array([0.5, 1.8, 0.5, 0.2, 0.1])
    >>> found = share_profile(np.stack([b, f], axis=1), b + f, 0.6)
    >>> [round(m.value, 4) for m in found], found[0].n
    ([0.6333, 0.3667], 5)
    """
    joint: Floats = np.asarray(total, dtype=float)
    known = ~np.isnan(joint)
    joint, split = joint[known], np.asarray(parts, dtype=float)[known]
    n, lost = joint.size, known.size - joint.size
    point = shares(split, joint, level)
    if np.isnan(point).any():
        why = "the tail is 0 everywhere" if n else "no answer has every dimension"
        return [missing(why, n=n, lost=lost)] * split.shape[1]
    rows = np.arange(n) if clusters is None else np.asarray(clusters)[known]
    codes = np.unique(rows, return_inverse=True)[1]
    items = int(codes.max()) + 1
    few = f"{FEW}: no interval of it would hold" if mass(items, level) < LEAST else ""
    if clusters is None and mass(n, level) > DEEP / 2:
        return [
            Measure(float(v), float(v - half), float(v + half), n=n, lost=lost)
            for v, half in zip(point, _halves(split, joint, level, point), strict=True)
        ]
    if few:
        return [Measure(float(value), n=n, lost=lost, why=few) for value in point]
    many = _replicates(split, joint, codes, level, draws, seed)
    farther = _farther(float(mass(items, level)))
    least, most = (0.0, 1.0) if (split >= 0).all() else (-math.inf, math.inf)
    return [
        Measure(
            v, max(v - farther * (v - low), least), min(v + farther * (high - v), most), n, lost
        )
        for v, column in zip(point.tolist(), many.T, strict=True)
        for low, high in [holding(v, *percentiles(column))]
    ]


def _farther(prompts: float) -> float:
    """How much farther than percentiles an interval reaches that so many prompts of a tail make.

    Student's law with one degree less in place of the normal one, and the variance of few.

    >>> round(_farther(5.0), 2), round(_farther(100.0), 2)
    (1.58, 1.02)
    """
    wide = float(special.stdtrit(prompts - 1, 0.975)) / NORMAL
    return max(wide, 1.0) * math.sqrt(prompts / (prompts - 1))


def _halves(parts: Floats, total: Floats, level: float, point: Floats) -> Floats:
    """Half the width (D,) of the normal interval of shares whose tail has thousands of rows.

    To first order a row pulls a dimension's part of the tail by what it exceeds that dimension's
    mean among the rows at VaR; those are the 2,000 rows nearest to it.
    """
    n, m = total.size, float(mass(total.size, level))
    edge = var(total, level)
    nearest = np.argpartition(np.abs(total - edge), NEAR)[:NEAR]
    over = total > edge + TIE
    excess = parts[over] - parts[nearest].mean(axis=0)  # (K, D)
    felt = excess - point * excess.sum(axis=1, keepdims=True)
    one, two = felt.sum(axis=0), (felt**2).sum(axis=0)
    error = np.sqrt(np.maximum(two - one * one / n, 0)) / (m * cvar(total, level))
    return np.asarray(float(special.ndtri(0.975)) * error)


def _replicates(
    parts: Floats,
    total: Floats,
    codes: Codes,
    level: float,
    draws: int,
    seed: int,
    keep: int | None = None,
) -> Floats:
    """Replicates (draws, D) of the shares, from the counts of the `keep` largest totals.

    All rows equal to the last one kept are kept too, so that ties share the atom every time.
    Should one replicate not fill its tail from them, all are drawn again from every row.
    """
    n, sizes = total.size, np.bincount(codes)
    order = np.argsort(-total, kind="stable")
    keep = min(keep or reach(float(mass(n, level)), int(sizes.max())), n)
    order = order[: int((total >= total[order[keep - 1]] - TIE).sum())]
    first = np.diff(total[order], prepend=np.inf) < -TIE  # (kept,) the first row of each value
    group, edges = np.cumsum(first) - 1, np.flatnonzero(first)
    blocks = []
    for drawn, rows in _drawn(codes, order, draws, seed, sizes):
        tied = np.add.reduceat(drawn, edges, axis=1)  # (b, values)
        m = mass(rows, level)[:, None]
        filled = np.cumsum(tied, axis=1)
        if (filled[:, -1:] < m).any():
            return _replicates(parts, total, codes, level, draws, seed, keep=n)
        taken = np.diff(np.minimum(filled, m), axis=1, prepend=0)
        part = np.divide(taken, tied, out=np.zeros(taken.shape), where=tied > 0)
        w = drawn * part[:, group]  # (b, kept) tail weight of each row
        whole = w @ total[order]
        whole[whole == 0] = math.nan
        blocks.append(w @ parts[order] / whole[:, None])
    return np.concatenate(blocks)


def _drawn(
    codes: Codes, order: Codes, draws: int, seed: int, sizes: Codes
) -> Iterator[tuple[Codes, Codes]]:
    """Blocks of how often each row of `order` is drawn (b, kept), and the replicate's rows."""
    n = codes.size
    if sizes.size == n > LARGE:
        for counts, _ in tops(n, order.size, draws, np.random.default_rng(seed)):
            yield counts, np.full(len(counts), n)
        return
    for counts in resamples(sizes.size, draws, seed, max(1, CELLS // n)):
        yield counts[:, codes[order]], counts @ sizes
