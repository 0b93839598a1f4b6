"""Risk against coverage: what goes wrong among the answers a bar of confidence lets through."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from components.figures.frame import axis, blank, count, figure, note, number, percent, plain
from components.figures.palette import MODEL, MUTED, TAIL, shade
from risk.coverage import Curve
from risk.interval import wilson

MOST = 400
"""Points drawn of a curve; of more distinct confidences, evenly spaced ones."""


def risk_coverage(
    found: Curve | None,
    n: int,
    *,
    bar: float = 0.0,
    others: Mapping[str, Curve] | None = None,
    lost: int = 0,
    height: int = 420,
) -> go.Figure:
    """Selective risk over coverage of one run's n answers, a point a distinct confidence.

    The band is Wilson's 95 % interval of the risk among the answers kept at that bar. The dotted
    line is a perfect order of the same answers, the dashed one a random order. `bar` marks where
    answering from that confidence on stands. `others` are other runs' curves, thin and gray. A
    point's customdata is ["from", confidence].
    """
    if found is None or not n:
        return blank("No curve: no answer has both a confidence and a verdict.")
    fig = figure(height)
    for name, other in (others or {}).items():
        fig.add_scatter(
            x=other.coverage, y=other.risk, mode="lines",
            line={"color": shade(MUTED, 0.55), "width": 1, "shape": "linear"},
            hovertext=plain(name), hoverinfo="text",
        )  # fmt: skip
    at = np.unique(np.linspace(0, found.coverage.size - 1, MOST).round().astype(int))
    coverage, risk = found.coverage[at], found.risk[at]
    confidence = found.confidence[at]
    kept = np.rint(coverage * n)
    ends = np.array([wilson(float(r * k), float(k)) for r, k in zip(risk, kept, strict=True)])
    fig.add_scatter(
        x=np.concatenate([coverage, coverage[::-1]]), y=np.concatenate([ends[:, 0], ends[::-1, 1]]),
        fill="toself", fillcolor=shade(MODEL, 0.16), line={"width": 0}, mode="lines",
        hoverinfo="skip",
    )  # fmt: skip
    error = float(found.risk[-1])
    fig.add_scatter(
        x=[0, 1], y=[error, error], mode="lines", hoverinfo="skip",
        line={"color": MUTED, "width": 1, "dash": "dash"},
    )  # fmt: skip
    best = np.linspace(0, 1, 101)
    fig.add_scatter(
        x=best, y=np.maximum(0, best - (1 - error)) / np.maximum(best, 1e-9), mode="lines",
        line={"color": MUTED, "width": 1, "dash": "dot"}, hoverinfo="skip",
    )  # fmt: skip
    fig.add_scatter(
        x=coverage, y=risk, mode="lines+markers", line={"color": MODEL, "width": 1.8},
        marker={"size": 6 if at.size < 60 else 3, "color": MODEL},
        customdata=[["from", float(c)] for c in confidence],
        hovertext=[
            f"<b>answer from {number(float(c))} on</b><br>coverage {percent(float(x))}, risk "
            f"{percent(float(y))}<br>95 % interval {percent(float(a))} to {percent(float(b))}"
            f"<br>n {count(int(k))} of {count(n)} · left out {count(lost)}<br>click to list"
            for c, x, y, (a, b), k in zip(confidence, coverage, risk, ends, kept, strict=True)
        ],
        hoverinfo="text", selected={"marker": {"size": 11}},
        unselected={"marker": {"opacity": 0.6}},
    )  # fmt: skip
    passed = np.flatnonzero(found.confidence >= bar - 1e-12)
    if bar > 0 and passed.size:
        x, y = float(found.coverage[passed[-1]]), float(found.risk[passed[-1]])
        fig.add_vline(x=x, line={"color": TAIL, "width": 1.4})
        fig.add_annotation(
            x=x, y=1, yref="paper", yshift=-2, showarrow=False,
            text=f"bar {number(bar)}: risk {percent(y)}",
            xanchor="right" if x > 0.5 else "left", yanchor="top",
        )  # fmt: skip
    note(fig, "dotted: a perfect order\ndashed: a random one\nband: 95 % at each bar", 0, 1)
    fig.layout.annotations[-1].update(yanchor="bottom")
    top = max(error, float(np.nanmax(risk)), float(np.nanquantile(ends[:, 1], 0.8)))
    fig.update_layout(
        margin={"t": 82},
        xaxis=axis("coverage: share answered", range=[-0.02, 1.03], tickformat=".0%", nticks=6),
        yaxis=axis("risk: share wrong of those", range=[-0.01, min(1.02, top * 1.25 + 0.02)],
                   tickformat=".0%", nticks=6),
    )  # fmt: skip
    return fig
