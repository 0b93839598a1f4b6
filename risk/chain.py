"""The absorbing chain of a trajectory's states: the chance of violation within some moves."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats, holding
from risk.measure import Measure, missing
from risk.skewed import ends
from risk.spread import ONE
from risk.sums import resampled
from risk.trajectory import Codes, Walks, coded, highest, states, usual

SPAN = (0.025, 0.975)
SOME = 500
"""Items up to which they are left out one by one as well."""
NEVER = "no move starts from this state"
NOWHERE = "no run begins in a state"
UNMARKED = "no step is marked {!r} though {} runs broke the rule, so nothing can be fitted"


def within(p: ArrayLike, moves: int) -> Floats:
    """Chance of being in the last state within 1 to `moves` moves: (..., S, S) to (..., moves, S).

    1 - sum_j (Q^n)_ij of SafetyDrift (arXiv 2603.27148); the last state is made absorbing.

    >>> within([[0.8, 0.15, 0.05], [0, 0.7, 0.3], [0, 0, 1]], 2).round(4).tolist()
    [[0.05, 0.3, 1.0], [0.135, 0.51, 1.0]]
    """
    matrix = np.array(p, dtype=float)
    matrix[..., -1, :] = 0
    matrix[..., -1, -1] = 1
    chance = np.zeros(matrix.shape[:-1])
    chance[..., -1] = 1
    found = []
    for _ in range(moves):
        chance = np.einsum("...ij,...j->...i", matrix, chance)
        found.append(chance)
    return np.stack(found, axis=-2)


def expected(p: ArrayLike) -> Floats:
    """Expected moves to the last state from each (S,), (I - Q)^-1 1; infinite if it may never come.

    >>> expected([[0.8, 0.15, 0.05], [0, 0.7, 0.3], [0, 0, 1]]).round(4).tolist()
    [7.5, 3.3333, 0.0]
    """
    matrix = np.asarray(p, dtype=float)
    size = len(matrix)
    linked = (matrix > 0).astype(float) + np.eye(size)
    paths: Floats = np.linalg.matrix_power(linked, size)
    reach = paths > 0
    # a state is trapped where it can reach one from which the last cannot be reached
    trapped = (reach & ~reach[:, -1]).sum(axis=1) > 0
    inner = np.flatnonzero(~trapped[:-1])
    found = np.append(np.full(size - 1, math.inf), 0.0)
    q = matrix[np.ix_(inner, inner)]
    found[inner] = np.linalg.solve(np.eye(inner.size) - q, np.ones(inner.size))
    return found


@dataclass(frozen=True)
class Chain:
    """A fitted chain over the states `defined` (S,), the last absorbing.

    `code` (N,) is the state of each step (-1: none fits), `moves` (R, S, S) the transitions of each
    run, `start` (S,) counts where runs begin; `lost` pairs of steps lack a state, or are of a run
    that broke the rule at no marked step.
    """

    defined: dict[str, frozenset[str]]
    code: Codes
    moves: Floats
    item: Codes
    start: Floats
    smoothing: float
    monotone: bool
    lost: int

    @property
    def names(self) -> tuple[str, ...]:
        """The states, the absorbing one last."""
        return tuple(self.defined)

    @cached_property
    def counts(self) -> Floats:
        """Transitions of all runs (S, S)."""
        return np.asarray(self.moves.sum(axis=0))

    @cached_property
    def seen(self) -> NDArray[np.bool_]:
        """The states (S,) a move starts from, and the last."""
        found: NDArray[np.bool_] = self.counts.sum(axis=1) > 0
        found[-1] = True
        return found

    @cached_property
    def p(self) -> Floats:
        """The chances of a move (S, S)."""
        return self.chances(self.counts)

    def chances(self, counts: Floats) -> Floats:
        """Smoothed chances (..., S, S) of counts: every reachable state is given `smoothing` more.

        A state never left is taken to stay: nothing is known of what follows it.
        """
        size = len(self.names)
        known = self.counts.sum(axis=0) + self.counts.sum(axis=1) > 0
        known[-1] = True
        open_ = np.broadcast_to(known, (size, size)).astype(float)
        if self.monotone:
            open_ = np.triu(open_)
        left = self.seen.copy()
        left[-1] = False
        weight = counts + self.smoothing * open_ * left[:, None]
        total = weight.sum(axis=-1, keepdims=True)
        held = np.broadcast_to(np.eye(size), weight.shape)
        return np.where(total > 0, weight / np.where(total > 0, total, 1), held)

    def curve(self, moves: int, draws: int = 1000, seed: int = 0) -> list[list[Measure]]:
        """Chance of violation within 1 to `moves` moves: a list a state, then one from the start.

        The interval is over items, whose runs stay together, and about the chance itself: smoothing
        pulls few moves towards even odds, and percentiles of smoothed resamples held the chance of
        12 runs in 0 to 87 of 100. It reaches as far as they do with and without smoothing, and as
        leaving each item out tells without; together they hold it in 92 to 100 (ours). n counts
        the moves from the state.
        """
        told = self._whole(within(self.p, moves), self.start)  # (moves, S + 1)
        lows, highs = self._ends(moves, draws, seed)
        n = [*self.counts.sum(axis=1).astype(int).tolist(), int(self.start.sum())]
        found = []
        for s, count in enumerate(n):
            known = s == len(self.names) or s == len(self.names) - 1 or bool(self.seen[s])
            column = []
            for m in range(moves):
                if not known or math.isnan(told[m, s]):
                    column.append(missing(NEVER if not known else NOWHERE, lost=self.lost))
                    continue
                value = float(told[m, s])
                low, high = holding(value, float(lows[m, s]), float(highs[m, s]))
                why = ONE if math.isnan(low) else ""
                column.append(Measure(value, low, high, count, self.lost, why))
            found.append(column)
        return found

    def _ends(self, moves: int, draws: int, seed: int) -> tuple[Floats, Floats]:
        """The two ends (moves, S + 1) of the intervals of `curve`; NaN where there is one item."""
        size = len(self.names)
        groups = int(self.item.max()) + 1 if self.item.size else 0
        if groups < 2:
            return (np.full((moves, size + 1), math.nan),) * 2
        flat = np.zeros((groups, size * size))
        np.add.at(flat, self.item, self.moves.reshape(len(self.moves), -1))
        counts = np.maximum(resampled(flat, None, draws, seed), 0).reshape(-1, size, size)
        bare = replace(self, smoothing=0.0)
        far = [np.quantile(one._after(counts, moves), SPAN, axis=0) for one in (self, bare)]
        if groups <= SOME:
            whole = bare._after(self.counts, moves)
            pull = whole - bare._after(self.counts - flat.reshape(-1, size, size), moves)
            pull *= (groups - 1) / groups  # (groups, moves, S + 1)
            left = [ends(v, pull[:, m, s]) for (m, s), v in np.ndenumerate(whole)]
            far.append(np.clip(np.reshape(left, (*whole.shape, 2)).transpose(2, 0, 1), 0, 1))
        return np.min([one[0] for one in far], axis=0), np.max([one[1] for one in far], axis=0)

    def _after(self, counts: Floats, moves: int) -> Floats:
        """The chances (..., moves, S + 1) that counts (..., S, S) of moves come to."""
        return self._whole(within(self.chances(counts), moves), self.start)

    @staticmethod
    def _whole(chance: Floats, start: Floats) -> Floats:
        """The chances with one more column: from where the runs begin."""
        total = start.sum()
        mixed = chance @ (start / total) if total else np.full(chance.shape[:-1], np.nan)
        return np.concatenate([chance, mixed[..., None]], axis=-1)

    def only(self, runs: NDArray[np.bool_]) -> Chain:
        """The chain fitted to some of the runs; the states stay as they are."""
        return replace(self, moves=self.moves[runs], item=self.item[runs])


def fit(
    found: Walks,
    spec: str = "",
    violation: str = "violated",
    smoothing: float = 1.0,
    monotone: bool = False,
    horizon: int = 5,
) -> Chain:
    """The chain of the runs: states as `spec` defines them (see `risk.trajectory.states`).

    Without `spec` the states are those that occur, ordered by their chance of violation within
    `horizon` moves. With `monotone` a run stays at the worst state it has reached. ValueError where
    there are fewer than two states, or no step has any of them.
    """
    defined = states(spec) if spec.strip() else usual(found, violation)
    if len(defined) < 2:
        raise ValueError(f"the states are {spec!r}; name two or more, the violation last")
    chain = _fit(found, defined, smoothing, monotone=False)
    if (chain.code < 0).all():
        known = ", ".join(usual(found, violation))
        raise ValueError(f"no step has a state of {', '.join(defined)}; there are {known}")
    if not spec.strip():
        chance = within(chain.p, horizon)[-1]
        inner = sorted(range(len(defined) - 1), key=lambda s: (chance[s], chain.names[s]))
        defined = {n: defined[n] for n in (*(chain.names[s] for s in inner), chain.names[-1])}
    if (found.violated == 1).any() and not (chain.code == len(defined) - 1).any():
        raise ValueError(UNMARKED.format(chain.names[-1], (found.violated == 1).sum()))
    # only now is it known which way a monotone run climbs
    return _fit(found, defined, smoothing, monotone)


def _fit(
    found: Walks, defined: dict[str, frozenset[str]], smoothing: float, monotone: bool
) -> Chain:
    code = coded(found, defined)
    if monotone:
        code = highest(code, found.run)
    size, last = len(defined), len(defined) - 1
    same = np.diff(found.run) == 0
    here, there = code[:-1], code[1:]
    # what follows a violation says nothing of how one comes about
    before = same & (here != last)
    # a run that broke the rule at no known step would pass for one that kept it
    blind = (found.violated == 1) & (np.bincount(found.run, code == last) == 0)
    good = before & (here >= 0) & (there >= 0) & ~blind[found.run[:-1]]
    cell = (found.run[:-1][good] * size + here[good]) * size + there[good]
    moves = np.bincount(cell, minlength=len(found) * size * size).astype(float)
    begins = code[found.first]
    return Chain(
        defined=defined,
        code=code,
        moves=moves.reshape(len(found), size, size),
        item=found.item,
        start=np.bincount(begins[begins >= 0], minlength=size).astype(float),
        smoothing=smoothing,
        monotone=monotone,
        lost=int((before & ~good).sum()),
    )
