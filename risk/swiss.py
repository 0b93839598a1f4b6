"""Swiss rounds: models meet those with an equal score, benchmark by benchmark, and some leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats

AT_ONCE = 20_000
"""Simulations held in memory together."""


def wins(table: ArrayLike, tie: float = 0.5) -> Floats:
    """What i earns against j on benchmark k (..., M, M, K) from a table of scores (..., M, K).

    Up is better. Equal scores (to 1e-9) earn `tie` each, as does a pair of which one is missing.

    >>> found = wins([[0.9, 0.5], [0.4, 0.5]])
    >>> found[:, :, 0].tolist(), float(found[0, 1, 1])
    ([[0.5, 1.0], [0.0, 0.5]], 0.5)
    """
    x = np.asarray(table, dtype=float)
    gap = x[..., :, None, :] - x[..., None, :, :]
    with np.errstate(invalid="ignore"):
        return np.where(gap > 1e-9, 1.0, np.where(gap < -1e-9, 0.0, tie))


def scores(
    won: ArrayLike,
    leave: int | Sequence[int] = 0,
    simulations: int = 5000,
    seed: int = 0,
    shuffle: bool = False,
) -> Floats:
    """Mean score of each model over the simulated contests: (M,), or (B, M) for B tables of wins.

    won (M, M, K) or (B, M, M, K) as of `wins`. In each round the models still in are grouped by
    score and paired at random within their group; one left over in a group earns nothing. Then
    `leave` (one number, or one a round) models drawn from the lowest group leave, the whole group
    at most; those who left keep their score. `shuffle` draws the order of the benchmarks anew in
    each contest. ValueError for fewer than two models, no benchmark, no simulation, or a negative
    `leave`.
    Source: LLM Swiss Round, arXiv 2512.21010.

    >>> chain = np.triu(np.ones((4, 4)), 1)[:, :, None].repeat(2, axis=2)
    >>> scores(chain, simulations=4000).round(1).tolist()
    [2.0, 1.0, 1.0, 0.0]
    """
    w = np.asarray(won, dtype=float)
    tables = w[None] if w.ndim == 3 else w
    several, models, _, rounds = tables.shape
    out = [leave] * rounds if isinstance(leave, int) else list(leave)
    if models < 2 or rounds < 1 or simulations < 1:
        raise ValueError(
            f"{models} models, {rounds} benchmarks, {simulations} simulations; "
            "a contest takes two models, one benchmark and one simulation"
        )
    if len(out) != rounds or min(out) < 0:
        raise ValueError(f"leave is {leave}; give no negative number, one or one for each round")
    rng = np.random.default_rng(seed)
    sums = np.zeros((several, models))
    for number in range(several):
        for begin in range(0, simulations, AT_ONCE):
            size = min(AT_ONCE, simulations - begin)
            sums[number] += _contests(tables[number], out, size, rng, shuffle).sum(axis=0)
    found = sums / simulations
    return found[0] if w.ndim == 3 else found


def _contests(
    won: Floats, leave: list[int], size: int, rng: np.random.Generator, shuffle: bool
) -> Floats:
    """The final scores (size, M) of `size` contests at once."""
    models, rounds = won.shape[0], won.shape[2]
    score = np.zeros((size, models))
    active = np.ones((size, models), dtype=bool)
    each = np.arange(size)[:, None]
    order = np.tile(np.arange(rounds), (size, 1))
    if shuffle:
        order = rng.permuted(order, axis=1)
    for k in range(rounds):
        queue, alike, place = _queue(score, active, rng)
        # the second of a pair stands at an odd place of its group, the first just before it
        second = np.zeros((size, models), dtype=bool)
        second[:, 1:] = alike & (place[:, 1:] % 2 == 1)
        row, at = np.nonzero(second)
        one, two, bench = queue[row, at - 1], queue[row, at], order[row, k]
        score[row, one] += won[one, two, bench]
        score[row, two] += won[two, one, bench]
        if leave[k]:
            queue, alike, place = _queue(score, active, rng)
            lowest = np.concatenate([np.ones((size, 1), bool), alike], axis=1).cumprod(axis=1) > 0
            goes = lowest & (place < leave[k])
            active[each, queue] &= ~goes
    return score


def _queue(
    score: Floats, active: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
    """Models by score, at random within a group, those out last.

    The queue (n, M); whether each but the first is in the group of the one before it (n, M - 1);
    the place of each in its group (n, M).
    """
    key = np.where(active, np.round(score, 6), np.inf)
    queue = np.lexsort((rng.random(score.shape), key), axis=-1)
    ranked = np.take_along_axis(key, queue, axis=1)
    alike = (ranked[:, 1:] == ranked[:, :-1]) & np.isfinite(ranked[:, 1:])
    starts = np.zeros(score.shape, dtype=np.int64)
    starts[:, 1:] = np.where(alike, 0, np.arange(1, score.shape[1]))
    place = np.arange(score.shape[1]) - np.maximum.accumulate(starts, axis=1)
    return queue, alike, place
