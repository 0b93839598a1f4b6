"""The form that settles a contested case: a value a field, and the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

NONE = "—"


def show(
    options: Mapping[str, Sequence[str]], leading: Mapping[str, str], reason: str, key: str
) -> tuple[dict[str, str], str] | None:
    """The chosen values and the reason once the form is sent, else None.

    `leading` is chosen beforehand; nothing is where it has none.
    """
    with st.form(f"ruling-{key}", border=True):
        columns = st.columns(max(1, min(4, len(options))))
        chosen = {}
        for place, (field, values) in enumerate(options.items()):
            listed = [NONE, *values]
            first = leading.get(field, "")
            with columns[place % len(columns)]:
                picked = st.selectbox(
                    field.replace("_", " "),
                    listed,
                    listed.index(first) if first in listed else 0,
                    format_func=lambda value: value.replace("_", " "),
                    key=f"{key}-{field}",
                )
            chosen[field] = "" if picked == NONE else str(picked)
        why = st.text_area(
            "Reason", reason, key=f"{key}-reason", height=80,
            placeholder="what in the answer, and which passage of the guideline, decides it",
        )  # fmt: skip
        sent = st.form_submit_button("Settle, next case", type="primary", icon=":material/gavel:")
    return (chosen, why or "") if sent else None
