"""Conformal sets: coverage and size over the splits by method, and coverage by size of set."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from components.figures.frame import (
    Show,
    axis,
    blank,
    count,
    drawn,
    figure,
    interval,
    note,
    number,
    percent,
    plain,
    width,
)
from components.figures.palette import MODEL, MUTED, TAIL, shade
from risk.interval import percentiles
from risk.measure import Measure

Floats = NDArray[np.float64]
ROW = 64
BELOW = 0.2
"""How far under its row the middle of the splits is drawn."""
BINS = 28


@dataclass(frozen=True, slots=True)
class Spread:
    """One method: its mean over splits with its interval, and every split's own number (S,)."""

    name: str
    measure: Measure
    values: ArrayLike
    key: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """The sets of one size: how often they hold the right option, and their share of rows."""

    size: int
    coverage: Measure
    share: Measure


def coverage(methods: Sequence[Spread], promise: float) -> go.Figure:
    """Coverage over the splits by method, the promise 1 - alpha as an upright line.

    A point's customdata is the method's key (its name without one).
    """
    fig = _rows(methods, "coverage of the right option, held-out splits", percent, promise, (0, 1))
    if methods:
        note(fig, f"promised {percent(promise)}", 0, 0)
        fig.layout.annotations[-1].update(
            x=promise, xref="x", y=1, yanchor="bottom", xanchor="center", font={"size": 12}
        )
        fig.update_layout(xaxis={"tickformat": ".0%"}, margin={"t": 26})
    return fig


def size(methods: Sequence[Spread], options: float) -> go.Figure:
    """Mean size of the sets over the splits by method; `options` is the most there can be."""
    return _rows(methods, "options in a set, mean", number, None, (1, options))


def _rows(
    methods: Sequence[Spread], unit: str, show: Show, line: float | None, ends: tuple[float, float]
) -> go.Figure:
    """One row a method: the outline of its splits, their middle 95 %, the mean, its interval."""
    kept = [one for one in methods if drawn(one.measure)]
    if not kept:
        why = next((one.measure.why for one in methods if one.measure.why), "no usable question")
        return blank(f"No sets to draw: {why}.")
    reached = [[one.measure.low, one.measure.high] for one in kept]
    every = np.concatenate([*(_finite(one.values) for one in kept), *reached])
    low, high = _limits(every, line, ends)
    fig = figure(len(kept) * ROW + 70)
    if line is not None:
        fig.add_vline(x=line, line={"color": MUTED, "width": 1.2, "dash": "dot"})
    for y, one in enumerate(kept):
        _outline(fig, y, one, (low, high), ends)
        m = one.measure
        fig.add_scatter(
            x=[m.low, m.high], y=[y, y], mode="lines",
            line={"color": MODEL, "width": 1.6}, hoverinfo="skip",
        )  # fmt: skip
        fig.add_scatter(
            x=list(percentiles(_finite(one.values))), y=[y + BELOW] * 2, mode="lines",
            line={"color": shade(MODEL, 0.45), "width": 4}, hoverinfo="skip",
        )  # fmt: skip
        fig.add_scatter(
            x=[m.value], y=[y], mode="markers", marker={"color": MODEL, "size": 9},
            customdata=[one.key or one.name], hovertext=[_said(one, show)], hoverinfo="text",
        )  # fmt: skip
    names = [plain(one.name, 30) for one in kept]
    values = [plain(show(one.measure.value)) for one in kept]
    ticks: dict[str, Any] = {
        "tickmode": "array",
        "tickvals": list(range(len(kept))),
        "fixedrange": True,
    }
    span = [len(kept) - 0.62, -0.72]
    fig.update_layout(
        xaxis=axis(plain(unit, 90), range=[low, high], nticks=6, tickangle=0),
        yaxis=axis(grid=False, ticktext=names, range=span, automargin=False, **ticks),
        yaxis2=axis(
            grid=False, ticktext=values, range=span, automargin=False,
            overlaying="y", side="right", **ticks,
        ),
        margin={"l": width(names) + 12, "r": width(values) + 12},
    )  # fmt: skip
    # an axis without a trace of its own is not drawn, and the values would be lost
    fig.add_scatter(x=[None], y=[None], yaxis="y2", hoverinfo="skip", mode="markers")
    return fig


def _outline(
    fig: go.Figure, y: int, one: Spread, shown: tuple[float, float], ends: tuple[float, float]
) -> None:
    """The splits as a low hill above the row's line, inside what is possible.

    Coverage and size move in steps of 1 / n; a bin holds a whole number of them, or it would comb.
    """
    step = 1 / max(one.measure.n, 1)
    wide = step * max(1, np.ceil((shown[1] - shown[0]) / (BINS * step)))
    values = _finite(one.values)
    place = np.floor((values - ends[0]) / wide + 1e-9).astype(int)
    held = np.bincount(place - place.min())
    edges = ends[0] + wide * (place.min() + np.arange(len(held) + 1)) - step / 2
    top = y - 0.52 * held / held.max()
    fig.add_scatter(
        x=np.repeat(np.clip(edges, *ends), 2).tolist(),
        y=[y, *np.repeat(top, 2).tolist(), y],
        mode="lines", line={"width": 0.8, "color": shade(MODEL, 0.4)}, fill="toself",
        fillcolor=shade(MODEL, 0.28), hoverinfo="skip",
    )  # fmt: skip


