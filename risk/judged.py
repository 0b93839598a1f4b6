"""What sets with abstentions are worth: an abstention is no covered row and no right answer."""

from __future__ import annotations

import math

import numpy as np

from risk.interval import Floats
from risk.options import counted
from risk.sets import Bools, Ints, Questions


def judged(questions: Questions, sets: Bools, abstained: Bools) -> dict[str, float]:
    """Shares of rows and worth of the sets (N, K); `abstained` (N,) rows give no set.

    abstain, single and several add to one. `coverage` is over all rows, `coverage_answered`,
    `set_size`, `accuracy` (of the likeliest option) and `set_accuracy` (1 where it is right, else
    1 / size where covered) over the answered ones, NaN without any. Source: AB-15.

    >>> found = Questions(np.array([[0.6, 0.4], [0.5, 0.5]]), np.array([0, 0]), ("a", "b"),
    ...                 (("A", "B"),) * 2)
    >>> told = judged(found, np.ones((2, 2), dtype=bool), np.array([False, True]))
    >>> told["coverage"], told["coverage_answered"], told["abstain"]
    (0.5, 1.0, 0.5)
    """
    size = counted(sets)
    inside = sets[np.arange(len(questions)), questions.gold]
    answered = ~abstained
    credit = np.where(questions.right, 1.0, inside / np.maximum(size, 1))
    return {
        "abstain": _mean(abstained),
        "single": _mean(answered & (size == 1)),
        "several": _mean(answered & (size != 1)),
        "coverage": _mean(answered & inside),
        "coverage_answered": _mean(inside[answered]),
        "set_size": _mean(size[answered]),
        "accuracy": _mean(questions.right[answered]),
        "set_accuracy": _mean(credit[answered]),
    }


def ranking(questions: Questions, sets: Bools, abstained: Bools) -> Floats:
    """How unsure a method is of each row (N,), one definition for all methods.

    A larger set is less sure and an abstention least; within a size, 1 - max p (our definition).
    """
    width = sets.shape[1]
    size: Ints = np.where(abstained, width + 1, counted(sets))
    return np.asarray(size + 1 - questions.top)


def _mean(values: Bools | Ints | Floats) -> float:
    """The mean; NaN of nothing."""
    return float(np.mean(values)) if len(values) else math.nan
