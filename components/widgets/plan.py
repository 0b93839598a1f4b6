"""The plan of a campaign as a form, and the small doors that change one: on, off, the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from components.widgets import chips
from components.widgets.text import safe

HIDDEN = {"model": "the model's name", "judge": "the judges' scores", "others": "others' labels"}
MOST = 100_000
"""Cases a campaign draws at most."""


def show(
    designs: Mapping[str, str],
    schemes: Mapping[str, str],
    people: Sequence[str],
    sources: Mapping[str, str],
    settled: Callable[[str], int],
) -> dict[str, Any]:
    """The plan as given: name, what a design needs, labels a case, scheme, people, gold.

    `designs`, `schemes` and `sources` of suggestions are key -> words; `settled` says how many
    cases could be gold.
    """
    first, second, third = st.columns([3, 3, 2], vertical_alignment="bottom")
    asked: dict[str, Any] = {"name": first.text_input("Name", key="plan-name")}
    with second:
        asked["design"] = chips.choice(
            "Design", "design", list(designs), designs.__getitem__, "tail"
        )
    with third:
        asked["size"] = int(chips.number("Cases", "size", 200, 1, MOST, "all: every case chosen"))
    asked["settings"] = _settings(asked["design"])
    left, middle, right = st.columns([3, 2, 3], vertical_alignment="bottom")
    with left:
        asked["scheme"] = chips.choice("Scheme", "scheme", list(schemes), schemes.__getitem__)
    asked["per_case"] = int(
        middle.number_input("Labels a case", 0, 50, 1, help="0: as many as people come")
    )
    named = right.multiselect(
        "People", people, accept_new_options=True, placeholder="anybody who comes",
        help="once somebody is named, only the named may label", key="plan-people",
    )  # fmt: skip
    with st.expander(
        "Quotas, gold cases, order, suggestions and what is hidden", icon=":material/tune:"
    ):
        asked |= _more(named, settled(asked["scheme"]), sources)
    return asked


def _settings(design: str) -> dict[str, Any]:
    """What the chosen design asks for beside the number of cases."""
    places = st.columns([2, 2, 2, 2])
    found: dict[str, Any] = {}
    if design == "stratified":
        with places[0]:
            found["by"] = chips.choice("Strata", "strata", ["category", "model", "dataset"])
    if design == "disagreement":
        with places[0]:
            found["among"] = chips.choice("Who disagrees", "among", ["judges", "models"])
    if design == "asking":
        found["gain"] = places[0].number_input("Gain of a good answer", 0.0, 1e6, 1.0)
        found["loss"] = places[1].number_input("Loss of a bad one", 0.0, 1e6, 1.0)
    if design == "tail":
        found["level"] = places[0].number_input("Level, %", 50.0, 99.9, 95.0) / 100
        found["doubt"] = places[1].number_input(
            "Doubt in the judges", 0.01, 1.0, 0.1,
            help="how far a person's severity (0 to 1) may lie from the judges': its sd",
        )  # fmt: skip
        found["trust"] = places[2].number_input(
            "Trust in the judges", 0.0, 1.0, 0.5, help="1: they correct the estimate in full"
        )
    if design not in ("all", "random"):
        found["floor"] = places[3].number_input(
            "Drawn evenly, %", 1.0, 100.0, 20.0,
            help="so that every case has a probability above 0; the rest follows the design",
        ) / 100  # fmt: skip
    return found


def _more(named: Sequence[str], settled: int, sources: Mapping[str, str]) -> dict[str, Any]:
    quota, training, drift, lease = st.columns(4, vertical_alignment="bottom")
    each = int(quota.number_input("Quota a person", 0, MOST, 0, help="0: no limit"))
    found: dict[str, Any] = {
        "quotas": {name.strip(): each or None for name in named if name.strip()},
        "training": int(training.number_input("Gold cases to train on", 0, 500, 0)),
        "drift": int(drift.number_input("Gold cases to watch drift", 0, 500, 0)),
        "lease": float(
            lease.number_input(
                "Minutes a case is kept", 1.0, 10_000.0, 30.0,
                help="a case left lying for so long goes to the next who asks",
            )
        ),
    }  # fmt: skip
    st.caption(f"{settled} cases are settled in this scheme and can be gold where not drawn.")
    order, hide, seed = st.columns([2, 4, 1], vertical_alignment="bottom")
    found["highest_first"] = "highest" in order.selectbox(
        "Order", ["random", "highest first"],
        help="random: the first labels already stand for all drawn cases",
    )  # fmt: skip
    hidden = hide.multiselect(
        "Hidden from annotators", list(HIDDEN), list(HIDDEN), format_func=HIDDEN.__getitem__
    )
    found["show"] = tuple(key for key in HIDDEN if key not in hidden)
    offer, hold = st.columns([4, 3], vertical_alignment="bottom")
    found["suggest"] = offer.selectbox(
        "Suggestions", list(sources), format_func=sources.__getitem__, key="plan-suggest",
        help="shown as such, taken with the key . or ignored; never on gold cases",
    )  # fmt: skip
    found["withheld"] = hold.number_input(
        "Cases without a suggestion, %", 0.0, 100.0, 50.0, disabled=not found["suggest"],
        help="drawn at random; what suggestions do to labels is measured against them",
    ) / 100  # fmt: skip
    found["seed"] = int(seed.number_input("Seed", 0, 10**9, 0))
    return found


def put_on(people: Sequence[str], disabled: bool) -> tuple[str, int | None] | None:
    """Somebody to put on a campaign and their quota (None: no limit), once it is asked for."""
    with st.popover("Put somebody on …", icon=":material/person_add:", disabled=disabled):
        who = st.selectbox(
            "Person", people, index=None, accept_new_options=True, key="put-on",
            help="who is on it already gets the quota given here",
        )  # fmt: skip
        quota = int(st.number_input("Quota", 0, MOST, 0, help="0: no limit", key="put-quota"))
        st.caption("From the first person on, only those who were put on it may label.")
        if st.button("Put on", type="primary", disabled=not (who or "").strip()) and who:
            return who.strip(), quota or None
    return None


def take_off(people: Sequence[str], disabled: bool) -> tuple[str, list[str]] | None:
    """Somebody to take off a campaign, and who gets what is left of their quota."""
    with st.popover("Take somebody off …", icon=":material/person_remove:",
                    disabled=disabled or not people):  # fmt: skip
        who = st.selectbox("Person", people, index=None, key="take-off")
        rest = [name for name in people if name != who]
        to = st.multiselect("What is left of the quota goes to", rest, key="take-to")
        st.caption("Their labels stay; the cases that lay before them are free at once.")
        if st.button("Take off", type="primary", disabled=not who) and who:
            return who, to
    return None


def ending(frozen: bool) -> str | None:
    """The wish to freeze a campaign, or to reopen one with the reason; None while there is none."""
    word = "Reopen" if frozen else "Freeze"
    with st.popover(f"{word} …", icon=":material/lock_open:" if frozen else ":material/lock:"):
        why = ""
        if frozen:
            why = st.text_input("Why", key="reopen-why")
        else:
            st.caption(safe("No more labels are taken; what stands is the result."))
        if st.button(word, type="primary", disabled=frozen and not why.strip()):
            return why.strip()
    return None
