"""The figure of every lens: dots with interval lines, one row a (model, group), on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import plotly.graph_objects as go

from components.figures.frame import (
    DASH,
    Show,
    about,
    axis,
    blank,
    drawn,
    figure,
    number,
    percent,
    plain,
    width,
)
from components.figures.palette import FAINT, MODEL, MUTED
from components.figures.span import span as span
from risk.measure import Measure

Mark = Literal["judge", "human", "combined"]
Order = Literal["falling", "rising", "given"]
SYMBOLS: dict[Mark, dict[str, Any]] = {
    "judge": {"symbol": "circle-open", "size": 9, "line": {"width": 1.8}},
    "human": {"symbol": "circle", "size": 9},
    "combined": {"symbol": "circle", "size": 7},
}
RING = {"symbol": "circle-open", "size": 13, "line": {"width": 1.4}}
STEP = 24


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a dots figure: a name, its measure, and the group it stands under.

    `key` comes back as the point's customdata on a click (the name where it is None). `mark` says
    whose number it is: a judge's is hollow, people's solid, a combined estimate has a ring.
    """

    name: str
    measure: Measure
    group: str = ""
    key: str | int | None = None
    color: str = MODEL
    mark: Mark = "human"


def dots(
    rows: Sequence[Row],
    *,
    unit: str = "",
    show: Show = number,
    order: Order = "falling",
    zero: bool = True,
    reference: float | None = None,
    empty: str = "Nothing to draw: no measure for this selection.",
) -> go.Figure:
    """Rows of dots with 95 % lines, values at the right, grouped where there are groups.

    `unit` is the axis title, `show` writes values, `zero` keeps 0 on the axis, `reference` draws a
    thin upright line (solid at 0, for differences; else dotted). Rows are sorted inside their
    group, missing ones last: they show a dash with the reason on hover, as does a value that has
    no interval.
    """
    if not rows:
        return blank(empty)
    placed, heads = _place(rows, order)
    low, high = span([row.measure for row in rows], zero=zero, also=reference)
    lines = len(rows) + len(heads)
    names = [plain(row.name, 30) for _, row in placed]
    values = [_value(row.measure, show) for _, row in placed]
    fig = figure(lines * STEP + 64)
    if reference is not None:
        dash = "solid" if reference == 0 else "dot"
        fig.add_vline(x=reference, line={"color": MUTED, "width": 1.2, "dash": dash})
    for color, mark in dict.fromkeys((row.color, row.mark) for row in rows):
        some = [(y, row) for y, row in placed if (row.color, row.mark) == (color, mark)]
        _marks(fig, some, SYMBOLS[mark] | {"color": color}, (low, high), show)
        if mark == "combined":
            held = [(y, row.measure.value) for y, row in some if drawn(row.measure)]
            _rings(fig, held, color)
    _dashes(fig, [(y, row) for y, row in placed if not drawn(row.measure)], low, show)
    for y, name in heads:
        _head(fig, y, name)
    fig.update_layout(
        xaxis=axis(
            plain(unit, 90), range=[low, high], nticks=4 if show is percent else 6, tickangle=0,
            tickformat=".2~%" if show is percent else None,
        ),
        yaxis=_names(placed, lines, names),
        yaxis2=_names(placed, lines, values, overlaying="y", side="right"),
        margin={"l": width(names) + 18, "r": width(values) + 18},
    )  # fmt: skip
    return fig


def _place(rows: Sequence[Row], order: Order) -> tuple[list[tuple[float, Row]], list[Any]]:
    """Each row's height from the top (0, 1, ...), and the headings between groups."""
    groups = list(dict.fromkeys(row.group for row in rows))
    placed: list[tuple[float, Row]] = []
    heads: list[tuple[float, str]] = []
    at = 0.0
    for group in groups:
        if len(groups) > 1 and group:
            heads.append((at, group))
            at += 1
        for row in _sorted([row for row in rows if row.group == group], order):
            placed.append((at, row))
            at += 1
    return placed, heads


