"""One case to be read: prompt and answer as they stand, what judges and people said, the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from components.figures.frame import number
from components.widgets.text import passage, safe

ANSWER = 260
"""Pixels another model's answer needs beside the next."""
FOLD = 3_000
"""Characters of a passage shown before the rest is asked for."""
WORDS = 40
"""What a judge wrote is shown by itself where it is longer than so many characters."""


def show(whole: Any, page: Any, terms: Sequence[str] = ()) -> None:
    """Draws the case with search hits marked; `page` is where links to other answers lead."""
    if whole is None:
        st.error("There is no such case. It may have been loaded under another run.")
        return
    case = whole.case
    st.title(safe(f"{case['model'] or 'Prompt'} · {case['item_id']}"))
    facts = (case["dataset"], case["category"], case["finish"], _tokens(case["n_tokens"]))
    st.caption(safe(" · ".join(str(fact) for fact in facts if fact)))
    left, right = st.columns([3, 2], gap="large")
    with left:
        _text("Prompt", case["prompt"], "the file holds no prompt", terms)
        _text("Answer", case["response"], "no answer: empty, or not in the file", terms)
        _steps(whole.steps)
    with right:
        _scores(whole.scores)
        _labels(whole.labels)
        _acts(whole.acts)
        _facts(case)
    _siblings(whole, page)
    if len(whole.across) > 1:
        _across(whole)
    _history(whole.history)


def _tokens(n: int | None) -> str:
    return f"{n} tokens" if n else ""


def _text(title: str, text: str | None, missing: str, terms: Sequence[str]) -> None:
    st.markdown(f"**{title}**")
    with st.container(border=True):
        whole = text or ""
        long = len(whole) > FOLD
        shown = f"{whole[:FOLD]} …" if long else whole
        passage(shown, f"{title}-shown", terms=terms, missing=missing)
        if long:
            with st.expander(f"All {len(whole):,} characters"):
                passage(whole, f"{title}-whole", terms=terms)


def _steps(steps: list[dict[str, Any]]) -> None:
    if not steps:
        return
    st.markdown(f"**{len(steps)} steps**")
    for step in steps:
        with st.container(border=True):
            flags = ", ".join(step["flags"] or [])
            facts = (str(step["step"]), step["role"], step["state"], flags)
            st.caption(safe(" · ".join(fact for fact in facts if fact)))
            passage(step["content"], f"step-{step['step']}", missing="no words")


def _scores(scores: list[dict[str, Any]]) -> None:
    st.markdown("**Scores**")
    if not scores:
        st.caption("— no judge scored this answer")
        return
    frame = pd.DataFrame(scores)
    frame["shown"] = [
        f"— {raw if isinstance(raw, str) else ''}" if pd.isna(value) else number(value)
        for value, raw in zip(frame["value"], frame["raw"], strict=True)
    ]
    wide = frame.pivot_table("shown", "dimension", "scorer", aggfunc=", ".join).fillna("")
    st.dataframe(wide, lazy=False, placeholder="—")
    told = [score for score in scores if len(score["raw"] or "") > WORDS]
    if told:
        with st.expander("In the judges' own words"):
            for place, score in enumerate(told):
                st.caption(safe(f"{score['dimension']} · {score['scorer']}"))
                passage(score["raw"], f"raw-{place}")


def _labels(labels: list[dict[str, Any]]) -> None:
    st.markdown("**Labels**")
    if not labels:
        st.caption("— nobody has labeled this answer")
        return
    frame = pd.DataFrame(labels)
    wide = frame.pivot_table("value", "person", "field", aggfunc=", ".join).fillna("")
    st.dataframe(wide, lazy=False, placeholder="—")


def _history(events: list[dict[str, Any]]) -> None:
    """Everything people ever did with the case: who, when, by which scheme, seeing which text."""
    if events:
        with st.expander(f"History: {len(events)} entries", icon=":material/history:"):
            st.dataframe(pd.DataFrame(events), hide_index=True, lazy=False, placeholder="—")


def _acts(acts: list[dict[str, Any]]) -> None:
    """What the log itself says the model did: never mixed with what people say."""
    for act in acts:
        why = f": {act['why']}" if act["why"] else ""
        said = f"{act['act'].replace('_', ' ')}, says {act['origin']}{why}"
        st.caption(f":material/receipt_long: The log: {safe(said)}")


def _facts(case: dict[str, Any]) -> None:
    facts = {name: case[name] for name in ("target", "choices", "answerable", "should_abstain")}
    facts |= {f"tag: {name}": value for name, value in (case["tags"] or {}).items()}
    facts |= {f"option {o}": number(p) for o, p in (case["option_logprobs"] or {}).items()}
    facts |= {name: value for name, value in case["meta"].items() if name != "prompt"}
    facts |= {"run": case["run_id"], "file": case["source"], "revision": case["revision"]}
    kept = {name: str(value) for name, value in facts.items() if value is not None}
    with st.expander("Everything else the file says"):
        st.dataframe(
            pd.DataFrame(kept.items(), columns=["what", "is"]), hide_index=True, lazy=False
        )


def _siblings(whole: Any, page: Any) -> None:
    others = [s for s in whole.siblings if s["run_id"] != whole.case["run_id"]
              or s["sample"] != whole.case["sample"]]  # fmt: skip
    if not others:
        return
    st.subheader(f"The same prompt, {len(others)} other answers")
    answers = st.grid(3, min_column_width=ANSWER, border=True)
    for place, other in enumerate(others):
        with answers.cell():
            said = ", ".join(f"{d} {number(v)}" for d, v in other["scores"].items())
            st.page_link(
                page,
                label=safe(other["model"]),
                icon=":material/open_in_new:",
                query_params={"run": other["run_id"], "item": other["item_id"],
                              "sample": str(other["sample"])},
            )  # fmt: skip
            st.caption(safe(said or "no scores"))
            passage(_short(other["response"]), f"other-{place}", missing="no answer")


def _across(whole: Any) -> None:
    st.subheader("Every score and label on this prompt")
    st.dataframe(pd.DataFrame(whole.across), hide_index=True, lazy=False, placeholder="—")


def _short(text: str | None) -> str | None:
    return f"{text[:600]} …" if text and len(text) > 600 else text
