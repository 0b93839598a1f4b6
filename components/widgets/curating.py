"""A recipe on the page: what is done to the chosen answers, as choices that live in the link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from components.widgets import chips
from components.widgets.text import safe

NEAR = {"": "kept", "prompt": "of prompts removed", "answer": "of answers removed",
        "both": "of prompt and answer removed"}  # fmt: skip
BALANCE = {"": "as they are", "category": "by category", "model": "by model",
           "dataset": "by data set"}  # fmt: skip
SAMPLE = {"": "at random", "category": "as many of every category",
          "model": "as many of every model", "dataset": "as many of every data set",
          "harm": "more harm is likelier"}  # fmt: skip
SPLITS = {"": "none", "90/10": "train 90 %, test 10 %", "80/20": "train 80 %, test 20 %",
          "80/10/10": "train 80 %, validation 10 %, test 10 %",
          "50/50": "train 50 %, test 50 %"}  # fmt: skip
PARTS: dict[str, dict[str, float]] = {
    "90/10": {"train": 0.9, "test": 0.1}, "80/20": {"train": 0.8, "test": 0.2},
    "80/10/10": {"train": 0.8, "validation": 0.1, "test": 0.1},
    "50/50": {"train": 0.5, "test": 0.5},
}  # fmt: skip
MASKS = {"emails": "email addresses", "phones": "phone numbers", "secrets": "keys and passwords"}
MOST = 10_000_000


def where(
    licenses: Sequence[str], formats: Sequence[str], campaigns: Mapping[str, str],
    fields: Sequence[str], values: Any, measures: Any, lenses: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    """What only an export asks of an answer: license, origin, campaign, labels, agreement, lens.

    `values` gives the values of a label field, `measures` the measures of a lens.
    """
    found: dict[str, Any] = {}
    with st.expander("More of which answers", icon=":material/filter_alt:"):
        first, second, third = st.columns(3)
        with first:
            found["licenses"] = chips.several("Licenses", "licenses", licenses, safe)
        with second:
            found["formats"] = chips.several("Where it comes from", "formats", formats)
        with third:
            picked = chips.choice("Campaign", "campaign", ["", *campaigns],
                                  lambda key: campaigns.get(key, "any or none"))  # fmt: skip
            found["campaign"] = picked
        first, second, third = st.columns([2, 3, 4], vertical_alignment="bottom")
        with first:
            field = chips.choice("Label field", "field", ["", *fields], lambda f: f or "any")
        if field:
            with second:
                told = chips.several("comes to", "values", values(field))
            found["labels"] = [(field, value) for value in told]
            with third:
                low, high = st.slider("agreement on it", 0.0, 1.0, (0.0, 1.0), 0.05,
                                      key="agreed", bind="query-params")  # fmt: skip
            if (low, high) != (0.0, 1.0):
                found["agreement"] = (field, low, high)
        first, second, third, fourth = st.columns([2, 3, 2, 2], vertical_alignment="bottom")
        with first:
            found["people"] = int(chips.number("Annotators at least", "people", 0, 0, 50))
        with second:
            lens = chips.choice("By a lens", "lens", ["", *lenses], lambda name: name or "none")
        if lens:
            found["lens"] = _lens(lens, measures(lens), third, fourth)
    return {key: value for key, value in found.items() if value}


def _lens(lens: str, measures: Sequence[str], third: Any, fourth: Any) -> dict[str, Any] | None:
    if not measures:
        third.caption("No loaded run can feed it.")
        return None
    with third:
        measure = chips.choice("Measure", "measure", measures)
    low = fourth.number_input("at least", value=None, key="lens-low", bind="query-params")
    return {"lens": lens, "measure": measure, "low": low}


def steps(rules: Mapping[str, str]) -> dict[str, Any]:
    """What is done to the answers, one choice a step, and how labels come to one value."""
    found: dict[str, Any] = {}
    first, second, third, fourth = st.columns(4, vertical_alignment="bottom")
    with first:
        near = chips.choice(
            "Near-duplicates", "near", list(NEAR), NEAR.__getitem__,
            help="MinHash over pieces of five letters; alike by 80 % or more",
        )  # fmt: skip
    with second:
        balance = chips.choice("Balance", "balance", list(BALANCE), BALANCE.__getitem__)
    with third:
        size = int(chips.number("Draw", "draw", 0, 0, MOST, "0: all of them"))
    with fourth:
        how = chips.choice("Drawn", "drawn", list(SAMPLE), SAMPLE.__getitem__) if size else ""
    first, second, third, fourth = st.columns(4, vertical_alignment="bottom")
    with first:
        split = chips.choice(
            "Hold-out split", "split", list(SPLITS), SPLITS.__getitem__,
            help="no prompt family is broken: one text, one pair, near-duplicates",
        )  # fmt: skip
    with second:
        found["labels"] = chips.choice("Labels come to", "rule", list(rules), rules.__getitem__)
    with third:
        found["mask"] = tuple(
            st.multiselect("Mask", list(MASKS), format_func=MASKS.__getitem__, key="mask",
                           placeholder="nothing", bind="query-params")
        )  # fmt: skip
    with fourth:
        found["seed"] = int(chips.number("Seed", "seed", 0, 0, 10**9))
    if near:
        found["near"] = {"of": near}
    if balance:
        found["balance"] = {"by": balance}
    if size:
        found["sample"] = {"size": size} | ({"harm": True} if how == "harm" else {"by": how})
    if split:
        found["splits"] = PARTS[split]
    return found


COUNT = st.column_config.NumberColumn(format="localized", width="small")


def walk(steps: Sequence[Any]) -> None:
    """The steps of a recipe with what each kept and removed, as bars that shrink."""
    widest = max((step.kept + step.removed for step in steps), default=1) or 1
    st.dataframe(
        [{"step": s.what, "kept": s.kept, "share": s.kept / widest, "removed": s.removed}
         for s in steps],
        hide_index=True, lazy=False, height="content",
        column_config={
            "step": st.column_config.TextColumn(width="medium"),
            "kept": COUNT, "removed": COUNT,
            "share": st.column_config.ProgressColumn(
                "left of all", min_value=0.0, max_value=1.0, format="percent", width="small"
            ),
        },
    )  # fmt: skip


def groups(told: Mapping[str, Mapping[str, int]]) -> None:
    """How many answers of each model, category and part there are, one table a tab."""
    for tab, (by, of) in zip(st.tabs([f"by {by}" for by in told]), told.items(), strict=True):
        rows = [{by: name or "none", "outputs": n} for name, n in of.items()]
        tab.dataframe(rows, hide_index=True, lazy=False, column_config={"outputs": COUNT},
                      height=220 if len(rows) > 5 else "content")  # fmt: skip


def card(sections: Mapping[str, str], written: Mapping[str, str]) -> dict[str, str]:
    """The card section by section, to be read and rewritten; returns the rewritten ones."""
    found = dict(written)
    left, right = st.columns([1, 3], gap="large")
    heading = left.radio(
        "Section", list(sections), key="card-section",
        format_func=lambda name: f"{name} (yours)" if name in written else name,
    )  # fmt: skip
    made = sections[heading]
    text = right.text_area("The section as it will stand (Markdown)", written.get(heading, made),
                           height=320, key=f"card-{heading}")  # fmt: skip
    if text.strip() == made.strip():
        found.pop(heading, None)
    else:
        found[heading] = text
    right.caption("Made from the stores; what you write here stands instead.")
    return found


def licenses(rows: Sequence[dict[str, Any]]) -> tuple[str, str, bool] | None:
    """The license of each data set; returns what a person says of one, else None."""
    st.dataframe(rows, hide_index=True, lazy=False)
    first, second, third, fourth = st.columns([3, 3, 3, 1], vertical_alignment="bottom")
    dataset = first.selectbox("Data set", [row["data set"] for row in rows], key="license-of")
    license = second.text_input("License", key="license-is", placeholder="such as cc-by-4.0")
    shared = third.toggle("texts may be passed on", value=True, key="license-shared")
    said = fourth.button("Say so", key="license-say", disabled=not license.strip())
    return (str(dataset), license.strip(), shared) if said else None


def keep(name: str) -> str:
    """Offers to keep what is asked for as a recipe; returns the name to keep it by, or ""."""
    with st.popover("Keep as a recipe …", icon=":material/bookmark:"):
        called = st.text_input("Name", name, key="recipe-name")
        st.caption("Under a name that is taken it becomes the next version.")
        if st.button("Keep", key="recipe-keep", disabled=not called.strip()):
            return called.strip()
    return ""
