"""The menu: which pages there are, under which heading, at which address."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.settings import ROOT

SECTIONS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "Explore": (
        ("overview", "Overview", "", ":material/scatter_plot:"),
        ("tail", "Profile", "profile", ":material/show_chart:"),
        ("belief", "Belief", "belief", ":material/change_history:"),
        ("abstention", "Abstention", "abstention", ":material/front_hand:"),
        ("harm", "Harm", "harm", ":material/shield:"),
        ("trajectories", "Trajectories", "trajectories", ":material/route:"),
        ("compare", "Compare", "compare", ":material/compare_arrows:"),
        ("cases", "Cases", "cases", ":material/search:"),
        ("lenses", "Lenses", "lenses", ":material/filter_center_focus:"),
    ),
    "Annotate": (
        ("label", "Label", "label", ":material/keyboard:"),
        ("campaigns", "Campaigns", "campaigns", ":material/campaign:"),
        ("schemes", "Schemes", "schemes", ":material/rule:"),
        ("agreement", "Agreement", "agreement", ":material/handshake:"),
        ("adjudicate", "Adjudicate", "adjudicate", ":material/gavel:"),
    ),
    "Produce": (
        ("cards", "Risk cards", "cards", ":material/style:"),
        ("assessments", "Assessments", "assessments", ":material/fact_check:"),
        ("register", "Risk register", "register", ":material/assignment_late:"),
        ("export", "Export", "export", ":material/package_2:"),
    ),
    "Run": (
        ("load", "Load", "load", ":material/upload_file:"),
        ("score", "Score", "score", ":material/memory:"),
    ),
}
"""Heading -> (script in pages/, title, address, icon)."""


def page(script: str) -> StreamlitPage:
    """The page of a script in pages/, for a link to it."""
    for entries in SECTIONS.values():
        for name, title, address, icon in entries:
            if name == script:
                return st.Page(
                    ROOT / "pages" / f"{name}.py",
                    title=title,
                    url_path=address or "first",  # not shown; its file's name stays free for _first
                    icon=icon,
                    default=not address,
                )
    raise KeyError(script)


def _first() -> StreamlitPage:
    """The page at `/` by its own name too, as a link to it is often written; not in the menu."""
    name, title, _, icon = SECTIONS["Explore"][0]
    script = ROOT / "pages" / f"{name}.py"
    return st.Page(script, title=title, url_path=name, icon=icon, visibility="hidden")


def menu() -> StreamlitPage:
    """Draws the menu; returns the page the address asks for."""
    pages = {head: [page(name) for name, *_ in entries] for head, entries in SECTIONS.items()}
    pages["Explore"].append(_first())
    return st.navigation(pages)
