"""Swiss rounds: models meet those with an equal score, benchmark by benchmark, and some leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats

Places = NDArray[np.int64]

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
    whole = max(1, AT_ONCE // simulations)  # tables whose contests are held side by side
    for first in range(0, several, whole):
        of = np.arange(first, min(first + whole, several))
        for begin in range(0, simulations, AT_ONCE):
            size = min(AT_ONCE, simulations - begin)
            ended = _contests(tables, of.repeat(size), out, rng, shuffle)
            sums[of] += ended.reshape(of.size, size, models).sum(axis=1)
    found = sums / simulations
    return found[0] if w.ndim == 3 else found


def _contests(
    won: Floats, table: Places, leave: list[int], rng: np.random.Generator, shuffle: bool
) -> Floats:
    """The final scores (size, M) of contests at once, each by the wins of its own `table` (size,)
    among won (B, M, M, K)."""
    size, models, rounds = table.size, won.shape[1], won.shape[3]
    score = np.zeros((size, models))
    active = np.ones((size, models), dtype=bool)
    order = np.tile(np.arange(rounds), (size, 1))
    if shuffle:
        order = rng.permuted(order, axis=1)
    for k in range(rounds):
        queue, second = _pairs(score, active, rng)
        row, at = np.nonzero(second)
        one, two, of, bench = queue[row, at], queue[row, at + 1], table[row], order[row, k]
        score[row, one] += won[of, one, two, bench]
        score[row, two] += won[of, two, one, bench]
        if leave[k]:
            active &= ~_leaving(score, active, min(leave[k], models), rng)
    return score


def _pairs(
    score: Floats, active: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Places, NDArray[np.bool_]]:
    """The models (n, M) by score, at random within a group, those out last; and which of them
    (n, M - 1) meets the next in the queue."""
    key = np.where(active, np.round(score, 6), np.inf)
    # scores are a millionth apart or equal, so less than that puts equals in a random order
    queue = np.argsort(key + rng.random(score.shape) * 5e-7, axis=1)
    ranked = np.take_along_axis(key, queue, axis=1)
    alike = (ranked[:, 1:] == ranked[:, :-1]) & np.isfinite(ranked[:, 1:])
    meets = np.zeros(alike.shape, dtype=bool)
    free = np.ones(len(alike), dtype=bool)  # whether the model at this place has no one yet
    for place in range(alike.shape[1]):
        meets[:, place] = alike[:, place] & free
        free = ~meets[:, place]
    return queue, meets


def _leaving(
    score: Floats, active: NDArray[np.bool_], many: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Which models (n, M) leave: `many` at random of those with the lowest score, or all."""
    key = np.where(active, np.round(score, 6), np.inf)
    lowest = active & (key == key.min(axis=1, keepdims=True))
    drawn = np.where(lowest, rng.random(score.shape), np.inf)
    last = np.partition(drawn, many - 1, axis=1)[:, many - 1 : many]
    return np.asarray(lowest & (drawn <= last))
