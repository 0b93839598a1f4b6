"""How unsure a model is of each question, without a look at the right option."""

from __future__ import annotations

import numpy as np

from risk.interval import Floats
from risk.options import counted
from risk.sets import Ints

UNSURE = ("top", "entropy", "margin", "size")
"""Label-free uncertainties: 1 - max p, entropy, 1 - the lead of the first, size of the set."""


def unsure(p: Floats, kind: str, size: Ints | None = None) -> Floats:
    """How unsure each row is (N,), from 0 to 1, never looking at the right option (AB-16).

    `top`: 1 - max p. `entropy`: over ln of the number of questions. `margin`: 1 - the lead of the
    first over the second. `size`: of the set `size` (N,) over the questions. ValueError for another
    name. A row with a single option is sure.

    >>> p = np.array([[0.5, 0.25, 0.25]])
    >>> [round(float(unsure(p, kind)[0]), 4) for kind in ("top", "entropy", "margin")]
    [0.5, 0.9464, 0.75]
    """
    wide = counted(~np.isnan(p))
    shares = np.nan_to_num(p)
    if kind == "top":
        return np.asarray(1 - shares.max(axis=1))
    if kind == "entropy":
        logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
        return np.asarray(-(shares * logs).sum(axis=1) / np.log(np.maximum(wide, 2)))
    if kind == "margin":
        ranked = np.sort(shares, axis=1)[:, ::-1]
        second = ranked[:, 1] if ranked.shape[1] > 1 else 0.0
        return np.asarray(1 - (ranked[:, 0] - second))
    if kind == "size" and size is not None:
        return np.asarray(size / wide)
    raise ValueError(f"the uncertainty is {kind!r}; it can be {', '.join(UNSURE)}")
