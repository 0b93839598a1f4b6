"""Taking a report away: its format, what it is compared with, and the download."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from components.widgets import chips

FORMATS = {
    "html": "one HTML page, to be read and printed",
    "markdown": "Markdown",
    "model-card": "a section for a Hugging Face model card",
}


def show(name: str, others: Mapping[str, str], text: Callable[[Any, str], str]) -> None:
    """The choices, both in the link, the download, and a look at what is text already."""
    left, right = st.columns(2)
    with left:
        format = chips.choice("Report as", "as", list(FORMATS), FORMATS.__getitem__)
    with right:
        beside = chips.choice(
            "Compared with", "beside", ["", *others],
            lambda key: others[key] if key else "no other assessment",
        )  # fmt: skip
    ending = "html" if format == "html" else "md"
    kind = "text/html" if format == "html" else "text/markdown"
    st.download_button(
        "Download the report", lambda: text(format, beside).encode(),
        f"{name}-{format}.{ending}" if format != "html" else f"{name}.html", kind,
        icon=":material/download:", type="primary", on_click="ignore",
    )  # fmt: skip
    if format == "html":
        st.caption(
            "The page holds everything: it opens without a network, runs nothing, loads nothing. "
            "Print it from the browser for a PDF. Prompts and answers are folded away."
        )
    else:
        st.code(text(format, beside), language="markdown", wrap_lines=True, height=480)
