"""What sets with abstentions are worth: an abstention is no covered row and no right answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.interval import Floats
from risk.measure import Measure
from risk.resplit import Room, spread
from risk.sets import Bools, Ints, Questions

Told = dict[str, Floats]
"""Measure -> its number in every split (S,)."""


class Found(NamedTuple):
    """Measures of the rows held out and of the `own` rows that made each split's rule.

    These are a share `trained` of all, `n` were held out; a share of all of them tells as much as
    `rows` do at most. `ends` are the same of all rows under
    the two rules farthest off that so many rows leave possible, where they are known; `rooms` are
    those of measures of a method of its own. `made` (S, n) says which rows were each split's own,
    where they had more than one job.
    """

    tested: Told
    own: Told
    trained: float
    n: int
    rows: int
    ends: Told
    rooms: dict[str, Room]
    made: NDArray[np.bool_] | None = None


def kinds(size: Ints, inside: Bools, right: Bools, abstained: Bools) -> Ints:
    """Each row (N,) as one number, which `judged` reads: how large its set is, whether it holds the
    right option, whether the likeliest is right, and whether the row gives no set.
    """
    return np.asarray(8 * size + 4 * inside + 2 * right + abstained)


def judged(counted: Ints) -> Told:
    """Shares of rows and worth of their sets, from how many rows of each split are of each kind.

    `counted` is (S, 8 (K + 1)) by `kinds`. abstain, single and several add to one. `coverage` is
    over all rows, `coverage_answered`, `set_size`, `accuracy` (of the likeliest option) and
    `set_accuracy` (1 where it is right, else 1 / size where covered) over the answered ones, NaN
    without any. Source: AB-15.

    >>> every = np.ones(2, dtype=bool)
    >>> rows = kinds(np.array([2, 2]), every, every, np.array([False, True]))
    >>> told = judged(np.bincount(rows, minlength=24)[None])
    >>> [float(told[name][0]) for name in ("coverage", "coverage_answered", "abstain")]
    [0.5, 1.0, 0.5]
    """
    cells = counted.reshape(len(counted), -1, 2, 2, 2).astype(float)
    n, told = cells.sum(axis=(1, 2, 3, 4)), cells[..., 0]  # (S, K + 1, inside, right)
    of_size = told.sum(axis=(2, 3))
    answered, sizes = of_size.sum(axis=1), np.arange(of_size.shape[1])
    credit = told[..., 1].sum(axis=(1, 2)) + told[:, :, 1, 0] @ (1 / np.maximum(sizes, 1))
    return {
        "abstain": (n - answered) / n,
        "single": of_size[:, 1] / n,
        "several": (answered - of_size[:, 1]) / n,
        "coverage": told[:, :, 1].sum(axis=(1, 2)) / n,
        "coverage_answered": _of(told[:, :, 1].sum(axis=(1, 2)), answered),
        "set_size": _of(of_size @ sizes, answered),
        "accuracy": _of(told[..., 1].sum(axis=(1, 2)), answered),
        "set_accuracy": _of(credit, answered),
    }


def misses(counted: Ints) -> Told:
    """How often sets miss, and how often such and other rows are abstained from; as `judged`."""
    cells = counted.reshape(len(counted), -1, 2, 2, 2).sum(axis=(1, 3)).astype(float)
    bad, good = cells[:, 0].sum(axis=1), cells[:, 1].sum(axis=1)
    return {
        "should_abstain": bad / (bad + good),
        "tpr": _of(cells[:, 0, 1], bad),
        "fpr": _of(cells[:, 1, 1], good),
    }


def measured(
    found: Found, options: int, lost: int, nothing: Mapping[str, str]
) -> dict[str, Measure]:
    """Every measure over the splits with its interval (`resplit.spread`).

    A share among some of the rows, the answered ones or those that should be, tells as much as so
    many do. `nothing` says why a measure is missing.
    """
    rows = found.rows
    mean = {name: _mean(values) for name, values in found.tested.items()}
    answered = rows * (1 - mean["abstain"])
    bad, right = mean.get("should_abstain", 0.0), np.nan_to_num(mean["accuracy"])
    some = {
        "coverage_answered": answered, "accuracy": answered, "set_accuracy": answered,
        "ece": answered, "tpr": rows * bad, "fpr": rows * (1 - bad),
        # an area over two kinds of rows tells at least what twice their harmonic mean does
        "auroc": 2 * rows * right * (1 - right),
    }  # fmt: skip
    rooms = {name: Room(some.get(name, rows)) for name in found.tested}
    rooms["set_size"] = Room(answered, min(1, options - 1), options)
    rooms |= found.rooms
    return {
        name: spread(
            values, found.own[name], found.trained, rooms[name], found.n, lost,
            nothing=nothing[name], also=found.ends.get(name, np.empty(0)).tolist(), made=found.made,
        )
        for name, values in found.tested.items()
    }  # fmt: skip


def ranking(questions: Questions, size: Ints, abstained: Bools) -> Floats:
    """How unsure a method is of each row (N,), one definition for all methods.

    A larger set is less sure and an abstention least; within a size, 1 - max p (our definition).
    """
    width = questions.p.shape[1]
    return np.asarray(np.where(abstained, width + 1, size) + 1 - questions.top)


def _of(part: Floats, whole: Floats) -> Floats:
    """Part of the whole (S,), NaN of nothing."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))


def _mean(values: Floats) -> float:
    """The mean of the numbers there are; NaN without any."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan
