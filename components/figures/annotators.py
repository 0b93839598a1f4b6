"""Annotators drawn: what one confuses with what, how they change over time, how fast they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from components.figures.dots import Order, Row, dots
from components.figures.frame import axis, blank, count, figure, percent, plain
from components.figures.palette import MODEL, TAIL, shade
from risk.interval import Floats
from risk.measure import Measure

GOOD = "#1c8568"
CELL = 34


def confusion(counts: Floats, classes: Sequence[str]) -> go.Figure:
    """Rows as settled, columns as said; green on the diagonal, the tail's color off it.

    Each cell shows its count, its shade the share of its row. customdata is [settled, said].
    """
    if not np.nansum(counts):
        return blank("Nothing to compare: no case of this person is settled or labeled by others.")
    whole = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    words = [[count(int(n)) for n in row] for row in counts]
    over = [
        [f"{count(int(n))} of {count(int(all_))}: {percent(n / all_)}" for n in row]
        for row, (all_,) in zip(counts, whole, strict=True)
    ]
    return _tiles(counts / whole, words, over, classes, "settled")


def modeled(shares: Floats, classes: Sequence[str]) -> go.Figure:
    """The same as a model has it: how often each column is said where the row is true."""
    if not np.isfinite(shares).any():
        return blank("No model: it takes cases that several people labeled.")
    filled = np.nan_to_num(np.where(shares < 0.005, 0.0, shares))
    words = [[percent(n) for n in row] for row in filled]
    return _tiles(filled, words, words, classes, "true")


def _tiles(
    shares: Floats,
    words: Sequence[Sequence[str]],
    over: Sequence[Sequence[str]],
    classes: Sequence[str],
    rows: str,
) -> go.Figure:
    """A tile for every share above 0, darker the more."""
    fig = figure(CELL * len(classes) + 110)
    at = [(int(x), int(y)) for y, x in np.argwhere(shares > 0)]
    for x, y in at:
        fig.add_shape(
            type="rect", x0=x - 0.47, x1=x + 0.47, y0=y - 0.45, y1=y + 0.45, line={"width": 0},
            fillcolor=shade(GOOD if x == y else TAIL, 0.10 + 0.5 * shares[y, x]), layer="below",
        )  # fmt: skip
        fig.add_annotation(x=x, y=y, text=words[y][x], showarrow=False, captureevents=False)
    fig.add_scatter(
        x=[x for x, _ in at], y=[y for _, y in at], mode="markers",
        marker={"size": 24, "opacity": 0.01, "symbol": "square", "color": MODEL},
        customdata=[[classes[y], classes[x]] for x, y in at],
        hovertext=[
            f"{rows} {plain(classes[y])}, said {plain(classes[x])}<br>{over[y][x]}" for x, y in at
        ],
        hoverinfo="text",
    )  # fmt: skip
    names = [plain(name.replace("_", " "), 18) for name in classes]
    places, end = list(range(len(classes))), len(classes) - 0.45
    ticks: dict[str, Any] = {
        "grid": False, "fixedrange": True, "tickmode": "array", "ticktext": names,
        "tickvals": places,
    }  # fmt: skip
    fig.update_layout(
        xaxis=axis("said", **ticks, side="top", range=[-0.55, end]),
        yaxis=axis(rows, **ticks, range=[end, -0.55]),
    )
    return fig


def drift(people: Mapping[str, Sequence[Measure]]) -> go.Figure:
    """The share right in each block of a person's labels, the earliest on top, people apart."""
    rows = [
        Row(f"block {n} of {len(blocks)}", m, group=person, key=person)
        for person, blocks in people.items()
        for n, m in enumerate(blocks, 1)
    ]
    return dots(
        rows, unit="share right", show=percent, order="given",
        empty="Drift shows after ten labels of a person that can be compared.",
    )  # fmt: skip


def shares(people: Mapping[str, Measure], unit: str, *, bad: bool = False) -> go.Figure:
    """One share a person; `bad` where more is worse."""
    color = TAIL if bad else MODEL
    rows = [Row(name, m, key=name, color=color) for name, m in people.items()]
    order: Order = "falling" if bad else "rising"
    return dots(rows, unit=unit, show=percent, order=order, empty="Nobody labeled this field.")


def seconds(people: Mapping[str, Measure]) -> go.Figure:
    """The median seconds a case of each person, the fastest first."""
    rows = [Row(name, m, key=name) for name, m in people.items()]
    return dots(rows, unit="median seconds a case", order="rising", empty="No label was timed.")
