"""How far a tail leans on what was chosen: its CVaR under every other setting, on one scale."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from components.figures.dots import Row, dots
from components.figures.palette import MODEL, TAIL
from risk.measure import Measure

HEADS = {"eps": "clipping ε", "tau": "temperature τ of the judges' pool", "judge": "judges"}


def sway(
    settings: Sequence[tuple[str, str, bool]],
    cvars: Sequence[Measure],
    *,
    unit: str = "CVaR of log-risk, nats",
) -> go.Figure:
    """One dot a setting (knob eps, tau or judge; label; whether it is the chosen one) with its
    95 % line, the chosen ones in the tail's color over a line at their value.

    A point's customdata is ("knob label", heading).
    """
    rows, here = [], None
    for (knob, label, chosen), measure in zip(settings, cvars, strict=True):
        name = f"without {label[1:]}" if knob == "judge" and label.startswith("-") else label
        name = {"max": "worst judge", "mean": "mean of judges"}.get(name, name)
        color = TAIL if chosen else MODEL
        rows.append(Row(name, measure, HEADS[knob], key=f"{knob} {label}", color=color))
        here = measure.value if chosen and measure.known else here
    return dots(
        rows, unit=unit, order="given", zero=False, reference=here,
        empty="Nothing to vary: no measured loss.",
    )  # fmt: skip
