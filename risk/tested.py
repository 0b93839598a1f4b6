"""What conformal sets did on the rows of many splits: coverage, size and the like, by size too."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from risk.interval import Floats
from risk.measure import Measure
from risk.resplit import Room, spread
from risk.sets import Ints


@dataclass(frozen=True, slots=True)
class Counts:
    """Some rows of each of S splits by the size of their set.

    `held`, `covered` and `right` (S, K + 1) count rows, those whose set holds the right option, and
    those whose likeliest option is right; `n` rows a split. `wide` is the number of options of
    every row, NaN where rows differ.
    """

    held: Ints
    covered: Ints
    right: Ints
    n: int
    wide: float

    @property
    def coverage(self) -> Floats:
        """The share of sets that hold the right option, split by split (S,)."""
        return np.asarray(self.covered.sum(axis=1) / self.n)

    @property
    def size(self) -> Floats:
        """The mean size of a set, split by split (S,)."""
        return np.asarray(self.held @ np.arange(self.held.shape[1]) / self.n)

    @property
    def single(self) -> Floats:
        """The share of sets of one option, split by split (S,)."""
        return np.asarray(self.held[:, 1] / self.n)

    @property
    def accuracy(self) -> Floats:
        """The share of rows whose likeliest option is right, split by split (S,)."""
        return np.asarray(self.right.sum(axis=1) / self.n)

    @property
    def uacc(self) -> Floats:
        """Accuracy times sqrt(questions) over the mean size (S,): AB-15; NaN where rows differ."""
        size = self.size
        whole = np.divide(self.accuracy, size, out=np.full(len(size), np.nan), where=size > 0)
        return np.asarray(whole * np.sqrt(self.wide))

    @property
    def set_accuracy(self) -> Floats:
        """1 where the likeliest option is right, else 1 / size where covered (S,): AB-15."""
        sizes = np.maximum(np.arange(self.held.shape[1]), 1)
        credit = self.right + np.maximum(self.covered - self.right, 0) / sizes
        return np.asarray(credit.sum(axis=1) / self.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials(Counts):
    """What the sets did on the evaluated rows of each of S splits, and on those that made them.

    `threshold` (S,); `calibration` of all `rows` made each split and `own` counts them; `lost`
    prompts could not be used. `near` are the least and the largest threshold that so many rows
    leave possible and `ends` counts all rows at these two. No option is stranger than `most`, no
    set smaller than `least`.
    """

    threshold: Floats
    calibration: int
    lost: int
    rows: int
    own: Counts
    ends: Counts
    near: Floats
    most: float
    least: int

    @property
    def trained(self) -> float:
        """The share of all rows that made each split's sets."""
        return self.calibration / self.rows


def counts(kinds: Ints, wide: float) -> tuple[Ints, Ints, Ints, int, float]:
    """What `Counts` are made of, from rows by 4 size + 2 covered + right: (S, 4 (K + 1)).

    >>> held, covered, right, n, _ = counts(np.array([[0, 0, 0, 0, 1, 0, 0, 2]]), 1.0)
    >>> held.tolist(), covered.tolist(), right.tolist(), n
    ([[0, 3]], [[0, 2]], [[0, 2]], 3)
    """
    told = kinds.reshape(len(kinds), -1, 4)
    held, covered, right = told.sum(axis=2), told[:, :, 2:].sum(axis=2), told[:, :, 1::2]
    return held, covered, right.sum(axis=2), int(held[0].sum()), wide


def summary(found: Trials) -> dict[str, Measure]:
    """The measures of AB-15 over the splits: each the mean with its 95 % interval (`resplit`)."""
    few = f"{found.calibration} calibration rows are too few for this alpha: every option is in"
    why = few if np.isinf(found.threshold).any() else ""
    uneven = "rows differ in their number of options" if math.isnan(found.wide) else ""
    options = found.held.shape[1] - 1
    least = min(found.least, options - 1)
    size = Room(found.rows, least, options)
    worth = Room(found.rows * max(float(found.size.mean()), 1), 0, math.sqrt(options))
    rooms = {"set_size": size, "uacc": worth}
    told = {}
    for name in ("coverage", "set_size", "single", "accuracy", "set_accuracy", "uacc"):
        of = "size" if name == "set_size" else name
        told[name] = spread(
            getattr(found, of), getattr(found.own, of), found.trained,
            rooms.get(name, Room(found.rows)), found.n, found.lost,
            "" if name == "accuracy" else why, uneven if name == "uacc" else "",
            getattr(found.ends, of).tolist(),
        )  # fmt: skip
    told["threshold"] = spread(
        found.threshold, found.threshold, found.trained, Room(found.rows, 0, found.most),
        found.calibration, found.lost, why, also=found.near.tolist(),
    )  # fmt: skip
    return told


def by_size(found: Trials) -> dict[int, dict[str, Measure]]:
    """For each size of set that occurs: how many rows, how often it covers, how often it is right.

    Counts are pooled over the splits, so that a split with few such sets weighs little. `n` is the
    mean number of rows a split.
    """
    told: dict[int, dict[str, Measure]] = {}
    own, trained, lost = found.own, found.trained, found.lost
    for size in np.flatnonzero(found.held.sum(axis=0)).tolist():
        held, made = found.held[:, size], own.held[:, size]
        share = spread(
            held / found.n, made / own.n, trained, Room(found.rows), found.n, lost,
            also=(found.ends.held[:, size] / found.rows).tolist(),
        )  # fmt: skip
        told[size] = {"share": share}
        rows, room = round(float(held.mean())), Room(found.rows * share.value)
        for name in ("coverage", "precision"):
            of = "covered" if name == "coverage" else "right"
            one, its = getattr(found, of)[:, size], getattr(own, of)[:, size]
            told[size][name] = spread(
                _pooled(one, held), _pooled(its, made), trained, room, rows, lost
            )
            pooled = float(one.sum() / held.sum())
            told[size][name] = replace(told[size][name], value=pooled)
    return told


def _pooled(of: Ints, among: Ints) -> Floats:
    """What each split (S,) adds to the share pooled over all of them, whose mean is that share.

    Where there are none, nothing varies: the few that were held out then say how far it may lie.
    """
    whole = among.mean()
    if not whole:
        return np.zeros(among.size)
    share = of.sum() / among.sum()
    return np.asarray(share + (of - share * among) / whole)
