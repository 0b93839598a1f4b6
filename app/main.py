"""The web door: frame, gate, menu, page, and trouble shown once."""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st

from app.web import nav
from components.widgets import trouble
from data.trouble import Trouble

# A file of our own: the icons Streamlit knows by name are fetched from elsewhere for a tab.
ICON = Path(__file__).parent / "web" / "icon.svg"


def main() -> None:
    """Draws the page the address asks for."""
    st.set_page_config(page_title="Tailscope", page_icon=str(ICON), layout="wide")
    page = nav.menu()
    st.set_page_config(page_title=f"{page.title} · Tailscope")  # what tabs and bookmarks show
    st.logo(str(ICON), size="large")
    try:
        page.run()
    except Trouble as error:
        trouble.show(error.what, error.fix)
    except Exception:  # the frame is the last to know: log it whole, show it in words
        logging.getLogger("tailscope").exception("page %s broke", page.title)
        trouble.show(
            "something broke on this page; it is written down in the log of the app",
            "reload the page; if it comes back, take the filter out of the link",
        )


if __name__ == "__main__":
    main()
