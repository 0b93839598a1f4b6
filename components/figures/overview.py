"""All models at once: mean against CVaR, and the ranked rows below it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from components.figures.dots import Row, dots, span
from components.figures.frame import (
    Show,
    about,
    axis,
    blank,
    count,
    drawn,
    figure,
    note,
    number,
    plain,
    width,
)
from components.figures.palette import MODEL, MUTED, TAIL, shade
from risk.measure import Measure

Box = tuple[float, float, float, float]
HEIGHT, WIDTH = 480, 390
"""Pixels of the figure, and of its plot where two panels stand beside each other."""
LINE = 16.0
NEAR = 14.0
"""Pixels from another dot within which a name could be taken for that dot's."""


def scatter(
    models: Sequence[str],
    means: Sequence[Measure],
    cvars: Sequence[Measure],
    *,
    keys: Sequence[str | int] | None = None,
    unit: str = "log-risk, nats",
    tail: str = "CVaR at 95\u2009%",
    show: Show = number,
) -> go.Figure:
    """Mean (across) against CVaR (up), one labeled dot a model with both 95 % lines.

    The three lists run together; `keys` (run ids) come back as customdata, names without them.
    The light line is CVaR in proportion to the mean at the models' median ratio: along it both
    rank alike. A model whose CVaR interval lies wholly above it wears the tail's color. Models
    without an interval on either number are not drawn; a note counts and names them.
    """
    rows = list(zip(models, means, cvars, keys or models, strict=True))
    if not rows:
        return blank("No models to compare yet.")
    shown = [row for row in rows if drawn(row[1]) and drawn(row[2])]
    absent = [row[0] for row in rows if not (drawn(row[1]) and drawn(row[2]))]
    if not shown:
        return blank("No model has both a mean and a CVaR with intervals.")
    x, y = [row[1] for row in shown], [row[2] for row in shown]
    across, up = _range(x), _range(y)
    # Room at the right, so that the last dots' names stay inside.
    across = (across[0], across[1] + 0.1 * (across[1] - across[0]))
    slope = _slope(x, y)
    fig = figure(HEIGHT)
    _same_order(fig, slope, across, up)
    colors = [
        TAIL if slope and c.low > slope * m.value else MODEL for m, c in zip(x, y, strict=True)
    ]
    for mean, cvar, color in zip(x, y, colors, strict=True):
        _cross(fig, mean, cvar, color, across, up)
    fig.add_scatter(
        x=[m.value for m in x],
        y=[c.value for c in y],
        mode="markers",
        marker={"color": colors, "size": 10},
        customdata=[row[3] for row in shown],
        hovertext=[_words(name, m, c, show) for name, m, c, _ in shown],
        hoverinfo="text",
        unselected={"marker": {"opacity": 0.6}},
    )
    _labels(fig, [row[0] for row in shown], x, y, across, up)
    if absent:
        note(fig, f"— {count(len(absent))} without interval: {', '.join(absent)}", 1, 0)
    if slope > 0:
        above = "\nwarm: the whole CVaR interval lies above it" if TAIL in colors else ""
        note(fig, f"dotted: same order, CVaR = {number(slope)} × mean (median){above}", 0, 1)
    fig.update_layout(
        margin={"r": 40},
        xaxis=axis(plain(f"mean ({unit})", 90), range=list(across), nticks=8),
        yaxis=axis(plain(f"{tail} ({unit})", 90), range=list(up), nticks=8),
    )
    return fig


def ranked(rows: Sequence[Row], *, unit: str = "", show: Show = number) -> go.Figure:
    """Ranked rows, one a model on one scale, the highest first; customdata is (key, group)."""
    return dots(rows, unit=unit, show=show, empty="No models to rank yet.")


def _range(measures: Sequence[Measure]) -> tuple[float, float]:
    """Zero is kept unless it would push the models into the far half of the axis."""
    low, high = span(measures)
    ends = span(measures, zero=True)
    return ends if low <= 0.5 * high else (low, high)


def _slope(x: Sequence[Measure], y: Sequence[Measure]) -> float:
    """The median of CVaR over mean; 0 where it takes no sense (fewer than three models)."""
    ratios = [c.value / m.value for m, c in zip(x, y, strict=True) if m.value > 0]
    return float(np.median(ratios)) if len(ratios) >= 3 else 0.0


def _same_order(
    fig: go.Figure, slope: float, across: tuple[float, float], up: tuple[float, float]
) -> None:
    """The light line along which mean and tail rank alike."""
    if slope <= 0:
        return
    start = max(across[0], up[0] / slope)
    end = min(across[1], up[1] / slope)
    if end <= start:
        return
    fig.add_scatter(
        x=[start, end],
        y=[slope * start, slope * end],
        mode="lines",
        line={"color": shade(MUTED, 0.55), "width": 1.2, "dash": "dot"},
        hoverinfo="skip",
    )


