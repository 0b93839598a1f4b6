"""Evidence on the screen: answers to choose from, links that hold, and taking one back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from components.figures.frame import number
from components.widgets.text import passage, safe

FOLD = 1_200
"""Characters of a text shown before the rest is asked for."""


def pick(rows: Sequence[dict[str, Any]], key: str, page: Any, words: str, other: str = "") -> Any:
    """Answers to tick; returns (places of the ticked, whether `other` was pressed), or None.

    `words` and `other` are what the buttons say; without `other` there is one button.
    """
    with st.form(f"{key}-form", border=False):
        ticked = []
        for place, row in enumerate(rows):
            with st.container(border=True):
                head, link = st.columns([6, 1], vertical_alignment="center")
                case = (row["run_id"], row["item_id"], row["sample"])
                facts = (row["model"], row["dataset"], row["category"], row["item_id"])
                said = " · ".join(str(fact) for fact in facts if fact)
                if head.checkbox(safe(said), key=f"{key}-{case}"):
                    ticked.append(place)
                with link:
                    _open(page, row)
                _texts(row, f"{key}-{place}")
                scores = row.get("scores") or {}
                told = [f"{name} {number(value)}" for name, value in scores.items()]
                told += [f"proposed by: {row['how']}"] if row.get("how") else []
                if told:
                    st.caption(safe(" · ".join(told)))
        with st.container(horizontal=True):
            yes = st.form_submit_button(words, type="primary", icon=":material/add_link:")
            no = bool(other) and st.form_submit_button(other, icon=":material/block:")
    return (ticked, no) if yes or no else None


def _texts(row: dict[str, Any], key: str) -> None:
    left, right = st.columns([2, 3])
    with left:
        folded(row["prompt"], f"{key}-prompt", "no prompt")
    with right:
        folded(row["response"], f"{key}-answer", "no answer")


def folded(text: str | None, key: str, missing: str) -> None:
    """A text as it stands; of a long one the beginning, with all of it one click away."""
    if not text or len(text) <= FOLD:
        passage(text, key, missing=missing)
        return
    passage(f"{text[:FOLD]} …", key)
    with st.expander(f"All {len(text):,} characters"):
        passage(text, f"{key}-whole")


def _open(page: Any, row: dict[str, Any]) -> None:
    st.page_link(
        page, label="Read", icon=":material/open_in_new:",
        query_params={"run": row["run_id"], "item": row["item_id"], "sample": str(row["sample"])},
    )  # fmt: skip


def linked(rows: Sequence[dict[str, Any]], page: Any) -> tuple[int, str] | None:
    """The links that hold; returns (its number, why) of one that was taken back, else None."""
    gone = None
    for row in rows:
        with st.container(border=True):
            head, link, off = st.columns([6, 1, 1], vertical_alignment="center")
            how = f" · through {row['how']}" if row["how"] else ""
            head.caption(safe(
                f"{row['kind']} · {row['made_by']} · {row['made_at'][:16].replace('T', ' ')} UTC · "
                f"snapshot {row['snapshot']}{how}"
            ))  # fmt: skip
            if row["run_id"]:
                with link:
                    _open(page, row)
            with off.popover("", icon=":material/link_off:", help="take it back"):
                why = st.text_input("Why", key=f"why-{row['seq']}")
                if st.button("Take it back", key=f"off-{row['seq']}"):
                    gone = (row["seq"], why or "")
            _body(row)
    return gone


def _body(row: dict[str, Any]) -> None:
    if row["kind"] in ("output", "label"):
        body = row["body"]
        if row["kind"] == "label":
            st.markdown(
                safe(f"{body.get('field')}: {body.get('value')}, says {body.get('person')}")
            )
        if row["head"]:
            _texts(row["head"], f"link-{row['seq']}")
        else:
            st.caption("— this answer is not in the warehouse any more")
        return
    st.markdown(safe(str(row["body"].get("words", ""))))
    st.dataframe(row["body"].get("rows", []), hide_index=True, lazy=False)


def of_run(runs: dict[str, str], lenses: dict[str, str]) -> tuple[str, str] | None:
    """The form that links a whole run's tail or lens result; returns (run, lens or "")."""
    if not runs:
        return None
    with st.popover("Link a tail or a lens result …", icon=":material/insights:"):
        run = st.selectbox("Run", list(runs), format_func=runs.__getitem__, key="value-run")
        lens = st.selectbox(
            "What", ["", *lenses], key="value-lens",
            format_func=lambda name: lenses[name] if name else "its tail: mean, VaR, CVaR",
        )  # fmt: skip
        if st.button("Link it as it is now", type="primary", key="value-link"):
            return str(run), str(lens or "")
    return None


def of_case(
    links: Sequence[dict[str, Any]],
    titles: dict[str, str],
    key: str,
    page: Any,
    labels: Sequence[dict[str, Any]],
) -> tuple[list[str], dict[str, Any] | None] | None:
    """What an answer shows, and the form that says so; returns (cards, the label to link or None)
    once it is sent."""  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        for card in dict.fromkeys(row["card"] for row in links):
            st.page_link(page, label=safe(titles.get(card, card)), icon=":material/style:",
                         query_params={"card": card})  # fmt: skip
        with st.popover("This answer shows a risk card …", icon=":material/add_link:"):
            cards = st.multiselect("Cards", list(titles), format_func=titles.__getitem__,
                                   key=f"{key}-cards")  # fmt: skip
            what = st.selectbox(
                "Link", [-1, *range(len(labels))], key=f"{key}-what",
                format_func=lambda n: "the answer" if n < 0 else (
                    f"the label {labels[n]['field']}: {labels[n]['value']}, "
                    f"by {labels[n]['person']}"),
            )  # fmt: skip
            if st.button("Link it", type="primary", key=f"{key}-link", disabled=not cards):
                return list(cards), labels[what] if what >= 0 else None
    return None
