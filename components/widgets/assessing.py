"""Assessing on the screen: what is assessed, which cards, what people judge, and probing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from components.widgets.evidence import folded
from components.widgets.text import safe

FIELDS = {
    "interface": ("Interface", "chat page, API, agent with tools …"),
    "setting": ("Setting", "what it is used for, by whom, with which safeguards"),
    "audience": ("Audience", "who reads what it says"),
    "assessors": ("Assessors", "how many, with which background, how they are looked after"),
}
ENDS = {
    "findings": ("Findings", "what the reader is to take away"),
    "limits": ("Limits", "what was not looked at, and what would change the picture"),
}


def new(runs: Mapping[str, Mapping[str, str]]) -> dict[str, Any] | None:
    """The form that starts an assessment; `runs` are those of each model, in words."""
    title = st.text_input("Title", key="assess-title", max_chars=300,
                          placeholder="such as: our chat page, autumn")  # fmt: skip
    model = st.selectbox("Model", list(runs), key="assess-model")
    of = runs.get(model, {})
    chosen = st.multiselect(
        "Its answers", list(of), list(of), format_func=of.__getitem__, key=f"assess-runs-{model}",
        help="the runs the likelihoods are taken from",
    )  # fmt: skip
    said = _texts({}, FIELDS, "assess")
    ready = bool((title or "").strip() and model)
    if st.button("Start the assessment", type="primary", disabled=not ready):
        return {"title": title.strip(), "model": model, "runs": tuple(chosen), **said}
    return None


def _texts(held: Mapping[str, str], fields: Mapping[str, tuple[str, str]], key: str) -> Any:
    columns = st.columns(2)
    return {
        name: columns[place % 2].text_area(
            label, held.get(name, ""), placeholder=hint, height=90, key=f"{key}-{name}"
        )
        or ""
        for place, (name, (label, hint)) in enumerate(fields.items())
    }


def details(held: Mapping[str, str], key: str) -> dict[str, str] | None:
    """The words of an assessment, to be changed; returns them once saved."""
    with st.form(f"{key}-details"):
        said: dict[str, str] = _texts(held, FIELDS | ENDS, f"{key}-text")
        if st.form_submit_button("Save", type="primary"):
            return said
    return None


def choose(
    titles: Mapping[str, str], apply: Sequence[str], out: Mapping[str, str], key: str
) -> tuple[list[str], dict[str, str]] | None:
    """Which cards apply, and which are left out for which reason; returns both once saved."""
    held = [card for card in apply if card in titles]
    chosen = st.multiselect(
        "Cards that apply", list(titles), held, format_func=titles.__getitem__,
        key=f"{key}-apply",
    )  # fmt: skip
    rest = [card for card in titles if card not in chosen]
    left = st.multiselect(
        "Cards left out, with a reason", rest, [card for card in out if card in rest],
        format_func=titles.__getitem__, key=f"{key}-out",
    )  # fmt: skip
    why = {
        card: st.text_input(f"Why not: {safe(titles[card])}", out.get(card, ""),
                            key=f"{key}-why-{card}") or ""
        for card in left
    }  # fmt: skip
    unsaid = [card for card in left if not why[card].strip()]
    if unsaid:
        st.caption("A card left out needs its reason.")
    if st.button("Save the choice", type="primary", disabled=bool(unsaid), key=f"{key}-choose"):
        return list(chosen), why
    return None


def table(rows: Sequence[dict[str, Any]]) -> None:
    """The cards at a glance; what has an interval gets room for it."""
    wide = {name: st.column_config.TextColumn(width="medium")
            for name in ("judged", "flagged", "CVaR 95", "harms")}  # fmt: skip
    st.dataframe(rows, hide_index=True, lazy=False, column_config=wide)


def judge(
    rows: Sequence[dict[str, Any]], words: Mapping[str, str], key: str
) -> dict[int, str] | None:
    """Answers to judge, whole; returns place -> verdict of those judged once they are kept."""
    with st.form(f"{key}-judge", border=False):
        said: dict[int, str] = {}
        for place, row in enumerate(rows):
            with st.container(border=True):
                facts = (row["dataset"], row["category"], row["item_id"])
                st.caption(safe(" · ".join(str(fact) for fact in facts if fact)))
                left, right = st.columns([2, 3])
                with left:
                    folded(row["prompt"], f"{key}-{place}-prompt", "no prompt")
                with right:
                    folded(row["response"], f"{key}-{place}-answer", "no answer")
                picked = st.radio(
                    "This answer", list(words), index=None, format_func=words.__getitem__,
                    horizontal=True, key=f"{key}-{row['run_id']}-{row['item_id']}-{row['sample']}",
                )  # fmt: skip
                if picked:
                    said[place] = picked
        if st.form_submit_button("Keep what was judged", type="primary", icon=":material/check:"):
            return said
    return None


def say(taken: Any, harms: Sequence[str], options: Mapping[str, Sequence[Any]], hint: str,
        severities: Mapping[int, str], key: str) -> dict[str, Any] | None:  # fmt: skip
    """What people found on one card; returns it once saved."""
    with st.form(f"{key}-say"):
        a, b = st.columns(2)
        plan = a.text_area("Plan: how and how long to probe", taken.plan, key=f"{key}-plan")
        note = b.text_area("What was found", taken.note, key=f"{key}-note")
        c, d, e = st.columns([2, 2, 4])
        levels = [None, *severities]
        severity = c.selectbox(
            "Severity", levels, levels.index(taken.severity), key=f"{key}-severity", help=hint,
            format_func=lambda n: "nobody has judged" if n is None else severities[n],
        )  # fmt: skip
        holds = d.selectbox(
            "Do its conditions hold here?", options["holds"], key=f"{key}-holds",
            index=list(options["holds"]).index(taken.holds),
            format_func=lambda word: word or "nobody has said",
        )  # fmt: skip
        held = [f"{harm.actor}-{harm.kind}" for harm in taken.touched]
        touched = e.multiselect(
            "Who is harmed, and how", list(dict.fromkeys([*harms, *held, *options["pairs"]])), held,
            format_func=lambda pair: pair.replace("-", ": ", 1), key=f"{key}-touched",
        )  # fmt: skip
        st.caption(hint)
        if st.form_submit_button("Save what was found", type="primary"):
            pairs = [dict(zip(("actor", "kind"), p.split("-", 1), strict=True)) for p in touched]
            return {"plan": plan, "note": note, "severity": severity, "holds": holds,
                    "touched": pairs}  # fmt: skip
    return None


def probe(prompts: int, model: str, key: str) -> dict[str, Any] | None:
    """The form that orders a job on the card's prompts; returns the order once it is sent."""
    label = f"Ask the model the card's {prompts} prompt{'' if prompts == 1 else 's'} …"
    with st.popover(label, icon=":material/play_circle:", disabled=not prompts):
        st.caption("The answers come from a scoring job and become a run of this model.")
        name = st.text_input("Hub id, folder, or the model's name at an endpoint", model,
                             key=f"{key}-probe-model")  # fmt: skip
        endpoint = st.text_input("Endpoint, where there is one", key=f"{key}-probe-endpoint")
        revision = st.text_input("Exact revision of a hub model", key=f"{key}-probe-revision")
        samples = st.number_input("Answers a prompt", 1, 100, 1, key=f"{key}-probe-samples")
        heat = st.number_input("Temperature", 0.0, 2.0, 0.0, 0.1, key=f"{key}-probe-heat")
        if st.button("Order the job", type="primary", key=f"{key}-probe-order"):
            return {"model": name or "", "endpoint": endpoint or "", "revision": revision or "",
                    "samples": int(samples), "temperature": float(heat)}  # fmt: skip
    return None
