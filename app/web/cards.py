"""What the pages of risk cards keep in the link: the card that lies open, the filters."""

from __future__ import annotations

import streamlit as st

from app.service.cards import deck
from app.service.cards.deck import Wanted
from app.service.outputs import runs
from app.service.outputs.cases import Chosen, Filter
from app.web import cached, nav
from components.widgets import chips
from components.widgets.card_form import Options
from data import card_codes
from data.card import ACTORS, KINDS, STATUSES
from data.columns import ACTS


def opened() -> str:
    """The card the link names; empty for none."""
    return str(st.query_params.get("card", ""))


def open_card(name: str = "", view: str = "") -> None:
    """Goes to a card, or to the deck; the next card opens as it is, not as the last one was."""
    st.session_state["opened"] = st.session_state.get("opened", 0) + 1
    link = ({"card": name} if name else {}) | ({"view": view} if view else {})
    st.switch_page(nav.page("cards"), query_params=link)


def filters() -> Wanted:
    """The row of filters of the deck; every one lives in the link."""
    every = cached.ask(deck.every)
    codes = sorted({code for kept in every for code in kept.card.codes})
    a, b, c, d, e, f = st.columns([2, 2, 2, 2, 2, 1.4])
    with a:
        words = chips.words("Words", "q", "in name, title, description")
    with b:
        plain = chips.several("Codes", "codes", [x for x in codes if ":" not in x],
                              card_codes.words)  # fmt: skip
    with c:
        named = chips.several("Categories", "categories", [x for x in codes if ":" in x],
                              card_codes.words)  # fmt: skip
    with d:
        actors = chips.several("Who is harmed", "actors", ACTORS)
    with e:
        kinds = chips.several("Harm", "harms", KINDS)
    with f:
        statuses = chips.several("Status", "status", STATUSES)
    return Wanted(words, plain, named, actors, kinds, statuses)


def search() -> Chosen:
    """The search for an answer that shows a card."""
    a, b, c = st.columns([3, 2, 4])
    answering = cached.ask(runs.answering)
    with a:
        words = chips.words("Words in prompt or answer", "find", "several words, or a phrase")
    with b:
        models = chips.several("Models", "models", sorted({r["model"] for r in answering}))
    with c:
        dimension, low, high = chips.between(
            "Score", "score", ["any", *cached.ask(runs.scored_names)]
        )
    return Chosen(
        Filter(models=models, words=words, dimension="" if dimension == "any" else dimension,
               low=low, high=high)
    )  # fmt: skip


def options() -> Options:
    """What can be chosen while a card is written."""
    return Options(
        codes={code: card_codes.words(code) for code in card_codes.every()},
        actors=ACTORS, kinds=KINDS, statuses=STATUSES, acts=ACTS,
        categories=cached.ask(runs.categories), dimensions=cached.ask(runs.scored_names),
    )  # fmt: skip
