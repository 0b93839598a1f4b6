"""Sending the cases on the screen to annotators, as a campaign of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from components.widgets.text import safe

Case = tuple[str, str, int]
MOST = 2000
"""Cases of a campaign started from a page."""


def show(
    cases: Sequence[Case], name: str, design: str,
    start: Callable[[str, Sequence[Case], str], str], page: Any,
) -> None:  # fmt: skip
    """A button that asks for a name, starts the campaign and leads to it."""
    count = len(cases)
    with st.popover(
        "Send this one to annotators …"
        if count == 1
        else f"Send {'the first' if count == MOST else 'these'} {count} to annotators …",
        icon=":material/forward_to_inbox:",
        disabled=not count,
    ):
        said = st.text_input("Name of the campaign", name, key="send-name")
        st.caption(safe(f"Design: {design}; every case is drawn with probability 1."))
        if st.button(
            "Start the campaign", type="primary", key="send-start", disabled=not said.strip()
        ):
            key = start(said.strip(), cases, design)
            st.switch_page(page, query_params={"campaign": key})
