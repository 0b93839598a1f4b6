"""Taking files away: progress while they are made, then what they are and a download."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import streamlit as st

from components.widgets.text import safe


@contextmanager
def progress(words: str) -> Iterator[Callable[[float, str], None]]:
    """A bar to be told how far the work is (0 to 1) and what it is doing, and a way to stop."""
    left, right = st.columns([6, 1], vertical_alignment="center")
    bar, stop = left.progress(0.0, words), right.empty()
    # pressing it runs the page anew: the work stops where it next tells how far it is
    stop.button("Cancel", key="cancel", on_click=_stopped, icon=":material/stop:", width="stretch")

    def step(part: float, what: str) -> None:
        bar.progress(min(max(part, 0.0), 1.0), safe(f"{words}: {what}"))

    try:
        yield step
    finally:
        bar.empty()
        stop.empty()


def _stopped() -> None:
    st.toast("Stopped. Nothing was written.", icon=":material/stop:")


def show(name: str, content: Callable[[], Any], facts: dict[str, str]) -> None:
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
    outputs = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, lazy=False, column_config={"outputs": outputs}
    )


def recipes(saved: Sequence[dict[str, Any]]) -> str:
    """The saved recipes, each with a button that carries it out again; returns the one pressed."""
    pressed = ""
    for one in saved:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            named = f"**{safe(one['recipe'])}** · version {one['version']} · {one['format']}"
            st.markdown(f"{named}  \n{safe(one['what'])}", width="stretch")
            if st.button("Run again", key=f"again-{one['recipe']}", icon=":material/replay:"):
                pressed = one["recipe"]
    return pressed
