"""What went wrong and the way out of it, said once."""

from __future__ import annotations

import streamlit as st

from components.widgets.text import safe


def show(what: str, fix: str) -> None:
    """A box with what happened and how to put it right; both are shown as plain words."""
    st.error(f"**{safe(what)}**  \n{safe(fix)}", icon=":material/error:")
