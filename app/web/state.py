"""The one file that keeps state: choices shared by pages, and the case that lies open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.service.outputs import cases, runs
from app.service.outputs.cases import Case, Chosen, Filter
from app.web import cached, nav
from components.widgets import chips
from data.columns import ACTS

PICKED = ("pick", "beyond", "change")
MEASURED = ("dataset", "level", "judge", "pooling", "tau", "eps", "assume")


def open_profile(name: str) -> None:
    """Goes to a model's profile, measured as on this page."""
    st.session_state["handed on"] = _held(MEASURED)
    _open("tail", {"model": name})


def open_export() -> None:
    """Goes to the export of what this page lets through."""
    st.session_state["handed on"] = _held(SHARED)
    _open("export", {})


def open_campaign(campaign: str) -> None:
    """Goes to follow a campaign, such as one just started."""
    st.session_state["handed on"] = {"view": "follow", "campaign": campaign}
    _open("campaigns", {})


def _held(keys: Sequence[str]) -> dict[str, Any]:
    # a choice bound to the link cannot be put there by hand, so it is handed on beside it
    return {key: st.session_state[key] for key in keys if key in st.session_state}


def arrive() -> None:
    """Takes up the choices another page handed on; to be called before any of them is drawn."""
    for key, value in st.session_state.pop("handed on", {}).items():
        st.session_state[key] = value


def stay(**values: Any) -> None:
    """Makes these choices on this page, as if a person had; the table picked from forgets it."""
    st.session_state["handed on"] = values
    st.session_state["opened"] = st.session_state.get("opened", 0) + 1
    st.rerun()


def latest(to: str = "pick", /, **picks: str) -> str:
    """What was picked last among several charts (empty: nothing), kept in the link as `to`.

    A chart keeps its pick, so it is the change that counts; a new `pick` drops those within it.
    """
    before = st.session_state.get(f"{to} in charts", {})
    changed = [pick for name, pick in picks.items() if pick != before.get(name, "")]
    st.session_state[f"{to} in charts"] = dict(picks)
    if not changed:
        return str(st.query_params.get(to, ""))
    current = next((pick for pick in changed if pick), "")
    forget(*(PICKED if to == "pick" else (to,)))
    if current:
        st.query_params[to] = current
        st.toast("What is behind it is listed below", icon=":material/south:")
    return current


def forget(*keys: str) -> None:
    """Takes what was picked out of the link: everything, unless some `keys` are named."""
    for key in set(keys or PICKED).intersection(st.query_params):
        del st.query_params[key]


def opened() -> Case | None:
    """The case the link names."""
    asked = st.query_params
    if "run" not in asked or "item" not in asked:
        return None
    sample = asked.get("sample", "0")
    return asked["run"], asked["item"], int(sample) if sample.isdecimal() and len(sample) < 9 else 0


def terms() -> list[str]:
    """The words the case was found by, to be marked in what is read."""
    return cases.terms(st.query_params.get("marks", ""))


def open_case(case: Case) -> None:
    """Goes to a case's own page; the words it was found by go along."""
    run, item, sample = case
    params = {"run": run, "item": item} | ({"sample": str(sample)} if sample else {})
    if words := st.query_params.get("q"):
        params["marks"] = words
    st.session_state["left"] = _held(LISTED)
    _open("cases", params)


def way_back() -> str:
    """Where `open_list` leads from here."""
    return "Back to the list" if st.session_state.get("left") else "All cases"


def open_list() -> None:
    """Goes to the list a case was opened from, as it was left; else to the list of all cases."""
    st.session_state["handed on"] = st.session_state.pop("left", {})
    _open("cases", {})


def open_run(run: Mapping[str, str]) -> None:
    """Goes to the cases of a run."""
    _open("cases", {"models": run["model"], "datasets": run["dataset"]})


def _open(script: str, link: Mapping[str, str]) -> None:
    st.session_state["opened"] = st.session_state.get("opened", 0) + 1
    st.switch_page(nav.page(script), query_params=dict(link))


def picker(key: str) -> str:
    """The key of a table or chart to pick from: another after everything opened.

    A row stays picked while its table keeps its key, so going back would open it again.
    """
    return f"{key}-{st.session_state.get('opened', 0)}"


WORST = {"all": 0.0, "worst 10 %": 0.10, "worst 5 %": 0.05, "worst 1 %": 0.01}
LABELS = {"any or none": "", "labeled": "labeled", "not labeled": "unlabeled"} | {
    act.replace("_", " "): act for act in ACTS
}


def filters(datasets: Sequence[str] = ()) -> Chosen:
    """The filters that Cases, Export and Score share, in the link; `datasets` are offered too."""
    search, tail, label = st.columns([2, 1, 1])
    with search:
        words = chips.words("Words in prompt or answer", "q", 'several words, or a "whole phrase"')
    with tail:
        worst = chips.choice(
            "Tail", "tail", list(WORST), help="of each model, at the default pooling"
        )
    with label:
        act = chips.choice("Label", "label", list(LABELS))
    answering = cached.ask(runs.answering)
    where, who, what, scored = st.columns([3, 3, 3, 5])
    with where:
        sets = sorted({*datasets, *(r["dataset"] for r in answering)})
        picked = chips.several("Data sets", "datasets", sets)
    with who:
        models = chips.several("Models", "models", sorted({r["model"] for r in answering}))
    with what:
        categories = chips.several("Categories", "categories", cached.ask(runs.categories))
    with scored:
        dimensions = ["any", *cached.ask(runs.scored_names)]
        dimension, low, high = chips.between("Score", "score", dimensions)
    return Chosen(
        Filter(
            models=models, datasets=picked, categories=categories, words=words,
            dimension="" if dimension == "any" else dimension, low=low, high=high,
        ),
        worst=WORST[worst],
        act=LABELS[act],
    )  # fmt: skip


SHARED = ("q", "tail", "label", "datasets", "models", "categories", "score", "between")
LISTED = (*SHARED, "page")


def turned(chosen: object, total: int, size: int) -> int:
    """How many cases lie before the page chosen; another choice begins at its first page."""
    if st.session_state.get("list of") not in (None, chosen):
        st.session_state["page"] = 1
    st.session_state["list of"] = chosen
    return chips.turn(total, size)
