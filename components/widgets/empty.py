"""What a page says when there is nothing on it yet: why, and what to do next."""

from __future__ import annotations

from typing import Any

import streamlit as st


def show(what: str, do: str, page: Any, label: str, icon: str = ":material/arrow_forward:") -> None:
    """One sentence on what is missing, one on what to do, one way to do it."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"#### {what}")
        st.markdown(do)
        st.page_link(page, label=label, icon=icon)
