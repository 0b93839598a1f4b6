"""A chart with everything that belongs to it: title, definition, table, downloads."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.figures import frame
from components.widgets import table
from components.widgets.text import safe

PANEL = 300
"""Pixels a chart needs to be read: panels beside each other stack where there are fewer."""


def show(
    figure: go.Figure, title: str, *, key: str, rows: list[dict[str, Any]], definition: str,
    select: str = "",
) -> Any:  # fmt: skip
    """Draws the chart; returns the custom data of the point a person picked, or None.

    `select` is the key picks are kept under; without one nothing can be picked.
    Beside the title stands a menu with the definition, the table twin, its download as CSV, and
    the kind of picture the chart's own camera saves (SVG or PNG).
    """
    head = st.container(horizontal=True, vertical_alignment="center", wrap=False)
    head.markdown(f"**{safe(title)}**", width="stretch")
    with head.popover("", icon=":material/info:", help="definition, table, download"):
        st.markdown(safe(definition))
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, height=table.tall(len(rows), 260), lazy=False,
            placeholder="—",
        )  # fmt: skip
        st.download_button(
            "Download the table (CSV)", table.csv(rows), f"{key}.csv", "text/csv",
            key=f"{key}-csv", icon=":material/download:",
        )  # fmt: skip
        kind = st.segmented_control(
            "The camera in the chart saves", ["svg", "png"], default="svg", key=f"{key}-picture"
        )
    drawn = st.plotly_chart(
        frame.ink(figure, st.context.theme.type),
        key=select or key,
        config=frame.config(key, str(kind or "svg")),
        on_select="rerun" if select else "ignore",
        selection_mode="points",
        alt=title,
    )
    if not select:
        return None
    points = cast(dict[str, Any], drawn)["selection"]["points"]
    return points[0].get("customdata") if points else None
