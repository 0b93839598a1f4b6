"""A lens on a page: what it is and needs, and its settings, each in the link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from components.widgets import chips
from components.widgets.text import safe

ACROSS = 4
"""Settings beside each other."""


def about(lens: Any, status: str, needs: list[dict[str, str]]) -> None:
    """The lens in words: source, whose definition, what it needs, what counts at the edges."""
    st.markdown(f"**{safe(lens.title)}** · {safe(lens.source)} · {safe(status)}")
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.markdown("What it needs")
        for need in needs:
            there = need["there"] == "there"
            mark = ":material/check:" if there else ":material/close:"
            word = (
                "" if there else f" is lacking. {safe(need['how'][:1].upper() + need['how'][1:])}."
            )
            st.markdown(f"{mark} **{safe(need['column'])}**{word}")
    with right:
        st.markdown("What counts at the edges")
        st.caption(safe(lens.edges))
        if lens.status != status:
            st.caption(safe(f"Status: {lens.status}."))


def files(made: dict[str, bytes]) -> None:
    """Files to download, by name."""
    for column, (name, body) in zip(st.columns([1, 1, 3]), made.items(), strict=False):
        column.download_button(name, body, name, icon=":material/download:", on_click="ignore")


def settings(
    name: str, parameters: Sequence[Any], bounds: Callable[[Any], str]
) -> tuple[tuple[str, Any], ...]:
    """The settings a person changed, as (name, value)."""
    if not parameters:
        return ()
    changed = []
    with st.expander(f"Settings ({len(parameters)})"):
        columns = st.columns(ACROSS)
        for place, parameter in enumerate(parameters):
            with columns[place % ACROSS]:
                value = _ask(f"{name}.{parameter.name}", parameter, bounds(parameter))
            if value != parameter.default:
                changed.append((parameter.name, value))
    return tuple(changed)


def _ask(key: str, parameter: Any, bounds: str) -> Any:
    told = f"{parameter.meaning} ({bounds})" if bounds else parameter.meaning
    if parameter.options:
        return chips.choice(
            parameter.name, key, parameter.options, default=parameter.default, help=told
        )
    if isinstance(parameter.default, str):
        return chips.words(parameter.name, key, parameter.default) or parameter.default
    low = -1e12 if parameter.low is None else float(parameter.low)
    high = 1e12 if parameter.high is None else float(parameter.high)
    value = chips.number(parameter.name, key, float(parameter.default), low, high, told)
    return int(value) if isinstance(parameter.default, int) else value
