"""The three numbers of a tail: mean, VaR and CVaR with their intervals, whole and by dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from components.figures.dots import Row, dots
from components.figures.frame import Show, number
from components.figures.palette import MODEL, TAIL, hue
from risk.measure import Measure


@dataclass(frozen=True, slots=True)
class Numbers:
    """Mean, VaR and CVaR of the whole loss (`name` empty) or of one harm dimension."""

    mean: Measure
    var: Measure
    cvar: Measure
    name: str = ""


def numbers(
    parts: Sequence[Numbers], *, unit: str = "log-risk, nats", show: Show = number
) -> go.Figure:
    """Mean, VaR and CVaR as dots with 95 % lines on one scale, per dimension in its hue.

    In the part without a name VaR and CVaR wear the tail's color. A point's customdata is
    (mean | VaR | CVaR, dimension).
    """
    rows: list[Row] = []
    for part in parts:
        own = hue(part.name) if part.name else ""
        for word, measure in (("mean", part.mean), ("VaR", part.var), ("CVaR", part.cvar)):
            color = own or (MODEL if word == "mean" else TAIL)
            rows.append(Row(word, measure, part.name, color=color))
    return dots(rows, unit=unit, show=show, order="given", empty="No numbers: no measured loss.")


def by_dimension(
    whole: Mapping[str, Measure], marginal: Mapping[str, Mapping[str, Measure]]
) -> list[Numbers]:
    """The whole loss first, then each dimension's own, from measures named mean, var and cvar."""
    of = {"": whole, **marginal}
    return [Numbers(m["mean"], m["var"], m["cvar"], name) for name, m in of.items()]
