"""Bringing labels in: the file, how it is to be read, names to be put right, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from components.widgets.text import safe


def asked(
    schemes: Mapping[str, str], campaigns: Mapping[str, str]
) -> tuple[Any, dict[str, str]] | None:
    """A dropped file of labels, and how to read it: scheme, campaign, person, field; None while
    there is no file. `schemes` and `campaigns` are key -> words."""
    upload = st.file_uploader(
        "A table of labels, or an export of Argilla, Label Studio or Prodigy", key="labels-file"
    )
    if upload is None:
        return None
    first, second, third, fourth = st.columns([3, 3, 2, 2], vertical_alignment="bottom")
    scheme = first.selectbox("Scheme they were made by", list(schemes),
                             format_func=schemes.__getitem__, key="labels-scheme")  # fmt: skip
    campaign = second.selectbox(
        "Campaign", list(campaigns), index=None, format_func=campaigns.__getitem__,
        placeholder="none", key="labels-campaign", help="its scheme then counts",
    )  # fmt: skip
    person = third.text_input("Made by", key="labels-person", placeholder="as the file says",
                              help="where the file is one person's and does not say")  # fmt: skip
    field = fourth.text_input("Field", "label", key="labels-field",
                              help="where the file names none, as with Prodigy")  # fmt: skip
    return upload, {"scheme": scheme, "campaign": campaign or "", "person": person.strip(),
                    "field": field.strip() or "label"}  # fmt: skip


def names(
    people: Mapping[str, int], values: Mapping[tuple[str, str], int],
    unknown: Sequence[tuple[str, str, int]], key: str,
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:  # fmt: skip
    """The people and values of the file, each with the name it gets here: (person -> name, field ->
    value -> name), only what was changed. Values the scheme lacks come first, marked."""
    left, right = st.columns([2, 4])
    strange = {(field, value) for field, value, _ in unknown}
    order = sorted(values, key=lambda pair: (pair not in strange, pair))
    who = pd.DataFrame(
        {"person": list(people), "labels": list(people.values()), "name here": list(people)}
    )
    what = pd.DataFrame(
        {
            "field": [field for field, _ in order], "value": [value for _, value in order],
            "labels": [values[pair] for pair in order],
            "in the scheme": [pair not in strange for pair in order],
            "value here": [value for _, value in order],
        }
    )  # fmt: skip
    with left:
        who = st.data_editor(who, hide_index=True, key=f"{key}-people",
                             disabled=["person", "labels"])  # fmt: skip
    with right:
        what = st.data_editor(what, hide_index=True, key=f"{key}-values",
                              disabled=["field", "value", "labels", "in the scheme"])  # fmt: skip
    renamed = {a: str(b) for a, b in zip(who["person"], who["name here"], strict=True) if b != a}
    changed: dict[str, dict[str, str]] = {}
    for field, value, ours in zip(what["field"], what["value"], what["value here"], strict=True):
        if ours != value and ours:
            changed.setdefault(field, {})[value] = str(ours)
    return renamed, changed


def found(labels: int, total: int, refused: Sequence[Mapping[str, Any]]) -> None:
    """What the file holds, before anything is written."""
    st.markdown(f"**{labels}** labels in {total} rows; {len(refused)} rows refused.")
    if refused:
        st.dataframe(pd.DataFrame(list(refused)[:200]), hide_index=True, lazy=False)


def kept(told: Mapping[str, Any]) -> None:
    """What was kept of the file, and which values were kept as they are."""
    st.success(safe(f"{told['labels']} labels of {told['file']}, {told['new']} of them new."),
               icon=":material/check:")  # fmt: skip
    for row in told["unknown"]:
        said = f"{row['field']} {row['value']!r} is no value of the scheme"
        st.caption(safe(f"Kept as it is: {said} ({row['labels']} labels)."))
