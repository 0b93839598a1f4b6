"""The bootstrap of a tail of many thousand rows, at a cost that does not know how many."""

from __future__ import annotations

import math

import numpy as np

from risk.interval import Counts, Floats
from risk.worst import mass

FAR = 2000
"""The largest rows, which are counted one by one."""
DEEP = 5000
"""From this many rows in the tail on, its nearer part enters through its sums."""

Moments = tuple[Floats, Floats]


def deep(
    x: Floats, level: float, draws: int, rng: np.random.Generator, counts: Counts
) -> dict[str, Floats]:
    """Replicates (draws,) of mean, sd, var, cvar and max of one score (n,) with a long tail.

    `counts` (draws, FAR) says how often each of the FAR largest rows is drawn. Where VaR falls is
    exact: the right order statistic of the other draws, uniform over the other rows, is a beta.
    The draws between the far rows and VaR, and those below it, are then uniform over their rows;
    each enters through its sum and sum of squares, drawn from the normal law with their exact mean
    and covariance (central limit theorem over thousands of bounded rows).

    >>> rng = np.random.default_rng(0)
    >>> x, counts = rng.random(300_000), rng.multinomial(2000, np.full(2000, 1 / 2000), 50)
    >>> found = deep(x, 0.9, 50, rng, counts)
    >>> found["cvar"].shape, bool((found["var"] < found["cvar"]).all())
    ((50,), True)
    """
    n, center = x.size, float(x.mean())
    y = np.sort(x)[::-1] - center  # (n,) the worst first
    sums = _prefix(y)
    inside = counts.sum(axis=1)
    elsewhere = n - inside
    rank = n - math.ceil(n * level - 1e-9) + 1  # VaR's place, counted from the top
    left = rank - inside
    reached = rng.beta(left, elsewhere - left + 1) * (n - FAR)
    at = np.minimum(reached.astype(np.int64), n - FAR - 1)
    part, edge = reached - at, at + FAR  # VaR's own row lies partly above it
    far1, far2 = counts @ y[:FAR], counts @ (y[:FAR] ** 2)
    near1, near2 = _drawn(sums, y, (FAR, edge), (None, part), left - 1, rng)
    low1, low2 = _drawn(sums, y, (edge, n), (part, None), elsewhere - left, rng)
    v = y[edge]
    m = float(mass(n, level))
    one = far1 + near1 + v + low1
    two = far2 + near2 + v * v + low2
    return {
        "mean": center + one / n,
        "sd": np.sqrt(np.maximum(two - one * one / n, 0) / (n - 1)),
        "var": center + v,
        "cvar": center + (far1 + near1 + (m - rank + 1) * v) / m,
        "max": center + y[(counts >= 1).argmax(axis=1)],
        "cvar_se": np.full(draws, np.nan),
    }


def _prefix(y: Floats) -> list[Floats]:
    """Cumulated sums of y, y^2, y^3 and y^4, from 0 on: four of (n + 1,)."""
    found, power = [], np.ones(y.size)
    for _ in range(4):
        power = power * y
        found.append(np.concatenate(([0.0], np.cumsum(power))))
    return found


def _drawn(
    sums: list[Floats],
    y: Floats,
    ends: tuple[Floats | int, Floats | int],
    parts: tuple[Floats | None, Floats | None],
    size: Floats,
    rng: np.random.Generator,
) -> Moments:
    """Sum and sum of squares of `size` draws, uniform over the rows from one end to the other.

    Of the row at an end, `parts` belongs to what lies above it.
    """
    first, last = ends
    above, below = parts
    weight = np.asarray(last - first, dtype=float)
    moments = [s[last] - s[first] for s in sums]
    if below is not None:
        weight = weight + below
        moments = [k + below * y[last] ** (p + 1) for p, k in enumerate(moments)]
    if above is not None:
        weight = weight - above
        moments = [k - above * y[first] ** (p + 1) for p, k in enumerate(moments)]
    a, b, c, d = (k / np.maximum(weight, 1e-12) for k in moments)
    spread = np.sqrt(np.maximum(b - a * a, 0))
    safe = np.where(spread > 0, spread, 1)
    slope = np.where(spread > 0, (c - a * b) / safe, 0)
    rest = np.sqrt(np.maximum(d - b * b - slope * slope, 0))
    noise, other = rng.standard_normal((2, spread.size))
    root = np.sqrt(size)
    return size * a + root * spread * noise, size * b + root * (slope * noise + rest * other)