def _sorted(rows: list[Row], order: Order) -> list[Row]:
    """Rows by value, those without one last, equals by name."""
    if order == "given":
        return rows
    turn = -1.0 if order == "falling" else 1.0

    def rank(row: Row) -> tuple[bool, float, str]:
        known = row.measure.known
        return not known, turn * row.measure.value if known else 0.0, row.name

    return sorted(rows, key=rank)


def _marks(
    fig: go.Figure,
    some: list[tuple[float, Row]],
    marker: dict[str, Any],
    limits: tuple[float, float],
    show: Show,
) -> None:
    """Interval lines below, dots above, for rows that share color and mark."""
    some = [(y, row) for y, row in some if drawn(row.measure)]
    x: list[float | None] = []
    y: list[float | None] = []
    for at, row in some:
        # An open end runs to the edge of the axis rather than vanishing.
        x += [max(row.measure.low, limits[0]), min(row.measure.high, limits[1]), None]
        y += [at, at, None]
    line = {"color": marker["color"], "width": 1.6}
    fig.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")
    beyond = [at for at, row in some if row.measure.high > limits[1]]
    if beyond:
        arrow = {"color": marker["color"], "symbol": "triangle-right", "size": 8}
        edge = [limits[1]] * len(beyond)
        fig.add_scatter(x=edge, y=beyond, mode="markers", marker=arrow, hoverinfo="skip")
    fig.add_scatter(
        x=[row.measure.value for _, row in some],
        y=[at for at, _ in some],
        mode="markers",
        marker=marker,
        customdata=[[row.name if row.key is None else row.key, row.group] for _, row in some],
        hovertext=[about(title(row), row.measure, show) for _, row in some],
        hoverinfo="text",
        cliponaxis=False,
    )


def _rings(fig: go.Figure, points: list[tuple[float, float]], color: str) -> None:
    """The ring around a combined estimate's dot."""
    marker = RING | {"color": color}
    x, y = [value for _, value in points], [at for at, _ in points]
    fig.add_scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="skip")


def _dashes(fig: go.Figure, some: list[tuple[float, Row]], low: float, show: Show) -> None:
    """A dash at the left edge where there is no point, with the reason on hover."""
    fig.add_scatter(
        x=[low] * len(some),
        y=[at for at, _ in some],
        mode="text",
        text=[DASH] * len(some),
        textposition="middle right",
        hovertext=[about(title(row), row.measure, show) for _, row in some],
        hoverinfo="text",
        yaxis="y2",
    )


def title(row: Row) -> str:
    """A row's name with its group, as hovering shows it.

    >>> title(Row("mean", Measure(1.0), group="bias"))
    'mean · bias'
    """
    return f"{row.name} · {row.group}" if row.group else row.name


def _head(fig: go.Figure, y: float, name: str) -> None:
    """A group's heading, on its own line above its rows."""
    fig.add_hline(y=y + 0.42, line={"color": FAINT, "width": 1})
    fig.add_annotation(
        text=f"<b>{plain(name)}</b>",
        x=0,
        y=y,
        xref="paper",
        showarrow=False,
        xanchor="left",
        yanchor="middle",
    )


def _names(
    placed: list[tuple[float, Row]], lines: int, texts: list[str], **side: Any
) -> dict[str, Any]:
    """An axis of names at the left or of values at the right, one a row, the first on top."""
    return axis(
        grid=False,
        tickmode="array",
        tickvals=[y for y, _ in placed],
        ticktext=texts,
        range=[lines - 0.4, -0.6],
        fixedrange=True,
        automargin=False,
        ticklabelstandoff=6,  # a dot at the end of the axis stands clear of the words
        **side,
    )


def _value(measure: Measure, show: Show) -> str:
    """The printed value; one without an interval stands in parentheses."""
    text = show(measure.value)
    return plain(text if drawn(measure) or not measure.known else f"({text})")
