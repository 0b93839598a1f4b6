"""The shape of a sample: how skewed it is, how long its tails are, and what that leaves to know."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import Floats


def spread(felt: ArrayLike) -> tuple[float, float]:
    """The standard error of what the items (G,) add up to, and their skewness; 0 if all are alike.

    >>> [round(part, 4) for part in spread([-0.1, 0.0, 0.4])]
    [0.4583, 0.5952]
    """
    pull: Floats = np.asarray(felt, dtype=float)
    items, off = pull.size, pull - pull.mean()
    scale = float(np.abs(off).max())
    if scale == 0:
        return 0.0, 0.0
    unit = off / scale  # so that no square or cube leaves what floats can hold
    squares = unit * unit
    whole = float(squares.sum())
    bend = float((squares * unit).sum()) / items / (whole / items) ** 1.5
    return scale * math.sqrt(whole * items / (items - 1)), bend


def excess(felt: ArrayLike) -> float:
    """Kurtosis beyond the normal law's, without bias: 0 where that has it, 6 for an exponential.

    felt (G,); 0 for fewer than four or all alike. Source: Joanes and Gill (1998), doi
    10.1111/1467-9884.00122.

    >>> round(excess([-1.0, -0.5, 0.5, 1.0]), 4)
    -3.3
    """
    pull: Floats = np.asarray(felt, dtype=float)
    n, off = pull.size, pull - pull.mean()
    scale = float(np.abs(off).max(initial=0.0))
    if n < 4 or scale == 0:
        return 0.0
    squares = (off / scale) ** 2
    long = n * float(squares @ squares) / float(squares.sum()) ** 2 - 3
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * long + 6)


def beyond(felt: ArrayLike, most: float = math.inf) -> float:
    """Kurtosis beyond the normal law's and beyond what the skewness explains: 1.5 times its square.

    That is what gamma laws have, an exponential's 6 too; more where tails are long on both sides.
    felt (G,) as in `excess`; a skewness above `most` explains no more than that.

    >>> round(beyond([-1.0, -0.5, 0.5, 1.0]), 4), beyond([2.0, 2.0])
    (-3.3, 0.0)
    """
    return excess(felt) - 1.5 * min(abs(spread(felt)[1]), most) ** 2


def freedom(felt: ArrayLike) -> float:
    """Degrees of freedom of the standard error that items tell, from how they pull: felt (G,).

    One less than the items where they are normal, fewer the longer their tails are: the variance
    of a variance is its square times 2 / (G - 1) + kurtosis / G, and so many degrees of freedom
    have as much. Source: Satterthwaite (1946), doi 10.2307/3002019.

    >>> freedom([-1.0, -0.5, 0.5, 1.0]), round(freedom([0.0] * 19 + [1.0]), 2)
    (3.0, 1.81)
    """
    n = np.size(felt)
    long = max(excess(felt), 0.0)
    return max(min(2 / (long / n + 2 / (n - 1)), n - 1.0), 1.0) if n > 3 else max(n - 1.0, 1.0)
