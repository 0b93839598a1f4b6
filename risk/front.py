"""The front: which runs no other run beats on every axis at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

EDGE = 1e-12


def front(x: ArrayLike) -> NDArray[np.bool_]:
    """Whether each of M runs x (..., M, A), up is better on every axis, is on the Pareto front.

    It is where no other run is at least as good everywhere and better somewhere: equal runs are
    both on it. A run with a missing axis is not, and beats none.

    >>> front([[-0.1, -0.3], [-0.2, -0.1], [-0.2, -0.2]]).tolist()
    [True, True, False]
    """
    a = np.asarray(x, dtype=float)
    one, other = a[..., :, None, :], a[..., None, :, :]  # (..., M, M, A)
    beaten = (other >= one - EDGE).all(axis=-1) & (other > one + EDGE).any(axis=-1)
    return np.asarray(~np.isnan(a).any(axis=-1) & ~beaten.any(axis=-1))
