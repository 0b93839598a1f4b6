"""How far a campaign is: cases by what they lack, labels over time, labels by person."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from components.figures.frame import axis, blank, count, figure, percent, plain, width
from components.figures.palette import FAINT, MODEL, MUTED, shade

POINTS = 800
"""Corners of a line at most."""


def cases(complete: int, partly: int, untouched: int) -> go.Figure:
    """One bar of all cases: complete, partly labeled, untouched; each part says its number."""
    total = complete + partly + untouched
    if not total:
        return blank("No case was drawn.", 90)
    fig = figure(92, barmode="stack")
    before = 0
    for name, n, color in (
        ("complete", complete, MODEL),
        ("partly labeled", partly, shade(MODEL, 0.5)),
        ("untouched", untouched, FAINT),
    ):
        hover = f"{name}: {count(n)} of {count(total)} cases ({percent(n / total)})"
        fig.add_bar(
            x=[n], y=[""], orientation="h", marker={"color": color, "line": {"width": 0}},
            hovertext=[hover], hoverinfo="text", width=0.55,
        )  # fmt: skip
        if n / total > 0.12:
            fig.add_annotation(
                text=f"{count(n)} {name}", x=before + n / 2, y=0.98, yref="paper",
                showarrow=False, yanchor="top",
            )  # fmt: skip
        before += n
    fig.update_layout(
        xaxis=axis(range=[0, total], grid=False, nticks=5),
        yaxis={"visible": False, "range": [-0.5, 0.75]},
    )
    return fig


def pace(times: Sequence[str], wanted: int | None, height: int = 260) -> go.Figure:
    """Labels so far over time (ISO 8601, in order), and a thin line at the number wanted."""
    if not times:
        return blank("No label yet: the line begins with the first.", height)
    step = max(len(times) // POINTS, 1)
    rows = sorted({*range(0, len(times), step), len(times) - 1})
    fig = figure(height)
    fig.add_scatter(
        x=[times[row] for row in rows],
        y=[row + 1 for row in rows],
        mode="lines" if len(rows) > 1 else "markers",
        line={"shape": "hv", "color": MODEL, "width": 2},
        hovertext=[f"{count(row + 1)} labels by {times[row][:16]}" for row in rows],
        hoverinfo="text",
    )
    top = len(times)
    if wanted is not None:
        top = max(top, wanted)
        fig.add_hline(y=wanted, line={"color": MUTED, "width": 1.2, "dash": "dot"})
        fig.add_annotation(
            text=f"{count(wanted)} wanted", x=0, xref="paper", y=wanted, showarrow=False,
            xanchor="left", yanchor="bottom", font={"size": 12},
        )  # fmt: skip
    fig.update_layout(
        xaxis=axis("UTC", type="date", grid=False, nticks=5),
        yaxis=axis("labels", range=[0, 1.12 * top], nticks=5),
    )
    return fig


def people(names: Sequence[str], done: Sequence[int], quotas: Sequence[int | None]) -> go.Figure:
    """Labels by person, most first, and a mark at each quota."""
    if not names:
        return blank("Nobody is on it yet.")
    order = sorted(range(len(names)), key=lambda row: (-done[row], names[row]))
    fig = figure(len(names) * 26 + 56)
    shown = [plain(names[row], 24) for row in order]
    told = [
        f"{shown[at]}: {count(done[row])} labels"
        + (f" of {count(quotas[row] or 0)}" if quotas[row] is not None else "")
        for at, row in enumerate(order)
    ]
    fig.add_bar(
        x=[done[row] for row in order], y=list(range(len(order))), orientation="h",
        marker={"color": MODEL, "line": {"width": 0}}, width=0.55, hovertext=told,
        hoverinfo="text", text=[count(done[row]) for row in order], textposition="outside",
        cliponaxis=False,
    )  # fmt: skip
    limits = [(at, quotas[row]) for at, row in enumerate(order) if quotas[row] is not None]
    fig.add_scatter(
        x=[quota for _, quota in limits], y=[at for at, _ in limits], mode="markers",
        marker={"symbol": "line-ns", "size": 18, "line": {"width": 2, "color": MUTED}},
        hovertext=[f"quota {count(quota or 0)}" for _, quota in limits], hoverinfo="text",
    )  # fmt: skip
    most = max([*done, *(quota or 0 for _, quota in limits), 1])
    fig.update_layout(
        xaxis=axis("labels", range=[0, 1.1 * most], nticks=5, grid=False),
        yaxis=axis(
            grid=False, tickmode="array", tickvals=list(range(len(order))), ticktext=shown,
            range=[len(order) - 0.5, -0.5], automargin=False,
        ),
        margin={"l": width(shown) + 12},
    )  # fmt: skip
    return fig


def chances(chance: Sequence[float], frame: int) -> go.Figure:
    """How likely each drawn case was to be drawn, likeliest first; a line at an even draw."""
    if not chance:
        return blank("No case is drawn.")
    told = sorted(chance, reverse=True)
    step = max(len(told) // POINTS, 1)
    rows = list(range(0, len(told), step))
    fig = figure(220)
    fig.add_scatter(
        x=[row + 1 for row in rows],
        y=[told[row] for row in rows],
        mode="lines+markers" if len(rows) < 60 else "lines",
        line={"color": MODEL, "width": 2, "shape": "hv"},
        fill="tozeroy",
        fillcolor=shade(MODEL, 0.15),
        hovertext=[f"place {count(row + 1)}: {told[row]:.4f}" for row in rows],
        hoverinfo="text",
    )
    even = len(told) / frame
    fig.add_hline(y=even, line={"color": MUTED, "width": 1.2, "dash": "dot"})
    fig.add_annotation(
        text="an even draw", x=1, xref="paper", y=even, showarrow=False, xanchor="right",
        yanchor="bottom", font={"size": 12},
    )  # fmt: skip
    fig.update_layout(
        xaxis=axis("drawn cases, likeliest first", grid=False, nticks=6),
        yaxis=axis("probability", range=[0, 1.08 * max(told[0], even)], nticks=5),
    )
    return fig
