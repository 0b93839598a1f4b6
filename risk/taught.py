"""What a learned threshold gives on average over samples of as many rows: how far it may lie."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.control import Procedure, p_values, valid
from risk.interval import Codes, Floats, percentiles
from risk.measure import Measure
from risk.sets import TINY

Ends = tuple[float, float]
LAWS, SAMPLES = 200, 20
"""Laws the rows may stand for, and samples drawn of each to learn a threshold from."""
MOST = 1_000
"""Kinds of items resampled at most; of more, random groups of items take their place."""


class Asked(NamedTuple):
    """How a threshold is learned: see `control.control`."""

    thresholds: Floats
    limit: float
    delta: float
    procedure: Procedure = "holm"


class Averages(NamedTuple):
    """The 95 % intervals of the share accepted, and of the share of errors among what is."""

    accepted: Ends
    wrong: Ends


def averages(
    u: Floats, wrong: Floats, asked: Asked, share: float, items: Codes | None = None, seed: int = 0
) -> Averages:
    """What a threshold learned from a `share` of as many rows accepts on average, and how wrongly.

    `u` (N,) is the uncertainty of each row, none above the last threshold, `wrong` (N,) is 0 or 1
    and `items` (N,) codes the item of a row. A threshold jumps (to nothing, where none is valid),
    so what it gives is no sum of what rows give, and no jackknife tells how it varies. Here the
    laws that the rows leave possible are drawn: between items lie masses that are together a point
    drawn evenly from the simplex, an item nobody saw among them (as in `limits.limits`). It is
    wrong, or right, and the surest of all, so that no error seen is not taken for no error. Under
    each law thresholds are learned from samples, which gives the mean under that law: the interval
    is what 95 % of the laws give. NaN ends where a number is not there under any law. Source: the
    bootstrap of a bagged rule, Efron (2014), doi 10.1080/01621459.2013.823775, by two levels
    instead of his delta method, for which a rule must vary smoothly; the rest is ours.

    >>> asked = Asked(np.array([0.1, 0.3, 0.5, 0.7]), 0.2, 0.1)
    >>> u, wrong = np.repeat([0.05, 0.65], 100), np.repeat([0.0, 1.0], [100, 100])
    >>> found = averages(u, wrong, asked, 0.5)
    >>> [round(end, 1) for end in found.accepted], found.wrong[1] < 0.1
    ([0.4, 0.6], True)
    """
    rng = np.random.default_rng(seed)
    shapes, times, size = _kinds(u, wrong, asked.thresholds, items, rng)
    told = np.array([_under(shapes, times, size, asked, share, error, rng) for error in (0, 1)])
    return Averages(*(_ends(told[:, :, k]) for k in (0, 1)))


def reaching(found: Measure, ends: Ends) -> Measure:
    """A share whose interval reaches as far as `ends` too; as it is where it has none.

    >>> reaching(Measure(0.5, 0.4, 0.6, n=90), (0.3, 0.5))
    Measure(value=0.5, low=0.3, high=0.6, n=90, lost=0, why='')
    """
    if math.isnan(found.low):
        return found
    low, high = (float(end) for end in (np.fmin(found.low, ends[0]), np.fmax(found.high, ends[1])))
    return replace(found, low=max(low, 0.0), high=min(high, 1.0))


def _kinds(
    u: Floats, wrong: Floats, thresholds: Floats, items: Codes | None, rng: np.random.Generator
) -> tuple[Floats, Floats, float]:
    """The kinds of items (P, 2 T): rows first accepted at each threshold, right ones, then wrong.

    With how many items (P,) are of each kind, and how many items one stands for.
    """
    wide = thresholds.size
    cell = np.searchsorted(thresholds + TINY, u) + wide * wrong.astype(np.int64)
    if items is None:
        times = np.bincount(cell, minlength=2 * wide).astype(float)
        return np.eye(2 * wide)[times > 0], times[times > 0], 1.0
    item = np.unique(items, return_inverse=True)[1]
    some = int(item.max()) + 1
    whole = _sums(item, cell, some, wide)
    shapes, counted = np.unique(whole, axis=0, return_counts=True)
    if len(shapes) <= MOST:
        return shapes, counted.astype(float), 1.0
    group = rng.permutation(some) % MOST
    return _sums(group[item], cell, MOST, wide), np.ones(MOST), some / MOST


def _sums(item: Codes, cell: NDArray[np.int64], items: int, wide: int) -> Floats:
    counted = np.bincount(item * 2 * wide + cell, minlength=items * 2 * wide)
    return counted.reshape(items, 2 * wide).astype(float)


def _under(
    shapes: Floats, times: Floats, size: float, asked: Asked, share: float, error: int,
    rng: np.random.Generator,
) -> Floats:  # fmt: skip
    """The share accepted and that of errors among it under each law, (LAWS, 2); NaN without any."""
    wide = asked.thresholds.size
    unseen = np.zeros(2 * wide)
    unseen[wide * error] = float(times @ shapes.sum(axis=1) / times.sum()) / size
    kinds = np.vstack([shapes, unseen])
    laws = rng.gamma(np.append(times, 1.0), size=(LAWS, len(kinds)))
    laws /= laws.sum(axis=1, keepdims=True)
    taught = max(round(share * times.sum()), 1)
    drawn = rng.multinomial(taught, laws[:, None], size=(LAWS, SAMPLES))  # (LAWS, SAMPLES, P + 1)
    best = _learned(np.reshape(drawn @ kinds, (-1, 2 * wide)), asked).reshape(LAWS, SAMPLES)
    rows = (laws @ kinds).reshape(LAWS, 2, wide).cumsum(axis=2)  # right and wrong below each
    none = np.zeros((LAWS, 1))
    got = np.concatenate([none, rows.sum(axis=1)], axis=1)  # (LAWS, T + 1), nothing first
    bad = np.concatenate([none, rows[:, 1]], axis=1)
    got, bad = (np.take_along_axis(one, best + 1, axis=1) for one in (got, bad))
    some = got > 0
    errors = np.divide(bad, got, out=np.zeros_like(got), where=some).sum(axis=1)
    count = some.sum(axis=1)
    wrong = np.divide(errors, count, out=np.full(LAWS, np.nan), where=count > 0)
    return np.stack([got.mean(axis=1) / rows[:, :, -1].sum(axis=1), wrong], axis=1)


def _learned(counts: Floats, asked: Asked) -> NDArray[np.int64]:
    """Which threshold each sample's counts (S, 2 T) teach, -1 where none is valid: (S,)."""
    right, wrong = np.split(counts, 2, axis=1)
    wide = asked.thresholds.size
    n, bad = (right + wrong).cumsum(axis=1), wrong.cumsum(axis=1)  # (S, T)
    cells, place = np.unique(n.ravel() + 1j * bad.ravel(), return_inverse=True)  # told apart once
    risk = np.divide(cells.imag, cells.real, out=np.full(cells.size, np.nan), where=cells.real > 0)
    p = p_values(risk, cells.real, asked.limit, binary=True)[place].reshape(-1, wide)
    passed = p <= asked.delta / wide  # by either procedure; where none is, no other is
    left = np.where(passed, 1.0, p) * np.maximum((~passed).sum(axis=1, keepdims=True), 1)
    if asked.procedure == "holm":  # which begins anew with those left, where one of them passes
        for row in np.flatnonzero(passed.any(axis=1) & (left.min(axis=1) <= asked.delta)):
            rest = ~passed[row]
            passed[row, rest] = valid(p[row, rest], asked.delta, asked.procedure)
    last = wide - 1 - passed[:, ::-1].argmax(axis=1)
    return np.where(passed.any(axis=1), last, -1)


def _ends(told: Floats) -> Ends:
    """The ends of two sets of laws (2, LAWS): the farther one at either side."""
    one, other = (percentiles(laws) for laws in told)
    return float(np.fmin(one[0], other[0])), float(np.fmax(one[1], other[1]))
