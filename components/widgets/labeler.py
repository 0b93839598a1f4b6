"""The label form: shows a case, takes the keys and sends the label, all in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

HERE = Path(__file__).parent
SCRIPTS = tuple(
    f"labeler{part}.js" for part in ("_shelf", "_text", "_mark", "_guide", "_view", "_keys", "")
)

_form = st.components.v2.component(
    "tailscope_labeler",
    css=(HERE / "labeler.css").read_text("utf-8"),
    js="\n".join((HERE / name).read_text("utf-8") for name in SCRIPTS),
)


def labeler(
    desk: Mapping[str, Any],
    kept: Sequence[str],
    refused: Mapping[str, str],
    on_sent: Callable[[], None],
    key: str,
) -> None:
    """Draws the form for `desk`; calls `on_sent` when labels, undos or skips came: see `sent(key)`.

    `desk` holds campaign, person, scheme (fields with options), cases (the current one and the
    next: place, prompt, response, finish, shown, passages, note), past (the last one done: those,
    event and values; or None), done, total and seconds (median a case; None where none was timed),
    guideline (passages: title, text), guideline_version, and whether it stands `beside`. `kept`
    names the events that are safe, which the browser then forgets; `refused` those that are not,
    and why. Marks come as {start, end, label}, counted in characters of the answer.
    Texts are put in as text: nothing in them is ever interpreted.
    """
    data = {**desk, "kept": list(kept), "refused": dict(refused)}
    _form(key=key, data=data, on_sent_change=on_sent)


def sent(key: str) -> list[Any]:
    """The events the browser has just sent, oldest first; for use inside `on_sent`."""
    told = st.session_state.get(key)
    events = told.get("sent") if told else None
    return list(events) if isinstance(events, list) else []
