"""The tail of losses: how bad the bad end is, and its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from components.figures.frame import (
    Show,
    about,
    axis,
    blank,
    count,
    drawn,
    figure,
    nats,
    note,
    number,
    percent,
    plain,
)
from components.figures.numbers import Numbers, numbers
from components.figures.palette import MODEL, MUTED, TAIL, shade
from components.figures.shares import shares
from components.figures.steps import area, pointwise, steps, thin, whole
from risk.measure import Measure

__all__ = ["Numbers", "numbers", "shares", "survival"]

Floats = NDArray[np.float64]
MOST = 1000
BANDS = "bands, 95 %: dark at each x,<br>light for the whole curve"
ROOM = 0.34
"""Of the axis, what the number beside a line takes."""
SHARES = (0.5, 0.25, 0.1, 0.05, 0.01)


def survival(
    losses: ArrayLike,
    name: str,
    var: Measure,
    cvar: Measure,
    *,
    keys: Sequence[Any] | None = None,
    others: Mapping[str, ArrayLike] | None = None,
    unit: str = "log-risk, nats",
    show: Show = nats,
    height: int = 380,
) -> go.Figure:
    """P(R > x) of one model's losses on a log scale, its tail beyond VaR in the tail's color.

    `losses` (n,) in `unit`; NaN are left out and counted. `var`, `cvar` share the unit. Every case
    at or beyond VaR (the 1000 worst at most) is a point whose customdata is its entry of `keys`,
    or its index in `losses`. On the curve's body diamonds stand for the worst half, quarter, …
    (customdata ["share", 0.25]); the dots of VaR and CVaR carry ["var"] and ["cvar"]. `others` maps
    further models' names to their losses: thin gray lines. The dark band is pointwise 95 % (Wilson
    1927) for the share at each x, the light one holds the whole curve at once (risk.band).
    """
    values = np.asarray(losses, dtype=np.float64).ravel()
    used = np.flatnonzero(np.isfinite(values))
    if not used.size:
        return blank(f"No curve: {name} has no measured loss ({count(values.size)} left out).")
    used = used[np.argsort(values[used], kind="stable")]
    x = values[used]
    rest = {other: _sorted(theirs) for other, theirs in (others or {}).items()}
    floor = 0.6 / max([x.size, *(theirs.size for theirs in rest.values())])
    start = min(0.0, float(x[0]))
    ends = [m for m in (var, cvar) if drawn(m)]
    # Others may run off the right edge: this figure is about one model's tail.
    reach = max([float(theirs[-1]) for theirs in rest.values() if theirs.size], default=x[-1])
    last = max([float(x[-1]), *(min(m.high, 2 * float(x[-1])) for m in ends)])
    last = max(last, min(float(reach), start + 1.6 * (last - start)))

    fig = figure(height)
    for other, theirs in rest.items():
        _other(fig, other, theirs, start, floor)
    whole(fig, x, start, floor)
    pointwise(fig, x, start, floor)
    cut = var.value if drawn(var) else np.inf
    _curve(fig, x, start, floor, cut)
    _cases(
        fig,
        x,
        used.tolist() if keys is None else [keys[int(i)] for i in used],
        cut,
        values.size,
        show,
    )
    if np.isfinite(cut):
        _marks(fig, x, cut, floor)
    for lane, (word, measure) in enumerate((("VaR", var), ("CVaR", cvar))):
        _lane(fig, word, measure, floor * 0.52 * 0.42**lane, (start, last), show)
    if rest:
        note(fig, f"thin gray: {count(len(rest))} other model{'s' if len(rest) > 1 else ''}", 1, 1)
    width = (last - start) or 1.0
    ticks = [10.0**-k for k in range(int(np.ceil(-np.log10(floor))))]
    fig.update_layout(
        xaxis=axis(
            f"{plain(unit, 90)}<br>{BANDS}",
            range=[start - 0.015 * width, last + 0.05 * width],
            nticks=7,
        ),
        yaxis=axis(
            "P(R > x), log scale",
            type="log",
            range=[float(np.log10(floor * 0.1)), 0.06],
            tickvals=ticks,
            ticktext=[f"{100 * tick:g}\u2009%" for tick in ticks],
        ),
    )
    return fig


def _sorted(losses: ArrayLike) -> Floats:
    values = np.asarray(losses, dtype=np.float64).ravel()
    return np.sort(values[np.isfinite(values)])


def _line(x: Floats, start: float, floor: float) -> tuple[Floats, Floats]:
    """The survival step line of sorted losses, its last drop ending at the floor."""
    ranks = thin(x.size)
    left = (x.size - 1 - ranks) / x.size
    return steps(x[ranks], np.maximum(left, floor), start)


def _other(fig: go.Figure, name: str, x: Floats, start: float, floor: float) -> None:
    """Another model, thin and gray; hovering names it."""
    if not x.size:
        return
    at, share = _line(x, start, floor)
    fig.add_scatter(
        x=at,
        y=share,
        mode="lines",
        line={"color": shade(MUTED, 0.55), "width": 1},
        hovertext=f"{plain(name)}<br>n {count(x.size)}",
        hoverinfo="text",
    )


def _marks(fig: go.Figure, x: Floats, cut: float, floor: float) -> None:
    """Where the worst half, quarter, tenth … of the answers begin: each opens those answers."""
    shares = [s for s in SHARES if s * x.size >= 1 and x[-int(np.ceil(s * x.size))] < cut]
    if not shares:
        return
    fig.add_scatter(
        x=[x[-int(np.ceil(s * x.size))] for s in shares],
        y=[max(s, floor) for s in shares],
        mode="markers",
        marker={"color": MODEL, "size": 8, "symbol": "diamond"},
        customdata=[["share", s] for s in shares],
        hovertext=[f"<b>worst {percent(s)}</b> of the answers<br>click to list" for s in shares],
        hoverinfo="text",
        unselected={"marker": {"opacity": 0.6}},
    )


def _curve(fig: go.Figure, x: Floats, start: float, floor: float, cut: float) -> None:
    """The model's own line: body in its color, tail in the tail's over a shaded area."""
    at, share = _line(x, start, floor)
    body = at < cut
    joint = float(share[body][-1]) if body.any() else 1.0
    near, high = (
        (at, share) if body.all() else (np.append(at[body], cut), np.append(share[body], joint))
    )
    line = {"color": MODEL, "width": 2}
    fig.add_scatter(x=near, y=high, mode="lines", line=line, hoverinfo="skip")
    if body.all():
        return
    far, down = np.append(cut, at[~body]), np.append(joint, share[~body])
    area(fig, np.append(far, cut), np.append(down, floor), shade(TAIL, 0.2))
    fig.add_scatter(x=far, y=down, mode="lines", line={"color": TAIL, "width": 2}, hoverinfo="skip")


def _cases(
    fig: go.Figure, x: Floats, keys: Sequence[Any], cut: float, whole: int, show: Show
) -> None:
    """The tail's cases, each a point to open; ties stand above one another."""
    first = max(int(np.searchsorted(x, cut, side="left")), x.size - MOST)
    ranks = np.arange(first, x.size)
    lost = f"n {count(x.size)} · left out {count(whole - x.size)}"
    fig.add_scatter(
        x=x[ranks],
        y=(x.size - ranks) / x.size,
        mode="markers",
        marker={"color": TAIL, "size": 6},
        customdata=keys[first:],
        hovertext=[
            f"<b>{plain(show(float(x[r])), 90)}</b><br>rank {count(x.size - r)} of {count(x.size)}"
            f", {percent((x.size - r) / x.size)} are this bad or worse<br>{lost}<br>click to open"
            for r in ranks.tolist()
        ],
        hoverinfo="text",
        unselected={"marker": {"opacity": 0.45}},
        selected={"marker": {"size": 10}},
    )


