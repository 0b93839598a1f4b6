"""Raters: how far one person agrees with the others, and which items people contest most."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import Codes, Floats
from risk.measure import Measure
from risk.rated import apart, measured, ratio
from risk.ratings import kept_groups, listed, pairs


def with_others(
    ratings: ArrayLike, person: int, draws: int = 0, seed: int = 0, of: Codes | None = None
) -> Measure:
    """Share of one person's pairings with another's label of the same item that agree.

    ratings is (items, people), NaN where a person gave no label; items the person or everybody else
    left out are lost. `of` (items,) codes what several items are of, which then count together.
    High by chance on skew, like any share of agreement. Ours.

    >>> with_others([[1, 1, 2], [1, 1, np.nan], [np.nan, 2, 2]], 0).value
    0.6666666666666666
    """
    rows: Floats = np.asarray(ratings, dtype=float)
    own = rows[:, [person]]
    others = np.delete(rows, person, axis=1)
    pairs = (~np.isnan(others) & ~np.isnan(own)).sum(axis=1)
    alike = (others == own).sum(axis=1)
    used = pairs > 0
    told = np.stack([alike[used], pairs[used]], axis=1)
    both = np.concatenate([told, extra := apart(told)]).astype(float)

    def statistic(times: Floats) -> Floats:
        agree, all_pairs = (times @ both).T
        return ratio(agree, all_pairs)

    n = int(used.sum())
    return measured(
        statistic, n, len(rows) - n, draws, seed, "no item has another person's label",
        least=0.0, unseen=len(extra), of=kept_groups(of, used),
    )  # fmt: skip


def contested(ratings: ArrayLike) -> Floats:
    """How far people disagree on each item: the share of pairs of its labels that differ, (items,).

    NaN where fewer than two labeled. 0 is unanimous; two labels that differ give 1.

    >>> contested([[1, 1, 1], [1, 2, 1], [1, 2, np.nan], [1, np.nan, np.nan]]).round(4).tolist()
    [0.0, 0.6667, 1.0, nan]
    """
    said = listed(ratings)
    apart = np.full(said.items, np.nan)
    alike, every = pairs(said)[0].T
    apart[np.bincount(said.item, minlength=said.items) > 1] = 1 - alike / every
    return apart
