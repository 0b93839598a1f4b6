"""Models against each other: differences around zero, places, flips, and dominance curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from components.figures.dots import Row, dots
from components.figures.frame import (
    Show,
    about,
    axis,
    blank,
    drawn,
    figure,
    note,
    number,
    percent,
    plain,
    width,
)
from components.figures.palette import MODEL, MUTED, TAIL, shade
from risk.measure import Measure

STEP = 30


@dataclass(frozen=True, slots=True)
class Place:
    """A model's place by each measure, 1 from the top; `key` comes back on a click."""

    name: str
    mean: Measure
    tail: Measure
    key: str | int | None = None


def gaps(
    names: Sequence[str],
    means: Sequence[Measure],
    tails: Sequence[Measure],
    *,
    keys: Sequence[str | int],
    tail: str,
    unit: str,
) -> go.Figure:
    """Paired differences around zero, the tail's above the mean's; right of zero is worse.

    customdata is (key, group): which model, and by which measure.
    """
    rows = [
        Row(name, m, group=word, key=key, color=color)
        for word, color, measures in ((tail, TAIL, tails), ("mean", MODEL, means))
        for name, m, key in zip(names, measures, keys, strict=True)
    ]
    return dots(rows, unit=unit, reference=0.0, empty="No second model to compare with.")


def flips(
    names: Sequence[str],
    means: Sequence[Measure],
    tails: Sequence[Measure],
    *,
    keys: Sequence[str | int],
    tail: str,
    unit: str,
) -> go.Figure:
    """One group a pair (`names`), its mean's and its tail's difference on either side of zero."""
    rows = []
    for name, mean, end, key in zip(names, means, tails, keys, strict=True):
        rows += [Row("mean", mean, group=name, key=key), Row(tail, end, name, key, TAIL)]
    return dots(
        rows, unit=unit, reference=0.0, order="given",
        empty="No pair is ordered one way by the mean and the other by the tail.",
    )  # fmt: skip


def places(rows: Sequence[Place], *, tail: str, most: str = "riskiest") -> go.Figure:
    """Each model's place at the mean (diamonds) and in the tail (warm), both with intervals.

    One row a model, by its place in the tail; 1 stands at the left. customdata is (key, measure).
    """
    if not rows:
        return blank("No models to rank yet.")
    ranked = sorted(rows, key=lambda row: (row.tail.value, row.mean.value, row.name))
    names = [plain(row.name, 30) for row in ranked]
    count = len(ranked)
    step = 1 if count < 16 else None
    fig = figure(count * STEP + 84)
    for word, color, rise, symbol in (
        ("mean", MODEL, -0.17, "diamond"),
        (tail, TAIL, 0.17, "circle"),
    ):
        of = [row.mean if word == "mean" else row.tail for row in ranked]
        y = [place + rise for place in range(count)]
        x: list[float | None] = []
        lines: list[float | None] = []
        for m, at in zip(of, y, strict=True):
            if drawn(m):
                x += [m.low, m.high, None]
                lines += [at, at, None]
        fig.add_scatter(
            x=x, y=lines, mode="lines", line={"color": color, "width": 1.6}, hoverinfo="skip"
        )
        fig.add_scatter(
            x=[m.value for m in of], y=y, mode="markers", hoverinfo="text", cliponaxis=False,
            marker={"color": color, "size": 9, "symbol": symbol},
            customdata=[[row.name if row.key is None else row.key, word] for row in ranked],
            hovertext=[
                about(f"{row.name} · place by {word}", m, _place)
                for row, m in zip(ranked, of, strict=True)
            ],
        )  # fmt: skip
    fig.add_annotation(
        text=f'<span style="color:{MODEL}">◆</span> mean    '
        f'<span style="color:{TAIL}">●</span> {plain(tail)}',
        x=1, y=1, xref="paper", yref="paper", xanchor="right", yanchor="bottom", showarrow=False,
        font={"size": 12},
    )  # fmt: skip
    fig.update_layout(
        margin={"l": width(names) + 12, "t": 28},
        xaxis=axis(f"place, 1 the {most}", range=[0.6, count + 0.4], dtick=step),
        yaxis=axis(
            grid=False, tickmode="array", tickvals=list(range(count)), ticktext=names,
            range=[count - 0.4, -0.6], fixedrange=True, automargin=False,
        ),
    )  # fmt: skip
    return fig


def dominance(
    at: ArrayLike,
    gap: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    *,
    a: str,
    b: str,
    order: int,
    unit: str,
    more: str = "riskier",
    height: int = 340,
) -> go.Figure:
    """The difference of two curves, a minus b, over thresholds, with its simultaneous band.

    Order 1: share of answers beyond the threshold (a step line); order 2: expected excess over it.
    customdata is the threshold. Where the band is NaN too few answers differ to draw one.
    """
    x, y, below, above = (np.asarray(v, dtype=np.float64) for v in (at, gap, low, high))
    if x.size == 0:
        return blank("No answer that both models share.")
    show: Show = percent if order == 1 else number
    shape = "hv" if order == 1 else "linear"
    fig = figure(height)
    for start, end in _runs(np.isfinite(below) & np.isfinite(above)):
        part = slice(start, end)
        fig.add_scatter(
            x=np.concatenate([x[part], x[part][::-1]]),
            y=np.concatenate([above[part], below[part][::-1]]),
            mode="lines", line={"width": 0}, fill="toself", fillcolor=shade(MODEL, 0.2),
            hoverinfo="skip",
        )  # fmt: skip
    fig.add_hline(y=0, line={"color": MUTED, "width": 1.2})
    fig.add_scatter(
        x=x, y=y, mode="lines+markers", marker={"size": 4, "color": TAIL}, hoverinfo="text",
        line={"color": TAIL, "width": 1.8, "shape": shape}, customdata=x.tolist(),
        hovertext=[
            about(f"beyond {number(t)} {unit}", Measure(v, lo, hi), show).rsplit("<br>", 1)[0]
            for t, v, lo, hi in zip(*(side.tolist() for side in (x, y, below, above)), strict=True)
        ],
    )  # fmt: skip
    note(fig, f"above zero: {plain(a, 24)} {more}", 1, 1)
    note(fig, f"below zero: {plain(b, 24)} {more}", 1, 0)
    what = "difference in share" if order == 1 else "difference in excess"
    ends = np.concatenate([y, below, above])
    least, most = min(float(np.nanmin(ends)), 0.0), max(float(np.nanmax(ends)), 0.0)
    air = 0.2 * (most - least or 1.0)  # the two remarks stand there, clear of the curve
    fig.update_layout(
        xaxis=axis(plain(f"threshold ({unit})", 60)),
        yaxis=axis(what, range=[least - air, most + air], tickformat=".0%" if order == 1 else None),
    )
    return fig


def _runs(known: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where stretches of True begin and end."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _place(x: float) -> str:
    """A place: a whole number, or a half where two share it."""
    return f"{x:g}"
