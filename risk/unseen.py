"""Rows nobody saw: what a ranking would come to with more of one kind at one of its ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from risk.interval import UNSEEN, Codes, Floats

FEW = 30
"""Rows of the rarer kind from which on resampling tells as much as there is to tell."""
Statistic = Callable[[Floats, Floats, Floats], Floats]
"""Score (N,), truth (N,) and weights (b, N) of the rows -> the statistics of each, (b, S)."""


def far(
    statistic: Statistic, score: Floats, truth: Floats, items: Codes | None = None
) -> Floats | None:
    """How far the rows nobody saw may lead: S statistics with more of each of four kinds, (4, S).

    The kinds are a row of truth 1 and one of 0 at the highest score, and both at the lowest; of
    each there are as many as N items leave room for (Wilson's 3.84: 4 rows, or as many as 4 of the
    `items` (N,) have on average). None where both kinds have FEW rows or more. A few wrong answers
    tell little of where others would stand: percentiles held areas over one to four of them in 50
    to 95 of 100, with this 95 to 100. Ours, as `rated.added` for agreement.

    >>> means = lambda score, truth, weights: weights @ np.stack([score, truth], axis=1) / 6
    >>> far(means, np.array([0.0, 3.0]), np.array([0.0, 1.0])).round(2).tolist()
    [[2.5, 0.83], [2.5, 0.17], [0.5, 0.83], [0.5, 0.17]]
    """
    n = score.size
    each = n / np.unique(items).size if items is not None and n else 1.0
    if n == 0 or min(float(truth.sum()), float((1 - truth).sum())) >= FEW * each:
        return None
    weights = np.concatenate([np.ones((4, n)), np.eye(4) * round(UNSEEN * each)], axis=1)
    scores = np.concatenate([score, np.repeat([score.max(), score.min()], 2)])
    return statistic(scores, np.concatenate([truth, [1.0, 0.0, 1.0, 0.0]]), weights)
