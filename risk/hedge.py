"""Hedge: weights of a panel of judges that learn from their mistakes, and the regret."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from risk.interval import Floats


class Panel(NamedTuple):
    """The weights (T, N) before each item, the final ones (N,), the expected loss (T,)."""

    weights: Floats
    last: Floats
    loss: Floats


def rate(judges: int, items: int) -> float:
    """The learning rate sqrt(8 ln N / T).

    >>> round(rate(2, 8), 4)
    0.8326
    """
    return math.sqrt(8 * math.log(judges) / items) if judges and items else math.nan


def panel(losses: ArrayLike, eta: float) -> Panel:
    """Hedge over losses (T, N) in 0 to 1; a judge that abstains (NaN) has no loss on that item.

    The expected loss of an item is over the judges that gave a verdict. Freund and Schapire (1997).

    >>> found = panel([[1.0, 0.0]], rate(2, 8))
    >>> found.weights.tolist(), found.last.round(4).tolist()
    ([[0.5, 0.5]], [0.3031, 0.6969])
    """
    # judges stand before items: NumPy adds long rows far faster than many short ones
    told = np.ascontiguousarray(np.asarray(losses, dtype=float).T)  # (N, T)
    known = ~np.isnan(told)
    x = np.where(known, told, 0.0)
    # weights are kept as logs: they depend on the losses so far alone, so all at once
    w = np.zeros((len(x), x.shape[1] + 1))
    np.cumsum(x, axis=1, out=w[:, 1:])
    w *= -eta
    w -= w.max(axis=0)
    np.exp(w, out=w)
    w /= w.sum(axis=0)
    mass = np.einsum("nt,nt->t", w[:, :-1], known)
    with np.errstate(invalid="ignore", divide="ignore"):
        loss = np.einsum("nt,nt->t", w[:, :-1], x) / mass
    return Panel(w[:, :-1].T, w[:, -1], np.where(mass > 0, loss, np.nan))