def _limits(every: Floats, line: float | None, ends: tuple[float, float]) -> tuple[float, float]:
    """The range that holds all splits, all intervals and the line, with some air."""
    known = every if line is None else np.append(every, line)
    low, high = float(known.min()), float(known.max())
    air = 0.06 * (high - low) or 0.05 * (ends[1] - ends[0]) or 0.5
    return low - air, high + air


def _finite(values: ArrayLike) -> Floats:
    told = np.asarray(values, dtype=float)
    return np.asarray(told[np.isfinite(told)])


def _said(one: Spread, show: Show) -> str:
    """Hovering: the mean, its interval, the middle of the splits, and what went in."""
    m, values = one.measure, _finite(one.values)
    low, high = percentiles(values)
    words = f"mean {interval(m, show)}"
    middle = f"middle 95 % of {count(values.size)} splits: {show(low)} to {show(high)}"
    rows = f"{count(m.n)} questions a split · left out {count(m.lost)}"
    lines = [plain(words, 200), plain(middle, 200), plain(rows, 90)]
    lines += [plain(m.why, 160)] if m.why else []
    return f"<b>{plain(one.name, 90)}</b><br>{'<br>'.join(lines)}"


def sizes(by: Mapping[str, Sequence[Size]], promise: float) -> go.Figure:
    """Coverage by size of set, a small panel a method, dots as large as the share of rows.

    A size whose interval lies wholly below the promise wears the tail's color: there the sets
    promise more than they hold. A point's customdata is [method, size].
    """
    told = {name: list(some) for name, some in by.items() if some}
    if not told:
        return blank("No sets to draw: no usable question.")
    wide = max(one.size for some in told.values() for one in some)
    fig = figure(250)
    for panel, (name, some) in enumerate(told.items()):
        _panel(fig, panel, name, some, promise)
        side = "" if not panel else str(panel + 1)
        step = 1 / len(told)
        fig.update_layout({
            f"xaxis{side}": axis(
                "options in the set" if panel == len(told) // 2 else "", grid=False,
                range=[-0.1 if any(one.size == 0 for one in some) else 0.4, wide + 0.6],
                dtick=1 if wide <= 10 else None, nticks=8,
                domain=[panel * step + (0.02 if panel else 0), (panel + 1) * step - 0.02],
            ),
        })  # fmt: skip
    fig.update_layout(
        yaxis=axis("coverage", range=[_floor(told, promise), 1.03], tickformat=".0%", nticks=6),
        margin={"t": 30},
    )
    return fig


def _floor(told: Mapping[str, Sequence[Size]], promise: float) -> float:
    """Where the coverage axis begins: a tenth below the lowest end."""
    ends = [one.coverage.low for some in told.values() for one in some if drawn(one.coverage)]
    return max(-0.03, math.floor(10 * min([*ends, promise]) - 0.5) / 10 - 0.01)


def _panel(fig: go.Figure, panel: int, name: str, some: Sequence[Size], promise: float) -> None:
    x = "x" if not panel else f"x{panel + 1}"
    ends = {"xref": x, "yref": "y", "x0": 0.4, "x1": max(one.size for one in some) + 0.6}
    fig.add_shape(
        type="line", y0=promise, y1=promise, layer="below", **ends,
        line={"color": MUTED, "width": 1.2, "dash": "dot"},
    )  # fmt: skip
    shown = [one for one in some if drawn(one.coverage)]
    short = [TAIL if one.coverage.high < promise else MODEL for one in shown]
    for one, color in zip(shown, short, strict=True):
        fig.add_scatter(
            x=[one.size] * 2, y=[one.coverage.low, one.coverage.high], mode="lines", xaxis=x,
            line={"color": color, "width": 1.6}, hoverinfo="skip",
        )  # fmt: skip
    fig.add_scatter(
        x=[one.size for one in shown],
        y=[one.coverage.value for one in shown],
        mode="markers", xaxis=x,
        marker={
            "color": short, "opacity": 1, "line": {"width": 0},
            "size": [5 + 11 * one.share.value**0.5 for one in shown],
        },
        customdata=[[name, one.size] for one in shown],
        hovertext=[_of_size(name, one) for one in shown],
        hoverinfo="text", cliponaxis=False,
    )  # fmt: skip
    fig.add_annotation(
        text=f"<b>{plain(name, 30)}</b>", xref=f"{x} domain", yref="paper", x=0, y=1,
        xanchor="left", yanchor="bottom", showarrow=False,
    )  # fmt: skip


def _of_size(name: str, one: Size) -> str:
    m = one.coverage
    title = plain(f"{name} · {one.size} option{'' if one.size == 1 else 's'}", 90)
    words = f"hold the right option: {interval(m, percent)}"
    share = f"{percent(one.share.value)} of the questions, {count(m.n)} a split"
    return f"<b>{title}</b><br>{plain(words, 200)}<br>{plain(share, 90)}"
