"""The reliability diagram: what was said against what came, with how often each was said."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from components.figures.frame import axis, blank, count, figure, note, percent
from components.figures.palette import FAINT, MODEL, MUTED, TAIL, shade
from risk.calibration import Reliability


def diagram(found: Reliability, *, lost: int = 0, height: int = 420) -> go.Figure:
    """One point a bin: mean confidence against the share that was right, with its 95 % line.

    The diagonal is perfect calibration; below it the model is surer than it is right. Bars at the
    foot show how many answers each bin has. The line is Wilson's interval of the share. A point's
    and a bar's customdata is ["bin", place in `found`].
    """
    if not found.n.size:
        return blank("No diagram: no answer has both a confidence and a verdict.")
    fig = figure(height, bargap=0)
    whole = int(found.n.sum())
    fig.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": MUTED, "width": 1.2, "dash": "dot"},
        hoverinfo="skip",
    )  # fmt: skip
    said = [
        f"<b>said {percent(float(p))}, right {percent(float(c))}</b><br>"
        f"95 % interval {percent(float(a))} to {percent(float(b))}<br>"
        f"n {count(int(n))} of {count(whole)}<br>click to list"
        for p, c, a, b, n in zip(
            found.said, found.came, found.low, found.high, found.n, strict=True
        )
    ]
    picks = [["bin", place] for place in range(found.n.size)]
    fig.add_bar(
        x=found.said, y=found.n / found.n.max() * 0.16, width=0.028,
        marker={"color": shade(MODEL, 0.35)}, customdata=picks, hovertext=said, hoverinfo="text",
        unselected={"marker": {"opacity": 0.5}},
    )  # fmt: skip
    x: list[float | None] = []
    y: list[float | None] = []
    for p, a, b in zip(found.said.tolist(), found.low.tolist(), found.high.tolist(), strict=True):
        x += [p, p, None]
        y += [a, b, None]
    fig.add_scatter(x=x, y=y, mode="lines", line={"color": MODEL, "width": 1.6}, hoverinfo="skip")
    # hollow where the diagonal lies outside the interval: there the confidence does not hold
    off = (found.low > found.said) | (found.high < found.said)
    fig.add_scatter(
        x=found.said, y=found.came, mode="markers",
        marker={"size": 10, "color": np.where(off, TAIL, MODEL).tolist(),
                "symbol": np.where(off, "diamond", "circle").tolist()},
        customdata=picks, hovertext=said, hoverinfo="text",
        selected={"marker": {"size": 14}}, unselected={"marker": {"opacity": 0.5}},
    )  # fmt: skip
    note(fig, f"n {count(whole)} · left out {count(lost)}\ndiamond: off the diagonal", 0, 1)
    fig.layout.annotations[-1].update(yanchor="bottom")
    fig.update_layout(
        margin={"t": 44},
        xaxis=axis("confidence", range=[-0.02, 1.03], tickformat=".0%", nticks=6),
        yaxis=axis("share right", range=[-0.02, 1.03], tickformat=".0%", nticks=6),
    )
    fig.add_hline(y=0, line={"color": FAINT, "width": 1})
    return fig
