"""One job on the screen: what it is, how far, how fast, on what, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from components.widgets.text import safe

COLORS: dict[str, Literal["gray", "blue", "orange", "red", "green"]] = {
    "waiting": "gray", "running": "blue", "stopping": "orange", "cancelled": "gray",
    "failed": "red", "done": "green",
}  # fmt: skip
Act = Callable[[str], None]
Link = tuple[Any, str, str, Mapping[str, str]]


def show(
    told: Mapping[str, str],
    part: float,
    gpus: Sequence[tuple[str, float]],
    links: Sequence[Link],
    log: Callable[[str], Sequence[str]],
    cancel: Act,
    resume: Act,
) -> None:
    """A job as `told` (id, title, state, far, about, error, fix), `part` of it done (0 to 1).

    `gpus` are cards and how full their memory is; `links` lead to its results, each as page,
    label, icon and link. `cancel` and `resume` are called with its id.
    """
    job, state = told["id"], told["state"]
    with st.container(border=True, key=f"job-{job}"):
        head, badge, doors = st.columns([8, 2, 3], vertical_alignment="center")
        head.markdown(f"**{safe(told['title'])}**")
        badge.badge(state, color=COLORS.get(state, "gray"))
        with doors:
            _act(job, state, cancel, resume)
        st.progress(min(max(part, 0.0), 1.0), safe(told["far"]))
        for name, full in gpus:
            st.progress(min(max(full, 0.0), 1.0), safe(name))
        st.caption(safe(told["about"]))
        if told.get("error"):
            st.error(f"**{safe(told['error'])}**  \n{safe(told.get('fix', ''))}")
        with st.container(horizontal=True, vertical_alignment="center"):
            for page, label, icon, link in links:
                st.page_link(page, label=label, icon=icon, query_params=dict(link))
            opened = st.toggle("Log", key=f"log-{job}")
        if opened:
            st.code("\n".join(log(job)) or "nothing yet", language=None, wrap_lines=True)


def _act(job: str, state: str, cancel: Act, resume: Act) -> None:
    if state in ("waiting", "running"):
        st.button("Cancel", key=f"cancel-{job}", icon=":material/stop:", on_click=cancel,
                  args=(job,), width="stretch")  # fmt: skip
    elif state == "stopping":
        st.button("Stopping …", key=f"stopping-{job}", disabled=True, width="stretch")
    elif state in ("cancelled", "failed"):
        word = "Resume" if state == "cancelled" else "Try again"
        st.button(word, key=f"resume-{job}", icon=":material/play_arrow:", on_click=resume,
                  args=(job,), width="stretch")  # fmt: skip


def plan(rows: Sequence[Mapping[str, str]], sentence: str, *, fits: bool | None) -> None:
    """What an order would take: in a sentence, and as a table."""
    st.markdown(f"##### {safe(sentence)}")
    if fits is False:
        st.warning(
            "It needs more memory than the worker has. It may fail, or be very slow.",
            icon=":material/memory_alt:",
        )
    with st.expander("The plan, line by line", icon=":material/checklist:"):
        st.dataframe(list(rows), hide_index=True, lazy=False)


def bare(what: str, fix: str) -> None:
    """Why jobs would wait, and the way out of it."""
    st.warning(f"**{safe(what)}**  \n{safe(fix)}", icon=":material/hourglass_disabled:")
