"""Untrusted text on the screen: as text, never as Markdown or HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

_SIGNS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&@/])")
APART = "\u2060"
"""A word joiner: it shows nothing and takes no room."""
_LINKS = re.compile(r"(?<=:)(?=[/\w+])|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
_HERE = Path(__file__).parent
_passage = st.components.v2.component(
    "tailscope_passage",
    html='<div class="passage" dir="auto"></div>',
    css=(_HERE / "passage.css").read_text("utf-8"),
    js=(_HERE / "passage.js").read_text("utf-8"),
)


def safe(text: str) -> str:
    r"""Text with every sign Markdown knows made harmless, for use inside our own Markdown.

    A bare address would still become a link after all signs are read, so a mark without width
    parts it.

    >>> safe("![x](y)")
    '\\!\\[x\\]\\(y\\)'
    >>> safe("http://a") == "http\\:" + APART + "\\/\\/a"
    True
    """
    line = _LINKS.sub(APART, text.replace("\n", " ").replace("\r", " "))
    return _SIGNS.sub(r"\\\1", line)


def passage(
    text: str | None, key: str, *, terms: Sequence[str] = (), missing: str = "nothing"
) -> None:
    """A prompt or an answer exactly as it stands: white space and direction kept, hits marked.

    `terms` are words in lower case. Nothing in the text is interpreted.
    """
    if text:
        _passage(key=key, data={"text": text, "terms": [t.lower() for t in terms if t]})
    else:
        st.caption(f"— {missing}")
