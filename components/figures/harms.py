"""Harm in pictures: two rates as two axes, flags by strictness, and the grade card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from components.figures.dots import span
from components.figures.frame import (
    axis,
    blank,
    count,
    drawn,
    figure,
    interval,
    note,
    percent,
    plain,
    width,
)
from components.figures.palette import MODEL, MUTED, TAIL, shade
from risk.interval import band
from risk.measure import Measure

SIDES = (("top center", 0, 1), ("bottom center", 0, -1), ("middle right", 1, 0),
         ("middle left", -1, 0), ("top right", 1, 1), ("top left", -1, 1))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """One labeled dot of a plane: two shares with their intervals; `key` comes back on a click."""

    name: str
    x: Measure
    y: Measure
    key: Any = None
    picked: bool = False


def plane(
    points: Sequence[Point], across: str, up: str, *, empty: str, height: int = 420
) -> go.Figure:
    """Two shares against each other, a labeled dot with both 95 % lines for each point.

    Points that lack either number are not drawn; a note counts and names them.
    """
    both = [p for p in points if drawn(p.x) and drawn(p.y)]
    shown = sorted(both, key=lambda p: p.picked)  # the picked one is drawn on top
    if not shown:
        return blank(empty, height)
    x_range, y_range = span([p.x for p in shown], zero=True), span([p.y for p in shown], zero=True)
    fig = figure(height)
    for p in shown:
        color = TAIL if p.picked else MODEL
        _cross(fig, p, shade(color, 0.55 if p.picked else 0.3))
    names = _names(shown)
    sides = _sides(shown, names, x_range, y_range)
    fig.add_scatter(
        x=[p.x.value for p in shown],
        y=[p.y.value for p in shown],
        mode="markers+text",
        marker={"color": [TAIL if p.picked else MODEL for p in shown], "size": 10},
        text=[plain(name, 32) if side else "" for name, side in zip(names, sides, strict=True)],
        textposition=[side or "top center" for side in sides],
        textfont={"size": 12},
        customdata=[[p.key if p.key is not None else p.name] for p in shown],
        hovertext=[
            f"<b>{plain(p.name)}</b><br>{across}: {plain(interval(p.x, percent), 90)}, "
            f"n {count(p.x.n)}<br>{up}: {plain(interval(p.y, percent), 90)}, n {count(p.y.n)}"
            f"<br>left out {count(p.x.lost)} and {count(p.y.lost)}"
            for p in shown
        ],
        hoverinfo="text",
        cliponaxis=False,
        unselected={"marker": {"opacity": 0.5}, "textfont": {"color": None}},
    )
    absent = [p.name for p in points if not (drawn(p.x) and drawn(p.y))]
    if absent:
        note(fig, f"{len(absent)} of {len(points)} not known on both", 1, 1)
    ticks: dict[str, Any] = {"tickformat": ".0%", "nticks": 6}
    fig.update_layout(
        xaxis=axis(plain(across, 90), range=_air(x_range), **ticks),
        yaxis=axis(plain(up, 90), range=_air(y_range), **ticks),
    )
    return fig


def _air(limits: tuple[float, float]) -> list[float]:
    """Room for dots on the zero lines and for names at the end, never beyond what a share is."""
    low, high = limits
    return [low - 0.08 * (high - low), high + 0.06 * (high - low)]


def _cross(fig: go.Figure, p: Point, color: str) -> None:
    fig.add_scatter(
        x=[p.x.low, p.x.high, None, p.x.value, p.x.value],
        y=[p.y.value, p.y.value, None, p.y.low, p.y.high],
        mode="lines", line={"color": color, "width": 1.4}, hoverinfo="skip",
    )  # fmt: skip


def _names(points: Sequence[Point]) -> list[str]:
    """The word beside each dot: of several in one place the last, which is on top, speaks for all.

    >>> one, more = Measure(0.0, 0.0, 0.1), Measure(0.5, 0.4, 0.6)
    >>> _names([Point("a", one, one), Point("b", one, one), Point("c", one, more)])
    ['', 'b and 1 more', 'c']
    """
    at = [(p.x.value, p.y.value) for p in points]
    last = {place: n for n, place in enumerate(at)}
    more = {place: at.count(place) - 1 for place in last}
    return [
        "" if last[place] != n else p.name + (f" and {more[place]} more" if more[place] else "")
        for n, (p, place) in enumerate(zip(points, at, strict=True))
    ]


def _sides(
    points: Sequence[Point],
    names: Sequence[str],
    across: tuple[float, float],
    up: tuple[float, float],
) -> list[str]:
    """Where each name stands so that none covers another or a dot; empty where there is no room."""
    wide, high = (max(end - start, 1e-9) for start, end in (across, up))
    at = [(p.x.value / wide * 100, p.y.value / high * 100) for p in points]
    taken = [(x - 1.5, x + 1.5, y - 2, y + 2) for x, y in at]
    found = []
    for (x, y), name in zip(at, names, strict=True):
        half = width([plain(name, 32)]) / 6.0  # a panel is some 300 pixels wide
        for side, right, over in SIDES if name else ():
            cx, cy = x + right * (half + 3), y + over * 5
            box = (cx - half, cx + half, cy - 3, cy + 3)
            if box[1] < 108 and box[0] > -6 and not any(_over(box, one) for one in taken):
                taken.append(box)
                found.append(side)
                break
        else:
            found.append("")
    return found


def _over(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]


def strictness(
    cuts: NDArray[np.float64],
    share: NDArray[np.float64],
    n: int,
    *,
    at: float,
    fixed: Mapping[str, float],
    others: Mapping[str, NDArray[np.float64]] | None = None,
    height: int = 420,
) -> go.Figure:
    """The share of answers above each cut with its 95 % band, other models as thin gray lines.

    `cuts` (K,) and `at` run from 0 to 100; `fixed` names cuts to mark. A point's customdata is
    ["above", cut].
    """
    if n == 0 or np.isnan(share).all():
        return blank("No harm score: load a judge's scores to see what each strictness flags.")
    fig = figure(height)
    for line in (others or {}).values():
        fig.add_scatter(
            x=cuts, y=line, mode="lines", line={"color": shade(MUTED, 0.45), "width": 1},
            hoverinfo="skip",
        )  # fmt: skip
    low, high = band(np.round(share * n), n)
    fig.add_scatter(
        x=[*cuts, *cuts[::-1]], y=[*high, *low[::-1]], fill="toself", mode="lines",
        fillcolor=shade(TAIL, 0.16), line={"width": 0}, hoverinfo="skip",
    )  # fmt: skip
    fig.add_scatter(
        x=cuts, y=share, mode="lines+markers", marker={"size": 5, "opacity": 0.01},
        line={"color": TAIL, "width": 2}, customdata=[["above", float(c)] for c in cuts],
        hovertext=[
            f"above {c:.0f}: {percent(s)} (95 % interval {percent(a)} to {percent(b)})"
            f"<br>n {count(n)}<br>click to list"
            for c, s, a, b in zip(cuts, share, low, high, strict=True)
        ],
        hoverinfo="text", selected={"marker": {"opacity": 1, "size": 9}},
    )  # fmt: skip
    for name, cut in fixed.items():
        fig.add_vline(x=cut, line={"color": MUTED, "width": 1, "dash": "dot"})
        fig.add_annotation(
            x=cut, y=1, yref="paper", text=plain(name), showarrow=False, xanchor="center",
            yanchor="bottom", font={"size": 12},
        )  # fmt: skip
    fig.add_vline(x=at, line={"color": TAIL, "width": 1.6})
    top = float(np.nanmax([np.nanmax(high), *(np.nanmax(o) for o in (others or {}).values())]))
    fig.update_layout(
        xaxis=axis("harm score above which an answer is flagged (0 to 100)", range=[-1, 101]),
        yaxis=axis("answers flagged", range=[0, 1.06 * top or 1], tickformat=".2~%", nticks=6),
        margin={"t": 28},  # the names of the regimes stand above the plot
    )
    return fig
