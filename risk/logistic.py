"""Logistic regression with a small ridge, and what it predicts for rows it did not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk import special
from risk.interval import Floats

ROUNDS = 50


def fit(x: ArrayLike, y: ArrayLike, ridge: float = 1.0) -> Floats:
    """Intercept and slopes (1 + D,) for x (N, D) and labels y (N,) in 0 to 1, by Newton's method.

    The ridge is half the sum of squared slopes times `ridge`; the intercept is free. Separable
    labels stay finite because of it. No NaN.

    >>> fit([[0.0], [0.0], [1.0], [1.0]], [0, 1, 0, 1]).round(6).tolist()
    [0.0, 0.0]
    """
    table, target = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    wide = np.column_stack([np.ones(len(table)), table])
    pull = np.full(wide.shape[1], ridge)
    pull[0] = 1e-9
    found = np.zeros(wide.shape[1])
    for _ in range(ROUNDS):
        p = special.expit(wide @ found)
        slope = wide.T @ (p - target) + pull * found
        bend = (wide * (p * (1 - p))[:, None]).T @ wide + np.diag(pull)
        step = np.linalg.solve(bend, slope)
        # a full Newton step can overshoot where labels nearly separate
        found = found - step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    return found


def predict(x: ArrayLike, found: Floats) -> Floats:
    """P(y = 1) of rows x (N, D) by what `fit` found.

    >>> predict([[0.0]], np.array([0.0, 1.0])).tolist()
    [0.5]
    """
    told = np.asarray(x, dtype=float)
    return np.asarray(special.expit(found[0] + told @ found[1:]))


def folds(y: Floats, of: NDArray[np.int64] | None, count: int, seed: int) -> NDArray[np.int64]:
    """The fold (N,) of each row: rows of an item stay together, labels are spread evenly.

    >>> folds(np.array([0.0, 0, 1, 1]), None, 2, 0).tolist() in ([0, 1, 0, 1], [1, 0, 0, 1],
    ...                                                          [0, 1, 1, 0], [1, 0, 1, 0])
    True
    """
    code = np.arange(y.size) if of is None else np.unique(of, return_inverse=True)[1]
    rng = np.random.default_rng(seed)
    label = np.zeros(int(code.max(initial=-1)) + 1)
    np.maximum.at(label, code, y)  # an item is positive where any of its rows is
    place = np.empty(label.size, dtype=np.int64)
    for value in np.unique(label):
        mine = rng.permutation(np.flatnonzero(label == value))
        place[mine] = np.arange(mine.size) % count
    return place[code]


class Part(NamedTuple):
    """One fold: which rows (N,) are its own, their inputs, and inputs and labels of all the others;
    inputs standardized among the others."""

    here: NDArray[np.bool_]
    own: Floats
    rest: Floats
    labels: Floats


def parts(x: Floats, y: Floats, fold: NDArray[np.int64]) -> list[Part]:
    """The folds of rows x (N, D) with labels y (N,) whose other rows are not all of one label."""
    found = []
    for one in np.unique(fold):
        here, rest = fold == one, fold != one
        if y[rest].size == 0 or y[rest].min() == y[rest].max():
            continue
        others = x[rest]
        middle, wide = others.mean(axis=0), others.std(axis=0)
        wide = np.where(wide > 0, wide, 1.0)
        found.append(Part(here, (x[here] - middle) / wide, (others - middle) / wide, y[rest]))
    return found


def unseen(parts: Sequence[Part], ridge: float = 1.0, without: int | None = None) -> Floats:
    """P(y = 1) of each row (N,) by a fit on the other folds, or by one `without` an input.

    Rows of no part are NaN.

    >>> x = np.array([[0.0], [1.0], [0.1], [0.9]])
    >>> p = unseen(parts(x, np.array([0.0, 1, 0, 1]), np.array([0, 0, 1, 1])))
    >>> bool(p[1] > p[0] and p[3] > p[2])
    True
    """
    found = np.full(parts[0].here.size if parts else 0, np.nan)
    for one in parts:
        own, rest = one.own, one.rest
        if without is not None:
            own, rest = (np.delete(table, without, axis=1) for table in (own, rest))
        found[one.here] = predict(own, fit(rest, one.labels, ridge))
    return found
