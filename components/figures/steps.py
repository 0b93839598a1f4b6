"""Step lines of a survival curve, and the two bands around one."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from components.figures.palette import MODEL, shade
from risk.band import simultaneous
from risk.interval import band

Floats = NDArray[np.float64]
VERTICES = 600


def steps(x: Floats, y: Floats, start: float) -> tuple[Floats, Floats]:
    """The corners (2n + 1,) of a falling step line from (start, 1); y[i] holds from x[i] on."""
    return np.repeat(np.append(start, x), 2)[1:], np.repeat(np.append(1.0, y), 2)[:-1]


def thin(n: int) -> NDArray[np.int64]:
    """Ranks worth drawing: even on the log scale, so the far end keeps every single case."""
    if n <= VERTICES:
        return np.arange(n)
    left = np.unique(np.geomspace(1, n, VERTICES).round().astype(np.int64))
    return n - left[::-1]


def pointwise(fig: go.Figure, x: Floats, start: float, floor: float) -> None:
    """The pointwise 95 % Wilson band of the share beyond each of the sorted losses x."""
    ranks = thin(x.size)
    below, above = band(x.size - 1 - ranks, x.size)
    at, high = steps(x[ranks], above, start)
    _, low = steps(x[ranks], np.maximum(below, floor), start)
    area(fig, np.append(at, at[::-1]), np.append(high, low[::-1]), shade(MODEL, 0.2))


def whole(fig: go.Figure, x: Floats, start: float, floor: float) -> None:
    """The band that holds the whole curve at once, lighter than the pointwise one inside it."""
    at, low, high = simultaneous(x.size)
    across, up = steps(x[at - 1], np.minimum(high, 1.0), start)
    _, down = steps(x[at - 1], np.maximum(low, floor), start)
    area(fig, np.append(across, across[::-1]), np.append(up, down[::-1]), shade(MODEL, 0.1))


def area(fig: go.Figure, x: Floats, y: Floats, color: str) -> None:
    """A filled shape without an outline."""
    line = {"width": 0}
    fig.add_scatter(
        x=x, y=y, mode="lines", fill="toself", fillcolor=color, line=line, hoverinfo="skip"
    )
