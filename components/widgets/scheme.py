"""Editing a label scheme or a guideline: the text, how it will look, what changed, and saving."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from components.widgets.text import safe


def edit(
    name: str,
    text: str,
    key: str,
    *,
    check: Callable[[str], tuple[Any, str]],
    difference: Callable[[str, str], Sequence[str]],
    consequences: Callable[[Any], Sequence[str]] | None = None,
    language: str = "yaml",
) -> str | None:
    """A text to edit with a preview and a diff; returns the new text once it is saved, else None.

    `check` reads the text: (the scheme or the guideline's Markdown, why it cannot be read or "").
    `consequences` says in words what a scheme that was read changes for labels there are.
    """
    written = st.text_area(
        f"{name}, as {'YAML' if language == 'yaml' else 'Markdown'}", text, height=360,
        key=f"{key}-text",
    )  # fmt: skip
    found, why = check(written)
    if why:
        st.error(safe(why), icon=":material/error:")
    preview, changed = st.tabs(["Preview", "What changed"])
    with preview:
        if why:
            st.caption("— nothing to show until it can be read")
        elif language == "yaml":
            fields(found)
        else:
            st.markdown(found)
    with changed:
        lines = difference(text, written)
        if not lines:
            st.caption("— nothing changed")
        for word in consequences(found) if consequences and lines and not why else ():
            st.markdown(f":material/flag: {safe(word)}")
        if lines:
            st.code("\n".join(lines), language="diff")
    if st.button(
        "Save as the next version",
        type="primary",
        key=f"{key}-save",
        disabled=bool(why) or not lines,
    ):
        return str(written)
    return None


def fields(scheme: Any) -> None:
    """The questions of a scheme with their options, keys and meanings."""
    for field in scheme.fields:
        needed = "must be answered" if field.required else "may be left open"
        kinds = {"one": "one of", "many": "any of", "text": "free text", "span": "marked words"}
        with st.container(border=True):
            st.markdown(f"**{safe(field.title)}** · {kinds[field.kind]} · {needed}")
            for option in field.options:
                key = f"`{option.key.upper()}` " if option.key else ""
                meaning = f": {safe(option.meaning)}" if option.meaning else ""
                st.markdown(f"{key}{safe(option.title)}{meaning}")
