"""Editing a label scheme or a guideline: the text, how it will look, what changed, and saving."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import streamlit as st

from components.widgets import labeler, table, trouble
from components.widgets.text import safe

PROMPT = "Our landlord has not answered for two weeks. May we stop paying rent until he does?"
ANSWER = (
    "Not on your own. In many places that is a breach of the lease, even with a good reason.\n\n"
    "1. Write to him once more and set a date.\n2. Ask a tenants' association what the law allows "
    "where you live.\n\nI do not know your contract, so take this as a first step."
)
"""What the preview of a form is about."""


def write(what: str, text: str, key: str) -> str:
    """The text as edited; `what` is what the box is called."""
    return str(st.text_area(what, text, height=420, key=key) or "")


def wrong(why: tuple[str, str] | None) -> None:
    """Why a text cannot be read and the way out, where it cannot."""
    if why is not None:
        trouble.show(*why)


def form(scheme: Any, guideline: Sequence[Any], version: int, key: str) -> None:
    """The form as annotators will see it, on a made-up case; it saves nothing."""
    st.caption("As annotators see it. Click to try: nothing is saved here, and keys are not heard.")
    case = {"place": 1, "prompt": PROMPT, "response": ANSWER, "finish": "stop", "shown": "",
            "passages": [], "note": ""}  # fmt: skip
    desk = {
        "campaign": "", "person": "", "preview": True, "scheme": asdict(scheme), "cases": [case],
        "past": None, "done": 0, "total": 1, "seconds": None, "lessons": [], "beside": True,
        "guideline": [{"title": one.title, "text": one.text} for one in guideline],
        "guideline_version": version,
    }  # fmt: skip
    labeler.labeler(desk, (), {}, on_sent=_nothing, key=key)


def _nothing() -> None:
    """A preview sends nothing."""


def changed(lines: Sequence[str], since: str) -> None:
    """What changed, line by line; `since` says between what."""
    st.caption(safe(since))
    if lines:
        st.code("\n".join(lines), language="diff")
    else:
        st.caption("— nothing changed")


def asked_again(words: Sequence[str], rows: Sequence[Mapping[str, Any]], key: str) -> None:
    """What the change means for the labels there are: in words, then the labels one by one."""
    for word in words:
        st.markdown(f":material/flag: {safe(word)}")
    if rows:
        table.pick([dict(row) for row in rows], key, height=240)


def save(as_what: str, disabled: bool) -> bool:
    """Whether the text is to be kept, as a version or as a new scheme."""
    return st.button(f"Save as {safe(as_what)}", type="primary", disabled=disabled)


def move(
    uses: Sequence[Any], scheme: int, guideline: int, again: Callable[[str], int]
) -> str | None:
    """The campaigns that go by it, and a door to take one to the newest versions; its key, if
    taken. `again` says how many labels of it would be asked for again."""
    st.subheader("Campaigns that go by it")
    if not uses:
        st.caption("— none yet: choose it when you set one up")
    for use in uses:
        name, door = st.columns([4, 2], vertical_alignment="center")
        name.markdown(f"**{safe(use.name)}** · scheme {use.scheme}, guideline {use.guideline}")
        if (use.scheme, use.guideline) == (scheme, guideline):
            name.caption("at the newest versions")
            continue
        with door.popover("Take to the newest …", icon=":material/upgrade:"):
            st.caption(
                f"To scheme {scheme}, guideline {guideline}. {again(use.campaign)} labels are "
                "asked for again, with what was said; none is rewritten."
            )
            if st.button("Take it there", type="primary", key=f"move-{use.campaign}"):
                return str(use.campaign)
    return None
