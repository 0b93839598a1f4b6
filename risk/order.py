"""Average ranks: equals share the mean of the places they take."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def ranks(x: ArrayLike) -> NDArray[np.float64]:
    """The rank of each value of x (n,), 1 the smallest; equal values share their mean. No NaN.

    >>> ranks([0.3, 0.1, 0.3, 0.9]).tolist()
    [2.5, 1.0, 2.5, 4.0]
    """
    _, of, times = np.unique(np.asarray(x), return_inverse=True, return_counts=True)
    return np.asarray((times.cumsum() - (times - 1) / 2)[of], dtype=float)
