"""Where assessments lead: from one to another view, and to a report that can be taken away."""

from __future__ import annotations

import streamlit as st

from app.web import nav


def open_register(**said: str) -> None:
    """Goes to the register with the form of a new risk filled in."""
    st.session_state["new risk"] = said
    st.switch_page(nav.page("register"))


def open_assessment(name: str = "", view: str = "") -> None:
    """Goes to an assessment, or to the form of a new one."""
    st.session_state["opened"] = st.session_state.get("opened", 0) + 1
    told = {"assessment": name, "view": view}
    st.session_state["handed on"] = {k: v for k, v in told.items() if v and v != "new"}
    link = {"view": view} if view == "new" else {}
    st.switch_page(nav.page("assessments"), query_params=link)
