"""Where the tail comes from: its share by dimension, one bar a category, on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from components.figures.frame import DASH, about, axis, blank, drawn, figure, percent, plain, width
from components.figures.palette import MUTED, hues
from risk.measure import Measure

BAR = 26
LINE = 18


def shares(
    dimensions: Sequence[str],
    categories: Sequence[str],
    parts: ArrayLike,
    *,
    totals: Sequence[Measure] | None = None,
    n: int = 0,
    lost: int = 0,
) -> go.Figure:
    """Stacked bars of the tail's share by dimension; the uppermost is the whole tail.

    `parts` (categories, dimensions): each cell's share of the whole tail in [0, 1]; NaN is left
    out of the bar and a row of nothing but NaN shows a dash. Categories stand by falling size.
    `totals` may give each category's whole share with its interval, drawn as a thin line at the
    bar's end. `n` cases make the tail, `lost` were left out. A segment's customdata is
    (category, dimension); in the whole tail's bar the category is None. Raises ValueError where
    shapes disagree.
    """
    cells = np.asarray(parts, dtype=np.float64)
    if not categories or not dimensions or not np.isfinite(cells).any():
        return blank("No shares: the tail holds no case, or no dimension was scored.")
    if cells.shape != (len(categories), len(dimensions)):
        raise ValueError(
            f"parts is {cells.shape}, not (categories, dimensions) "
            f"{(len(categories), len(dimensions))}: give one row a category"
        )
    sums = np.nansum(cells, axis=0)
    whole = sums / sums.sum() if sums.sum() > 0 else sums
    sizes = np.where(np.isfinite(cells).any(axis=1), np.nansum(cells, axis=1), -1.0)
    rows = np.argsort(-sizes, kind="stable")
    columns = np.argsort(-sums, kind="stable")
    most = max([float(sizes.max()), *(t.high for t in totals or () if drawn(t) and t.high <= 1)])
    most = most if most > 0 else 1.0
    head = LINE * ((len(dimensions) + 1) // 2) + 12
    height = (len(categories) + 1) * BAR + head + 74
    plot = height - head - 56
    top = 1 - BAR / plot
    fig = figure(height, barmode="stack", bargap=0.22)
    said = f"n {n} · left out {lost}"
    colors = hues(dimensions)
    for d in columns:
        name, color = dimensions[d], colors[dimensions[d]]
        _bar(fig, [0.0], whole[[d]], [None], name, color, said, "y2")
        whose = [categories[c] for c in rows]
        _bar(fig, np.arange(len(rows)), cells[rows, d], whose, name, color, said, "y")
    if totals is not None:
        _ends(fig, [totals[c] for c in rows], [categories[c] for c in rows])
    values = [percent(float(s)) if s >= 0 else DASH for s in sizes[rows]]
    names = [plain(categories[c], 18) for c in rows]
    left = width([*names, "whole tail"]) + 10
    _key(fig, [dimensions[d] for d in columns], whole[columns], colors, left)
    common: dict[str, Any] = {
        "grid": False,
        "fixedrange": True,
        "tickmode": "array",
        "automargin": False,
    }
    ticks: dict[str, Any] = {"tickvals": list(range(len(rows))), "range": [len(rows) - 0.4, -0.6]}
    named: dict[str, Any] = {"ticktext": names}
    valued: dict[str, Any] = {"ticktext": values, "overlaying": "y", "side": "right", "anchor": "x"}
    low: dict[str, Any] = {"domain": [0, top - 12 / plot]}
    fig.update_layout(
        margin={"t": head, "l": left, "r": width(values) + 14},
        # Numbers that do not fit their segment are hidden; hovering has them all.
        uniformtext={"minsize": 11, "mode": "hide"},
        xaxis=axis(
            "share of the whole tail",
            range=[0, most * 1.04],
            tickformat=".0%",
            nticks=3,
            tickangle=0,
        ),
        xaxis2={"range": [0, 1], "visible": False, "anchor": "y2", "fixedrange": True},
        yaxis=axis(**(common | ticks | named | low)),
        yaxis2=axis(**common, tickvals=[0], ticktext=["whole tail"], domain=[top, 1], anchor="x2"),
        yaxis3=axis(**(common | ticks | valued)),
    )
    # An axis without a trace is not shown, and this one carries the printed totals.
    fig.add_scatter(x=[0], y=[0], yaxis="y3", opacity=0, hoverinfo="skip", mode="markers")
    return fig


def _bar(
    fig: go.Figure,
    y: Sequence[float] | NDArray[np.generic],
    values: NDArray[np.float64],
    categories: Sequence[str | None],
    dimension: str,
    color: str,
    said: str,
    yaxis: str,
) -> None:
    """One dimension's segments; those wide enough carry their number."""
    where = ["whole tail" if c is None else c for c in categories]
    # The theme's background shows between segments: a gap, not an outline, parts them.
    fig.add_bar(
        x=[None if np.isnan(v) else float(v) for v in values],
        y=y,
        orientation="h",
        xaxis="x2" if yaxis == "y2" else "x",
        yaxis=yaxis,
        marker={"color": color, "line": {"width": 0}},
        text=[percent(float(v)) if v > 0 else "" for v in values],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        insidetextfont={"color": "#ffffff", "size": 12},
        customdata=[[c, dimension] for c in categories],
        hovertext=[
            f"<b>{plain(c, 90)} · {plain(dimension)}</b><br>"
            f"{percent(float(v))} of the whole tail<br>{said}"
            for c, v in zip(where, values, strict=True)
        ],
        hoverinfo="text",
    )


def _key(
    fig: go.Figure,
    names: Sequence[str],
    sizes: NDArray[np.float64],
    colors: dict[str, str],
    left: int,
) -> None:
    """Each dimension's swatch, name and share of the whole tail, two a line, above the bars."""
    said = [
        f'<span style="color:{colors[name]}">■</span> {plain(name, 16)} {percent(float(size))}'
        for name, size in zip(names, sizes, strict=True)
    ]
    fig.add_annotation(
        text="<br>".join("    ".join(said[k : k + 2]) for k in range(0, len(said), 2)),
        x=0,
        y=1,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        xshift=-left,
        yshift=4,
        align="left",
        showarrow=False,
        font={"size": 12},
    )


def _ends(fig: go.Figure, totals: Sequence[Measure], names: Sequence[str]) -> None:
    """The 95 % line of each category's whole share."""
    for y, (measure, name) in enumerate(zip(totals, names, strict=True)):
        if drawn(measure):
            fig.add_scatter(
                x=[measure.low, measure.high],
                y=[y, y],
                mode="lines",
                line={"color": MUTED, "width": 1.6},
                hovertext=about(name, measure, percent),
                hoverinfo="text",
            )
