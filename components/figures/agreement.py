"""Agreement as dots on one scale: by measure, field, pair, person and category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from components.figures.dots import Order, Row, dots
from components.figures.palette import MODEL
from risk.measure import Measure

LEAST = 150
"""Pixels below which ticks and the axis title would meet."""
WORDS = {
    "percent": "pairs that agree",
    "cohen_kappa": "Cohen's kappa",
    "cohen_linear": "Cohen's kappa, linear weights",
    "cohen_quadratic": "Cohen's kappa, quadratic weights",
    "fleiss_kappa": "Fleiss' kappa",
    "alpha_nominal": "alpha, nominal",
    "alpha_ordinal": "alpha, ordinal",
    "alpha_interval": "alpha, interval",
    "ac1": "Gwet's AC1",
}
"""What a measure is called on a chart."""


def measures(found: Mapping[str, Measure]) -> go.Figure:
    """Every measure of one field, in the order given; 0 is chance, 1 is full agreement."""
    rows = [Row(WORDS.get(name, name), m, key=name) for name, m in found.items()]
    return _drawn(rows, "agreement", "given")


def parts(found: Mapping[str, Measure], unit: str, keys: Sequence[str | int]) -> go.Figure:
    """One measure of many parts (fields, pairs, people, categories), the lowest first.

    customdata is (key, ""): the place of the part, as `keys` names it.
    """
    rows = [
        Row(name, m, key=key, color=MODEL)
        for (name, m), key in zip(found.items(), keys, strict=True)
    ]
    return _drawn(rows, unit, "rising")


def _drawn(rows: Sequence[Row], unit: str, order: Order) -> go.Figure:
    fig = dots(rows, unit=unit, order=order, reference=0.0, empty="Nothing to compare here.")
    return fig.update_layout(height=max(fig.layout.height, LEAST))
