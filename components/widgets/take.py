"""Taking files away: progress while they are made, then what they are and a download."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import streamlit as st


@contextmanager
def progress(words: str) -> Iterator[Callable[[float, str], None]]:
    """A bar to be told how far the work is (0 to 1) and what it is doing."""
    bar = st.progress(0.0, words)

    def step(part: float, what: str) -> None:
        bar.progress(min(max(part, 0.0), 1.0), f"{words}: {what}")

    try:
        yield step
    finally:
        bar.empty()


def show(name: str, content: Callable[[], bytes], facts: dict[str, str]) -> None:
    """What was made, and the button that takes it; the content is asked for when it is pressed."""
    with st.container(border=True):
        st.success("The data set is ready.", icon=":material/check:")
        st.dataframe(
            pd.DataFrame(facts.items(), columns=["what", "is"]), hide_index=True, lazy=False
        )
        st.download_button(
            f"Download {name}", content, name, "application/zip", icon=":material/download:",
            type="primary", on_click="ignore",
        )  # fmt: skip


def past(rows: list[dict[str, Any]]) -> None:
    """The exports made before."""
    st.dataframe(pd.DataFrame(rows), hide_index=True, lazy=False)
