"""Judge, people and both together: one number three ways, side by side."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from components.figures.dots import Mark, Row, dots
from components.figures.palette import MODEL, TAIL
from risk.ppi import Estimate

WHO: tuple[tuple[str, Mark], ...] = (
    ("judge alone", "judge"),
    ("people alone", "human"),
    ("combined", "combined"),
)


def estimates(found: Mapping[str, Estimate], words: Mapping[str, str], unit: str) -> go.Figure:
    """Each number (`words`: mean, cvar -> what it is called) by judge, people and both.

    The judge's mark is hollow, people's solid, the combined one has a ring.
    """
    rows = []
    for name, one in found.items():
        color = TAIL if name == "cvar" else MODEL
        for (who, mark), m in zip(WHO, (one.judge, one.human, one.combined), strict=True):
            rows.append(Row(who, m, words.get(name, name), name, color, mark))
    return dots(
        rows, unit=unit, order="given", empty="These labels cannot stand for the whole run."
    )