def _cross(
    fig: go.Figure,
    mean: Measure,
    cvar: Measure,
    color: str,
    across: tuple[float, float],
    up: tuple[float, float],
) -> None:
    left, right = np.clip([mean.low, mean.high], *across).tolist()
    below, above = np.clip([cvar.low, cvar.high], *up).tolist()
    fig.add_scatter(
        x=[left, right, None, mean.value, mean.value],
        y=[cvar.value, cvar.value, None, below, above],
        mode="lines",
        line={"color": shade(color, 0.55), "width": 1.4},
        hoverinfo="skip",
    )


def _words(name: str, mean: Measure, cvar: Measure, show: Show) -> str:
    second = about("CVaR", cvar, show)
    return f"<b>{plain(name, 90)}</b><br>{about('mean', mean, show)}<br>{second}"


def _labels(
    fig: go.Figure,
    names: Sequence[str],
    x: Sequence[Measure],
    y: Sequence[Measure],
    across: tuple[float, float],
    up: tuple[float, float],
) -> None:
    """Names beside their dots, each at the free place nearest to it; a hair line where far."""
    words = [plain(name, 24) for name in names]
    lengths = [width([word]) + 4.0 for word in words]
    sx, sy = WIDTH / (across[1] - across[0]), (HEIGHT - 70) / (up[1] - up[0])
    dots_at = [
        ((m.value - across[0]) * sx, -(c.value - up[0]) * sy) for m, c in zip(x, y, strict=True)
    ]
    for k, (dx, dy) in enumerate(places(dots_at, lengths)):
        far = math.hypot(dx, dy) > 20
        fig.add_annotation(
            text=words[k],
            x=x[k].value,
            y=y[k].value,
            ax=dx,
            ay=dy,
            showarrow=far,
            arrowhead=0,
            arrowwidth=0.8,
            arrowcolor=shade(MUTED, 0.6),
            standoff=6,
            xshift=0 if far else dx,
            yshift=0 if far else -dy,
            xanchor="left" if dx > 0 else "right",
            yanchor="middle",
            borderpad=0,
            font={"size": 12},
        )


def places(
    points: Sequence[tuple[float, float]], lengths: Sequence[float]
) -> list[tuple[float, float]]:
    """Pixel offsets for labels, so that none covers another label or a dot where room allows.

    `points` (x, y) and label `lengths` in pixels, y down. Labels are set right to left of the
    dot, in growing distance; the first free place away from other dots is taken, the least
    covered one otherwise.

    >>> places([(0, 0), (300, 0)], [40, 40])
    [(9.0, -9.0), (9.0, -9.0)]
    """
    tries = [
        (side * (9.0 + out), rise)
        for out in (0.0, 10.0, 22.0, 40.0)
        for rise in (-9.0, 9.0, -24.0, 24.0, -40.0, 40.0, -58.0, 58.0)
        for side in (1.0, -1.0)
    ]
    tries.sort(key=lambda at: abs(at[0]) + abs(at[1]))
    taken: list[Box] = [(px - 6, py - 6, px + 6, py + 6) for px, py in points]
    found: list[tuple[float, float]] = []
    for place, ((px, py), length) in enumerate(zip(points, lengths, strict=True)):
        others = [point for k, point in enumerate(points) if k != place]

        def box(at: tuple[float, float], px: float = px, py: float = py, w: float = length) -> Box:
            left = px + at[0] if at[0] > 0 else px + at[0] - w
            return left, py + at[1] - LINE / 2, left + w, py + at[1] + LINE / 2

        def cost(at: tuple[float, float], others: list[tuple[float, float]] = others) -> float:
            near = sum(max(0.0, NEAR - _gap(box(at), other)) for other in others)
            return 4 * (_cover(box(at), taken) + near) + math.hypot(*at)

        best = min(tries, key=cost)
        found.append(best)
        taken.append(box(best))
    return found


def _gap(box: Box, dot: tuple[float, float]) -> float:
    """How far a dot lies from a label.

    >>> _gap((0, 0, 40, 16), (43, 20)), _gap((0, 0, 40, 16), (20, 8))
    (5.0, 0.0)
    """
    across = max(box[0] - dot[0], 0.0, dot[0] - box[2])
    return math.hypot(across, max(box[1] - dot[1], 0.0, dot[1] - box[3]))


def _cover(box: Box, taken: Sequence[Box]) -> float:
    """The area of a label that others already hold, and what of it leaves the plot."""
    held = sum(
        max(0.0, min(box[2], b[2]) - max(box[0], b[0]))
        * max(0.0, min(box[3], b[3]) - max(box[1], b[1]))
        for b in taken
    )
    return held + LINE * (max(0.0, -box[0]) + max(0.0, box[2] - WIDTH))
