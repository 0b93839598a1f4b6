"""Agent runs: the map of risk over steps, the chance ahead, and the time to a violation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from components.figures.frame import (
    about,
    axis,
    blank,
    count,
    figure,
    note,
    percent,
    plain,
    width,
)
from components.figures.palette import FAINT, MODEL, MUTED, SEVERITY, TAIL, shade
from components.figures.steps import area, steps
from risk.measure import Measure
from risk.survive import Curve

Floats = NDArray[np.float64]
NOTHING = "#aeb4bb"
"""A step whose state is not known."""
ROW = 11
"""Pixels of a run on the map, where there is room."""
RAMP = [[0.0, shade(SEVERITY[3], 0.12)], [1.0, shade(SEVERITY[3], 1.0)]]
"""From next to nothing to the full color, so that low risk recedes on light and on dark alike."""


@dataclass(frozen=True, slots=True)
class Line:
    """One run on the map: its name, what a pick of it gives, and its steps.

    `steps` are (number, chance ahead or NaN, what hovering says in plain words); `broke` the step
    of the violation, `cut` whether the run was cut off.
    """

    name: str
    key: tuple[str, int]
    steps: Sequence[tuple[int, float, str]]
    broke: int | None = None
    cut: bool = False


def risk_map(lines: Sequence[Line], *, whole: int, within: str) -> go.Figure:
    """Runs (rows) by steps (columns), darker the greater the chance ahead; violations are warm.

    A square's customdata is ["run", item, sample, step]. `whole` runs there are in all, of which
    `lines` are drawn; `within` says over how many moves the chance is.
    """
    if not lines:
        return blank("No run to draw: none is of this kind.")
    size = max(4.0, min(ROW, 1150 / len(lines)))
    fig = figure(int(size * len(lines)) + 120)
    last = max(n for line in lines for n, *_ in line.steps)
    chance, broke, unknown = np.full((3, len(lines), last + 1), np.nan)
    for y, line in enumerate(lines):
        for n, p, _ in line.steps:
            bad = line.broke is not None and n >= line.broke
            known = not bad and p == p
            (broke if bad else chance if known else unknown)[y, n] = p if known else 0.0
    bar = {
        "title": {"text": plain(within, 60), "side": "top"}, "orientation": "h", "thickness": 8,
        "len": 0.6, "y": 1.0, "yanchor": "bottom", "x": 0.0, "xanchor": "left",
        "tickformat": ".0%", "nticks": 3,
    }  # fmt: skip
    _cells(fig, unknown, [[0, NOTHING], [1, NOTHING]])
    _cells(fig, chance, RAMP, bar if not np.isnan(chance).all() else None)
    _cells(fig, broke, [[0, TAIL], [1, TAIL]])
    _squares(fig, lines, size)
    ends = [(y, line) for y, line in enumerate(lines) if line.cut and line.steps]
    fig.add_scatter(
        x=[line.steps[-1][0] + 1 for _, line in ends], y=[y for y, _ in ends], mode="markers",
        marker={"symbol": "x-thin", "size": min(size, 8), "line": {"width": 1.6, "color": MUTED}},
        hovertext="cut off here: what would have come is not known", hoverinfo="text",
    )  # fmt: skip
    shown = f"{count(len(lines))} of {count(whole)} runs" if len(lines) < whole else "runs"
    names = [plain(line.name, 18) for line in lines]
    room = size >= ROW - 2
    fig.update_layout(
        xaxis=axis("step", grid=False, range=[-0.8, last + 1.8], nticks=14, fixedrange=True),
        yaxis=axis(
            "" if room else f"{shown}, violated first", grid=False, fixedrange=True,
            range=[len(lines) - 0.4, -0.6], tickmode="array",
            tickvals=list(range(len(lines))) if room else [], ticktext=names if room else [],
            tickfont={"size": 9},
        ),
        margin={"l": 8, "r": 8, "t": 56, "b": 64, "pad": 2},
    )  # fmt: skip
    fig.update_xaxes(title_standoff=30)
    return fig


def _cells(fig: go.Figure, z: Floats, ramp: list[Any], bar: dict[str, Any] | None = None) -> None:
    """The colored squares of z (rows, steps), none where it is NaN."""
    fig.add_heatmap(
        z=z, zmin=0, zmax=1, colorscale=ramp, showscale=bar is not None, colorbar=bar or {},
        xgap=1.5, ygap=1, hoverinfo="skip",
    )  # fmt: skip


def _squares(fig: go.Figure, lines: Sequence[Line], size: float) -> None:
    """What is pointed at and picked: a heat map takes no pick, so marks nobody sees lie over it."""
    dots = [(y, line, *step) for y, line in enumerate(lines) for step in line.steps]
    fig.add_scatter(
        x=[n for _, _, n, *_ in dots],
        y=[y for y, *_ in dots],
        mode="markers",
        marker={"symbol": "square", "size": size, "opacity": 0.01, "color": MODEL},
        customdata=[["run", *line.key, n] for _, line, n, *_ in dots],
        hovertext=[
            f"<b>{plain(line.name, 60)}</b>, step {n}<br>"
            + "<br>".join(plain(part, 90) for part in said.split("\n"))
            for _, line, n, _, said in dots
        ],
        hoverinfo="text",
        selected={"marker": {"opacity": 0.85}},
        unselected={"marker": {"opacity": 0.01}},
    )


def ahead(
    names: Sequence[str], curves: Sequence[Sequence[Measure]], *, horizon: int, threshold: float,
    height: int = 380,
) -> go.Figure:  # fmt: skip
    """Chance of violation within 1, 2, … moves, a line a state with its 95 % band.

    `names` and `curves` run alike, the worst state last but for "from the start"; a point's
    customdata is ["state", name]. The chosen horizon is marked, the threshold dotted.
    """
    known = [(n, c) for n, c in zip(names, curves, strict=True) if c and c[0].known]
    if not known:
        return blank("No curve: no step has a state to start from.")
    fig = figure(height)
    many = len(known[0][1])
    fig.add_hline(y=threshold, line={"width": 1, "dash": "dot", "color": MUTED})
    fig.add_vline(x=horizon, line={"width": 1, "color": FAINT})
    x = np.arange(1, many + 1)
    tops = []
    for k, (name, told) in enumerate(known):
        start = name == "from the start"
        color = MODEL if start else SEVERITY[min(k + 1, len(SEVERITY) - 1)]
        y = np.array([m.value for m in told])
        low, high = (np.array([getattr(m, end) for m in told]) for end in ("low", "high"))
        if not np.isnan(low).any():
            area(fig, np.append(x, x[::-1]), np.append(high, low[::-1]), shade(color, 0.13))
        fig.add_scatter(
            x=x, y=y, mode="lines+markers", marker={"size": 5},
            line={"width": 1.8, "color": color,
                  "dash": "dash" if start else "solid"},
            customdata=[["state", name]] * many,
            hovertext=[about(f"{name}, within {m} moves", one, percent)
                       for m, one in zip(x.tolist(), told, strict=True)],
            hoverinfo="text", selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
        )  # fmt: skip
        tops.append((float(y[-1]), plain(name, 24)))
    for at, (y_at, word) in zip(_apart([t for t, _ in tops], 0.055), tops, strict=True):
        del y_at
        fig.add_annotation(
            x=many, y=at, text=word, xanchor="left", xshift=8, showarrow=False, font={"size": 12}
        )
    room = width([word for _, word in tops]) + 24
    fig.update_layout(
        xaxis=axis("moves ahead", range=[0.6, many + 0.3], dtick=1 if many <= 16 else None),
        yaxis=axis("chance of violation", range=[-0.02, 1.02], tickformat=".0%"),
        margin={"l": 8, "r": room, "t": 12, "b": 8, "pad": 4},
    )
    return fig


def _apart(places: Sequence[float], gap: float) -> list[float]:
    """Label places moved so that none is nearer to the next than `gap`, in the order given.

    >>> [round(y, 2) for y in _apart([0.5, 0.5], 0.1)]
    [0.45, 0.55]
    """
    order = np.argsort(places, kind="stable")
    at = np.array(places, dtype=float)[order]
    for _ in range(50):
        near = np.diff(at) < gap - 1e-9
        if not near.any():
            break
        push = np.where(near, (gap - np.diff(at)) / 2, 0)
        at[:-1] -= push
        at[1:] += push
    found = np.empty(at.size)
    found[order] = at
    return [float(y) for y in found]


def survival(found: Curve, cut: Any, *, lost: int = 0, height: int = 300) -> go.Figure:
    """Share of runs without a violation by moves, with its band; small marks: runs not watched on.

    `cut` (C,) are the moves at which runs were last seen without a violation.
    """
    if not found.n:
        return blank(f"No curve: no run has a known time ({count(lost)} left out).")
    fig = figure(height)
    told = [found.at(float(t)) for t in found.time]
    x, y, low, high = (_wall(found, told, end) for end in ("", "value", "low", "high"))
    area(fig, np.append(x, x[::-1]), np.append(high, low[::-1]), shade(MODEL, 0.15))
    fig.add_scatter(x=x, y=y, mode="lines", line={"width": 2, "color": MODEL}, hoverinfo="skip")
    seen = np.unique(np.asarray(cut, dtype=float), return_counts=True)
    level = [found.at(float(t)).value for t in seen[0]]
    fig.add_scatter(
        x=seen[0], y=level, mode="markers", hoverinfo="text",
        marker={"symbol": "line-ns", "size": 9, "line": {"width": 1.4, "color": MUTED}},
        hovertext=[f"{count(int(n))} runs last seen at move {t:g} without a violation"
                   for t, n in zip(*seen, strict=True)],
    )  # fmt: skip
    fig.add_scatter(
        x=found.time, y=[m.value for m in told], mode="markers", hoverinfo="text",
        marker={"size": 6, "color": TAIL},
        hovertext=[
            about(f"no violation by move {t:g}", m, percent)
            for t, m in zip(found.time.tolist(), told, strict=True)
        ],
    )  # fmt: skip
    note(fig, f"dots: moves with violations\nn {count(found.n)} · left out {count(lost)}", 0, 0)
    fig.update_layout(
        xaxis=axis("moves", range=[0, found.last + 0.4], nticks=12),
        yaxis=axis("share without a violation", range=[-0.02, 1.02], tickformat=".0%"),
    )
    return fig


def _wall(found: Curve, told: Sequence[Measure], end: str) -> Floats:
    """The corners of a step line up to the longest watch: its places, or one end of its numbers."""
    y = np.array([getattr(m, end or "value") for m in told])
    at, level = steps(found.time, y, 0.0)
    return np.append(level, level[-1]) if end else np.append(at, found.last)
