"""Sums over resampled items for any number of rows: counted out, or from their normal law."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk import tally
from risk.interval import Floats
from risk.measure import Measure
from risk.spread import PLENTY, measured

KINDS = 2_000
"""Kinds of equal rows up to which counting them is quick."""


def resampled(
    features: ArrayLike, of: NDArray[Any] | None = None, draws: int = 1000, seed: int = 0
) -> Floats:
    """The sums (draws, F) of features (N, F) over resampled items; (0, F) for fewer than two.

    As `tally.resampled`; above 2,000 items of more than 2,000 kinds the sums are drawn from the
    normal law with their exact mean and covariance (central limit theorem).

    >>> resampled(np.arange(4.0)[:, None], draws=3).shape
    (3, 1)
    """
    rows = np.asarray(features, dtype=float)
    if of is not None:
        code = np.unique(of, return_inverse=True)[1]
        held = int(code.max(initial=-1)) + 1
        rows = np.stack([np.bincount(code, one, held) for one in rows.T], axis=1)
    n, wide = rows.shape
    if n <= PLENTY or _kinds(rows, seed) <= KINDS:
        return tally.resampled(rows, None, draws, seed)
    center = rows.mean(axis=0)
    off = rows - center
    values, vectors = np.linalg.eigh(off.T @ off / n)
    root = vectors * np.sqrt(np.maximum(values, 0))
    noise = np.random.default_rng(seed).standard_normal((draws, wide))
    return np.asarray(n * center + np.sqrt(n) * noise @ root.T)


def _kinds(rows: Floats, seed: int) -> int:
    """How many different rows there are, by one random projection of each."""
    return int(np.unique(rows @ np.random.default_rng(seed).standard_normal(rows.shape[1])).size)


def measure(
    statistic: Callable[[Floats], Floats],
    features: ArrayLike,
    of: NDArray[Any] | None,
    draws: int,
    seed: int,
    *,
    n: int,
    lost: int = 0,
    why: str = "",
) -> Measure:
    """statistic of the sums (b, F) of features (N, F), (b,), with its 95 % interval over items.

    >>> found = measure(lambda s: s[:, 0] / s[:, 1], [[1, 1], [0, 1]], None, 100, 0, n=2)
    >>> found.value, found.n
    (0.5, 2)
    """
    rows = np.asarray(features, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = float(statistic(rows.sum(axis=0)[None])[0])
        drawn = statistic(resampled(rows, of, draws, seed))
    return measured(value, drawn, n, lost, why)
