"""Untrusted text on the screen: as text, never as Markdown or HTML."""

from __future__ import annotations

import re

import streamlit as st

_SIGNS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&@/])")


def safe(text: str) -> str:
    """Text with every sign Markdown knows made harmless, for use inside our own Markdown.

    >>> safe("![x](http://a/b.png)")
    '\\\\!\\\\[x\\\\]\\\\(http\\\\:\\\\/\\\\/a\\\\/b\\\\.png\\\\)'
    """
    return _SIGNS.sub(r"\\\1", text.replace("\n", " ").replace("\r", " "))


def passage(text: str | None, missing: str = "nothing") -> None:
    """A prompt or an answer, exactly as it stands: white space kept, nothing interpreted."""
    if text:
        st.text(text)
    else:
        st.caption(f"— {missing}")
