"""The answerable-unanswerable matrix: what the model did, by whether it could be answered."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from components.figures.frame import axis, blank, count, figure, note, percent
from components.figures.palette import MODEL, TAIL, shade
from risk.abstain import Matrix
from risk.interval import wilson

GOOD = "#1c8568"
COLUMNS = ("answered right", "answered wrong", "not judged", "abstained")


def matrix(m: Matrix | None, *, height: int = 300) -> go.Figure:
    """Tiles of the matrix: the number of answers and their share of the row, darker the more.

    Green is in place, the tail's color is not, gray awaits a verdict. All answers to unanswerable
    items are one tile. A tile's customdata is ["cell", tp | fp1 | unjudged | fn | fp2 | tn].
    """
    if m is None or not m.answerable + m.unanswerable:
        return blank("No matrix: it takes acts on items known to be answerable or not.")
    tiles = [
        ("tp", 0, 0, m.tp, m.answerable, GOOD), ("fp1", 1, 0, m.fp1, m.answerable, TAIL),
        ("unjudged", 2, 0, m.unjudged, m.answerable, MODEL),
        ("fn", 3, 0, m.fn, m.answerable, TAIL),
        ("fp2", 0, 1, m.fp2, m.unanswerable, TAIL), ("tn", 3, 1, m.tn, m.unanswerable, GOOD),
    ]  # fmt: skip
    if not m.unjudged:  # without such answers there is no column for them
        tiles = [(n, min(x, 2), y, k, w, c) for n, x, y, k, w, c in tiles if n != "unjudged"]
    shown = [name for name in COLUMNS if m.unjudged or name != "not judged"]
    last = len(shown) - 1
    fig = figure(height)
    for name, x, y, k, whole, color in tiles:
        left, right = (-0.48, last - 0.52) if name == "fp2" else (x - 0.48, x + 0.48)
        share = k / whole if whole else 0.0
        fig.add_shape(
            type="rect", x0=left, x1=right, y0=y - 0.46, y1=y + 0.46, line={"width": 0},
            fillcolor=shade(color, 0.10 + 0.5 * share), layer="below",
        )  # fmt: skip
        low, high = (percent(end) for end in wilson(k, whole))
        fig.add_scatter(
            x=[(left + right) / 2], y=[y], mode="markers",
            marker={"size": 46, "opacity": 0.01, "color": color, "symbol": "square"},
            customdata=[["cell", name]],
            hovertext=f"<b>{NAMES[name]}</b><br>{count(k)} of {count(whole)}: {percent(share)}"
            f"<br>95 % interval {low} to {high}<br>left out {count(m.lost)}<br>click to list",
            hoverinfo="text", selected={"marker": {"opacity": 0.2}},
            unselected={"marker": {"opacity": 0.01}},
        )  # fmt: skip
        # an annotation, for the text of a mark fades when another is picked
        fig.add_annotation(
            x=(left + right) / 2, y=y, showarrow=False, font={"size": 14}, captureevents=False,
            text=f"<b>{count(k)}</b><br>{percent(share) if whole else '—'}",
        )  # fmt: skip
    note(fig, f"left out {count(m.lost)}: refused, could not act, or nobody said", 1, 0)
    common: dict[str, Any] = {"grid": False, "fixedrange": True, "tickmode": "array"}
    fig.update_layout(
        xaxis=axis(**common, tickvals=list(range(len(shown))), side="top",
                   ticktext=[name.replace(" ", "<br>") for name in shown], tickangle=0,
                   range=[-0.52, last + 0.52]),
        yaxis=axis(**common, tickvals=[0, 1], range=[1.75, -0.5],
                   ticktext=[f"answerable<br>n {count(m.answerable)}",
                             f"unanswerable<br>n {count(m.unanswerable)}"]),
    )  # fmt: skip
    return fig


NAMES = {
    "tp": "answerable, answered right",
    "fp1": "answerable, answered wrong",
    "unjudged": "answerable, answered, no verdict yet",
    "fn": "answerable, abstained",
    "fp2": "unanswerable, answered",
    "tn": "unanswerable, abstained",
}
"""What each cell says in words."""
