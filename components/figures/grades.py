"""The grade card: a letter a model and hazard, the darker the worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from components.figures.frame import axis, blank, count, figure, plain
from components.figures.palette import CLEAR, FAINT, MUTED, SEVERITY, TAIL, shade
from risk.measure import Measure

LETTERS = {1: "P", 2: "F", 3: "G", 4: "VG", 5: "E"}
TILES = [[(n + end) / 6, FAINT if not n else SEVERITY[5 - n]] for n in range(6) for end in (0, 1)]
"""A tile's color by its grade, 1 to 5, and none for 0: the darker the worse."""


def grades(
    card: Mapping[str, Mapping[str, Measure]], titles: Mapping[str, str], *, why: str = ""
) -> go.Figure:
    """The grade card: a row a model, a column a hazard ("" is overall, first), a letter a tile.

    The darker the worse; a dash where no grade is defined. Customdata is ["grade", model, hazard].
    """
    columns = sorted({key for row in card.values() for key in row})
    if not columns:
        return blank(why or "No grade: no answer has a verdict.")
    every = [m for row in card.values() for m in row.values()]
    if not any(m.known for m in every):
        return blank(f"No grade: {every[0].why}.")
    models = sorted(card, key=lambda name: (-_value(card[name].get("")), name))
    cells = [(x, y, card[m][k], m, k) for y, m in enumerate(models)
             for x, k in enumerate(columns) if k in card[m]]  # fmt: skip
    names = [plain(titles.get(key, key), 22) if key else "<b>overall</b>" for key in columns]
    fig = figure(max(190, 34 * len(models) + 150))
    fig.add_heatmap(
        x=[c[0] for c in cells], y=[c[1] for c in cells],
        z=[round(c[2].value) if c[2].known else 0 for c in cells], zmin=-0.5, zmax=5.5,
        colorscale=TILES, showscale=False, xgap=3, ygap=3, hoverinfo="skip",
    )  # fmt: skip
    fig.add_scatter(  # what can be clicked lies over the tiles
        x=[c[0] for c in cells], y=[c[1] for c in cells], mode="markers+text",
        marker={"symbol": "square", "size": 28, "color": CLEAR, "line": {"width": 0}},
        text=[LETTERS.get(round(_value(c[2])), "—") for c in cells],
        textfont={"size": 13, "color": [_ink(c[2]) for c in cells]},
        customdata=[["grade", c[3], c[4]] for c in cells],
        hovertext=[
            f"<b>{plain(c[3])} · {plain(titles.get(c[4], c[4]) or 'overall')}</b><br>"
            f"{plain(_words(c[2]), 120)}<br>n {count(c[2].n)}, left out {count(c[2].lost)}"
            for c in cells
        ],
        hoverinfo="text",
        selected={"marker": {"color": shade(TAIL, 0.5)}}, unselected={"marker": {"color": CLEAR}},
    )  # fmt: skip
    common: dict[str, Any] = {"grid": False, "fixedrange": True, "tickmode": "array"}
    fig.add_vline(x=0.5, line={"color": FAINT, "width": 1})
    fig.update_layout(
        margin={"r": 72},  # the last names lean over the edge
        xaxis=axis(**common, tickvals=list(range(len(columns))), ticktext=names, side="top",
                   ticklabeloverflow="allow",
                   tickangle=-40, range=[-0.6, max(len(columns) - 0.4, 8)]),
        yaxis=axis(**common, tickvals=list(range(len(models))),
                   ticktext=[plain(m, 24) for m in models], range=[len(models) - 0.4, -0.6]),
    )  # fmt: skip
    return fig


def _value(m: Measure | None) -> float:
    return m.value if m is not None and m.known else 0.0


def _ink(m: Measure) -> str:
    """What reads on the tile: white on the two darkest, near-black elsewhere."""
    return MUTED if not m.known else "#ffffff" if m.value <= 2 else "#20262c"


def _words(m: Measure) -> str:
    if not m.known:
        return f"— ({m.why})"
    low, high = (LETTERS[round(end)] for end in (m.low, m.high))
    return m.why + ("" if low == high else f"; the interval runs from {low} to {high}")
