"""Distributional correctness: what the probabilities of the options are worth, right or wrong."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats
from risk.options import Options

NEAR = 1e-3
"""How far from 1 the three masses may add and still be made to."""


class Masses(NamedTuple):
    """Where the probability went, (N,) each: on the right option, on wrong ones, on not knowing."""

    correct: Floats
    wrong: Floats
    unsure: Floats


def masses(p: ArrayLike, of: Options) -> Masses:
    """The three masses of probabilities p (N, K); NaN where a row cannot be scored.

    Several "I don't know" options are added up; without one the mass is 0.

    >>> from risk.options import options
    >>> o = options([{"A": 0.0, "B": 0.0, "E": 0.0}], ["A"], [("E",)])
    >>> [float(mass[0]) for mass in masses([[0.5, 0.2, 0.3]], o)]
    [0.5, 0.2, 0.3]
    """
    told = np.asarray(p, dtype=float)
    known = of.asked & ~np.isnan(told).all(axis=1)
    blank = np.where(known, 0.0, np.nan)

    def mass(which: NDArray[np.bool_]) -> Floats:
        return np.asarray(np.where(which, np.nan_to_num(told), 0.0).sum(axis=1) + blank)

    return Masses(mass(of.gold), mass(~of.gold & ~of.idk), mass(of.idk))


def dcs(found: Masses, l_c: float = 1.0, l_w: float = 1.0) -> Floats:
    """Distributional correctness score (l_c p_c - l_w p_w)(1 - p_idk), (N,), up good.

    In [-l_w, l_c]; 0 stands for full abstention. Either loading may be the larger. Masses that add
    to 1 within 1e-3 are made to; a row further off is NaN. ValueError for a loading below 0 or both
    0.
    Source: arXiv 2510.04302 (its formula; its public code loses the mass on "I don't know").

    >>> row = Masses(np.array([0.5]), np.array([0.2]), np.array([0.3]))
    >>> [round(float(dcs(row, 1, l_w)[0]), 4) for l_w in (1, 2, 3)]
    [0.21, 0.07, -0.07]
    """
    _check(l_c, l_w)
    whole = found.correct + found.wrong + found.unsure
    whole = np.where(np.abs(whole - 1) <= NEAR, whole, np.nan)
    c, w, k = (mass / whole for mass in found)
    return np.asarray((l_c * c - l_w * w) * (1 - k))


def contrast(found: Masses, l_c: float = 1.0, l_w: float = 1.0) -> Floats:
    """l_c p_c - l_w p_w, (N,): what the author's public code returns; not the score of the paper.

    >>> row = Masses(np.array([0.40]), np.array([0.21]), np.array([0.39]))
    >>> round(float(contrast(row)[0]), 4), round(float(dcs(row)[0]), 4)
    (0.19, 0.1159)
    """
    _check(l_c, l_w)
    return np.asarray(l_c * found.correct - l_w * found.wrong)


class Top(NamedTuple):
    """The most probable option of each row, (N,): its probability, and what it is.

    `right` and `unsure` are 1 or 0, NaN where the row cannot be scored; `tied` says that another
    option is just as probable: the first of them counts.
    """

    p: Floats
    right: Floats
    unsure: Floats
    tied: NDArray[np.bool_]


def top(p: ArrayLike, of: Options) -> Top:
    """The most probable option of each row of p (N, K); of equal ones the first.

    >>> from risk.options import options
    >>> o = options([{"A": 0.0, "B": 0.0}], ["B"])
    >>> found = top([[0.5, 0.5]], o)
    >>> float(found.p[0]), float(found.right[0]), bool(found.tied[0])
    (0.5, 0.0, True)
    """
    told = np.where(np.isnan(np.asarray(p, dtype=float)), -1.0, p)
    if told.shape[1] == 0:
        none = np.full(len(told), np.nan)
        return Top(none, none, none, np.zeros(len(told), dtype=bool))
    at = told.argmax(axis=1)
    rows = np.arange(len(told))
    best = told[rows, at]
    known = of.asked & (best >= 0)
    return Top(
        np.where(best >= 0, best, np.nan),
        np.where(known, of.gold[rows, at].astype(float), np.nan),
        np.where(known, of.idk[rows, at].astype(float), np.nan),
        np.asarray((told >= best[:, None] - 1e-12).sum(axis=1) > 1) & (best >= 0),
    )


def ternary(found: Top, l_c: float = 1.0, l_w: float = 1.0) -> Floats:
    """l_c where the top option is right, 0 where it says "I don't know", else -l_w (N,), up good.

    Source: after arXiv 2509.04664.

    >>> ternary(Top(*np.array([[0.4, 0.9], [1, 0], [0, 1]]), np.zeros(2, bool))).tolist()
    [1.0, 0.0]
    """
    _check(l_c, l_w)
    return np.asarray(l_c * found.right - l_w * (1 - found.right - found.unsure))


def weighted_accuracy(found: Top) -> Floats:
    """The probability of the top option where it is right, else 0 (N,), in [0, 1], up good."""
    return np.asarray(found.p * found.right)


def threshold(l_c: float = 1.0, l_w: float = 1.0) -> float:
    """The confidence above which a guess is worth more than abstaining: l_w / (l_c + l_w).

    Ours: it follows from the formula of the score (DC-03).

    >>> [round(threshold(*pair), 4) for pair in ((1, 1), (1, 2), (1, 3), (2, 1), (1, 0), (0, 1))]
    [0.5, 0.6667, 0.75, 0.3333, 0.0, 1.0]
    """
    _check(l_c, l_w)
    return l_w / (l_c + l_w)


def hedging_pays(found: Masses, l_c: float = 1.0, l_w: float = 1.0) -> NDArray[np.bool_]:
    """Whether moving a little mass from wrong options to "I don't know" raises the score (N,).

    Always where l_w >= l_c and some mass is wrong; never without wrong mass. Ours (DC-03).

    >>> row = Masses(np.array([0.8]), np.array([0.2]), np.array([0.0]))
    >>> hedging_pays(row, 2, 1).tolist(), hedging_pays(row, 1, 2).tolist()
    ([False], [True])
    """
    _check(l_c, l_w)
    answered = found.correct + found.wrong
    return np.asarray((found.wrong > 0) & ((l_c + l_w) * found.correct < 2 * l_w * answered))


def _check(l_c: float, l_w: float) -> None:
    if not (l_c >= 0 and l_w >= 0 and l_c + l_w > 0):
        raise ValueError(
            f"the loadings are l_c {l_c:g} and l_w {l_w:g}; both must be at least 0, one above it"
        )