def _lane(
    fig: go.Figure, word: str, measure: Measure, y: float, ends: tuple[float, float], show: Show
) -> None:
    """VaR or CVaR below the curve: dot, 95 % line, its number beside it or, lacking room, above."""
    if not drawn(measure):
        return
    line = {"color": TAIL, "width": 1.6}
    fig.add_scatter(
        x=[measure.low, measure.high], y=[y, y], mode="lines", line=line, hoverinfo="skip"
    )
    fig.add_scatter(
        x=[measure.value],
        y=[y],
        mode="markers",
        marker={"color": TAIL, "size": 9},
        customdata=[[word.lower()]],
        hovertext=f"{about(word, measure, show)}<br>click to list",
        hoverinfo="text",
        unselected={"marker": {"opacity": 1}},
    )
    room, far = ROOM * (ends[1] - ends[0]), min(measure.high, ends[1])
    place: dict[str, Any] = {"x": far, "xanchor": "right", "yshift": 11}
    if ends[1] - far >= room:
        place = {"x": far, "xanchor": "left", "xshift": 6}
    elif measure.low - ends[0] >= room:
        place = {"x": measure.low, "xanchor": "right", "xshift": -6}
    fig.add_annotation(
        text=f"{word} {number(measure.value)}", y=float(np.log10(y)), showarrow=False, **place
    )
