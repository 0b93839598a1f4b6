"""Where the probability went: each answer in the triangle of right, wrong and not knowing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from components.figures.frame import axis, blank, count, figure, note, number, percent
from components.figures.palette import FAINT, MUTED, TAIL, shade

MOST = 2000
"""Answers drawn as points; of more, evenly spaced ones by their score."""
WRONG, RIGHT = TAIL, "#1c8568"


def triangle(
    masses: ArrayLike,
    score: ArrayLike,
    threshold: float,
    *,
    offered: bool = True,
    height: int = 420,
) -> go.Figure:
    """Answers by their masses (N, 3) on right, wrong and "I don't know"; NaN rows are left out.

    Right stands at the lower right, wrong at the lower left, not knowing on top: the horizontal is
    right less wrong, the vertical the mass on not knowing. The line from the top is where the score
    turns: right of it the loadings reward the belief. `threshold` is where it meets the base, as a
    confidence. A point's customdata is ["case", row].
    """
    told, value = np.asarray(masses, dtype=float), np.asarray(score, dtype=float)
    known = np.flatnonzero(~np.isnan(told).any(axis=1) & ~np.isnan(value))
    if not known.size:
        return blank("No belief to draw: the probabilities of the options are not known.")
    lost = len(told) - known.size
    order = known[np.argsort(value[known], kind="stable")]
    if order.size > MOST:
        order = order[np.linspace(0, order.size - 1, MOST).round().astype(int)]
    fig = figure(height)
    fig.add_scatter(
        x=[-1, 1, 0, -1], y=[0, 0, 1, 0], mode="lines",
        line={"color": MUTED, "width": 1.2}, hoverinfo="skip",
    )  # fmt: skip
    base = 2 * threshold - 1
    fig.add_scatter(
        x=[0, base], y=[1, 0], mode="lines",
        line={"color": MUTED, "width": 1.2, "dash": "dot"}, hoverinfo="skip",
    )  # fmt: skip
    x, y = told[:, 0] - told[:, 1], told[:, 2]
    for word, color, some in (
        ("below 0", WRONG, order[value[order] < 0]),
        ("0 or above", RIGHT, order[value[order] >= 0]),
    ):
        fig.add_scatter(
            x=x[some], y=y[some], mode="markers", name=word,
            marker={"color": shade(color, 0.6), "size": 6,
                    "symbol": "circle" if color == RIGHT else "diamond"},
            customdata=[["case", int(i)] for i in some],
            hovertext=[_said(told[i], float(value[i])) for i in some], hoverinfo="text",
            selected={"marker": {"size": 11}}, unselected={"marker": {"opacity": 0.5}},
        )  # fmt: skip
    corners = (
        (-1, 0, "wrong", "left", "top"), (1, 0, "right", "right", "top"),
        (0, 1, "I don't know", "center", "bottom"),
    )  # fmt: skip
    for left, up, word, side, end in corners:
        fig.add_annotation(
            x=left, y=up, text=word, xanchor=side, yanchor=end, showarrow=False, yshift=0
        )
    fig.add_annotation(
        x=base, y=0, text=f"guess above {percent(threshold)}", showarrow=False, yanchor="top",
        font={"size": 12}, yshift=-16,
    )  # fmt: skip
    words = f"n {count(known.size)} · left out {count(lost)}"
    drawn = "" if order.size == known.size else f"\n{count(order.size)} of them drawn"
    note(fig, words + drawn + ("" if offered else '\nno "I don\'t know" option offered'), 1, 0)
    fig.update_layout(
        xaxis=axis(range=[-1.08, 1.08], visible=False, fixedrange=True),
        yaxis=axis(range=[-0.4, 1.12], visible=False, fixedrange=True),
    )
    return fig


def _parts(masses: Sequence[float] | NDArray[np.float64]) -> str:
    right, wrong, unsure = (percent(float(mass)) for mass in masses)
    return f"right {right} · wrong {wrong} · I don't know {unsure}"


def _said(masses: NDArray[np.float64], score: float) -> str:
    return f"<b>score {number(score)}</b><br>{_parts(masses)}<br>click to open"


def histogram(
    score: ArrayLike, low: float, high: float, *, bars: int = 20, height: int = 420
) -> go.Figure:
    """How many answers have which score (N,) between `low` and `high`; NaN is left out.

    Bars below 0 stand in the color of the tail. A bar's customdata is ["score", from, to]; the last
    bar holds its upper end.
    """
    value = np.asarray(score, dtype=float)
    known = value[~np.isnan(value)]
    if not known.size:
        return blank("No scores: the probabilities of the options are not known.")
    # an edge at exactly 0 keeps what the loadings punish apart from what they reward
    step = (high - low) / bars
    edges = np.arange(np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9) + 1) * step
    n = np.histogram(known, edges)[0]
    fig = figure(height, bargap=0.06)
    middles = (edges[:-1] + edges[1:]) / 2
    fig.add_bar(
        x=middles, y=n, width=np.diff(edges) * 0.94,
        marker={"color": [shade(WRONG if m < 0 else RIGHT, 0.85) for m in middles]},
        customdata=[["score", a, b] for a, b in pairwise(edges.tolist())],
        hovertext=[
            f"<b>{number(a)} to {number(b)}</b><br>{count(int(k))} of "
            f"{count(known.size)} answers<br>left out {count(value.size - known.size)}"
            "<br>click to list"
            for (a, b), k in zip(pairwise(edges.tolist()), n, strict=True)
        ],
        hoverinfo="text", unselected={"marker": {"opacity": 0.45}},
    )  # fmt: skip
    fig.add_vline(x=0, line={"color": FAINT, "width": 1})
    fig.update_layout(
        xaxis=axis("score of an answer", grid=False, range=[edges[0], edges[-1]], nticks=7),
        yaxis=axis("answers", nticks=5),
    )
    return fig
