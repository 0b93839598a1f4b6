"""What sets with abstentions are worth: an abstention is no covered row and no right answer."""

from __future__ import annotations

import math

import numpy as np

from risk.interval import Floats
from risk.sets import Bools, Ints, Questions


def judged(size: Ints, inside: Bools, right: Bools, abstained: Bools) -> dict[str, float]:
    """Shares of rows and worth of their sets: how large each is, whether it holds the right option,
    whether the likeliest is right (N,); `abstained` (N,) rows give no set.

    abstain, single and several add to one. `coverage` is over all rows, `coverage_answered`,
    `set_size`, `accuracy` (of the likeliest option) and `set_accuracy` (1 where it is right, else
    1 / size where covered) over the answered ones, NaN without any. Source: AB-15.

    >>> every = np.ones(2, dtype=bool)
    >>> told = judged(np.array([2, 2]), every, every, np.array([False, True]))
    >>> told["coverage"], told["coverage_answered"], told["abstain"]
    (0.5, 1.0, 0.5)
    """
    answered = ~abstained
    credit = np.where(right, 1.0, inside / np.maximum(size, 1))
    return {
        "abstain": _mean(abstained),
        "single": _mean(answered & (size == 1)),
        "several": _mean(answered & (size != 1)),
        "coverage": _mean(answered & inside),
        "coverage_answered": _mean(inside[answered]),
        "set_size": _mean(size[answered]),
        "accuracy": _mean(right[answered]),
        "set_accuracy": _mean(credit[answered]),
    }


def ranking(questions: Questions, size: Ints, abstained: Bools) -> Floats:
    """How unsure a method is of each row (N,), one definition for all methods.

    A larger set is less sure and an abstention least; within a size, 1 - max p (our definition).
    """
    width = questions.p.shape[1]
    return np.asarray(np.where(abstained, width + 1, size) + 1 - questions.top)


def _mean(values: Bools | Ints | Floats) -> float:
    """The mean; NaN of nothing."""
    return float(np.mean(values)) if len(values) else math.nan
