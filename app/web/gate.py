"""Who may come in: everybody on a laptop; with OpenID, who has signed in."""

from __future__ import annotations

import streamlit as st

from app.settings import settings


def passed() -> bool:
    """Whether the page may be shown; draws the sign-in button where it may not."""
    if settings().auth == "local" or st.user.is_logged_in:
        return True
    st.title("Tailscope")
    st.write("Sign in to see and label model outputs.")
    st.button("Sign in", type="primary", on_click=st.login)
    return False


def person() -> str:
    """Who sits here: the signed-in address, or `me` on a laptop."""
    if settings().auth == "local":
        return "me"
    return str(st.user.get("email") or st.user.get("sub") or "unknown")
