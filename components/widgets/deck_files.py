"""Cards between the screen and files: bringing them in, taking the deck away, field rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from components.widgets.text import safe

FORMATS = {"yaml": "YAML", "markdown": "Markdown", "public": "the public deck's own format"}


def show(archive: Callable[[Any], bytes], some: bool) -> list[tuple[str, bytes]]:
    """Two buttons: files in, and the deck out; returns the files to bring in."""
    with st.popover("Bring in files …", icon=":material/upload_file:"):
        dropped = st.file_uploader(
            "One card a file: YAML, Markdown, or the public deck's own format",
            ["yaml", "yml", "md"], accept_multiple_files=True, key="dropped-cards",
        )  # fmt: skip
        if st.button("Bring them in", disabled=not dropped) and dropped:
            return [(one.name, one.getvalue()) for one in dropped]
    if some:
        with st.popover("Take the deck away …", icon=":material/download:"):
            format = st.selectbox("Format", list(FORMATS), format_func=FORMATS.__getitem__)
            st.download_button(
                "Download as ZIP", lambda: archive(format), f"risk-cards-{format}.zip",
                "application/zip", on_click="ignore",
            )  # fmt: skip
    return []


def told(report: dict[str, Any]) -> None:
    """What came in, and what was refused."""
    st.success(f"{report['cards']} cards read, {report['new']} new or changed.")
    for row in report["refused"]:
        st.warning(safe(f"{row['file']}: {row['why']}"))


def problems(wrong: Sequence[str]) -> None:
    """What of the public deck's field rules is not kept."""
    for one in wrong:
        st.markdown(f":material/flag: {safe(one)}")
    if not wrong:
        st.caption(":material/check: the card keeps the field rules of the public deck")
