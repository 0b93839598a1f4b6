"""Hedge: weights of a panel of judges that learn from their mistakes, and the regret."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats

CELLS = 4_096
"""Items at a time: few enough that the weights of all judges stay near the processor."""


DEEP = 45.0
"""A weight of exp(-45) times the best one is lost in the rounding of any sum."""


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


def regrets(
    wrong: Floats, eta: float, orders: Iterable[NDArray[np.int64] | None]
) -> Iterator[float]:
    """The regret of Hedge with the items in each of the orders (T,); None: as they are.

    `wrong` (T, N) is 1, 0 or NaN where a judge abstains. Regret is the panel's cumulative expected
    loss less that of the best judge, whose abstentions cost the panel's own loss there.

    >>> [round(one, 4) for one in regrets(np.array([[1.0, 0.0], [1.0, 0.0]]), 0.8326, [None])]
    [0.8031]
    """
    told = np.ascontiguousarray(wrong.T)  # (N, T)
    known = ~np.isnan(told)
    lost = np.where(known, told, 0).astype(np.int8)
    whole, items = known.all(), told.shape[1]
    # the weight of a judge with so many mistakes more than the best one
    behind = np.exp(-eta * np.arange(items + 1))
    for order in orders:
        x = lost if order is None else lost.take(order, axis=1)
        there = None if whole else known if order is None else known.take(order, axis=1)
        so, panel, own = np.zeros((len(x), 1), dtype=np.int32), 0.0, np.zeros(len(x))
        for at in range(0, items, CELLS):
            part = x[:, at : at + CELLS]
            # who is so far behind that a sum of weights would not change, however well they do now
            near = ~whole | (so - so.min() <= DEEP / eta + CELLS)[:, 0]
            first, so = so[near], so + part.sum(axis=1, keepdims=True, dtype=np.int32)
            part = part[near]
            before = first + np.cumsum(part, axis=1, dtype=np.int32) - part
            w = behind[before - before.min(axis=0)]
            mass = w.sum(axis=0)
            if there is not None:
                seen = there[:, at : at + CELLS]
                mass = np.einsum("nt,nt->t", w, seen)
            with np.errstate(invalid="ignore", divide="ignore"):
                loss = np.einsum("nt,nt->t", w, part) / mass
            panel += float(loss.sum())
            own += 0 if there is None else ~seen @ loss
        yield panel - float((so[:, 0] + own).min())
