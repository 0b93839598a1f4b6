"""Risk cards: the deck; a card with its evidence and history; writing and editing one."""

from functools import partial

import streamlit as st

from app.service.cards import deck, deck_files, deck_said, evidence, run_evidence
from app.service.outputs import cases
from app.web import cached, cards, gate, nav, state
from components.widgets import card as drawn
from components.widgets import card_form, chips, empty, text
from components.widgets import deck_files as files
from components.widgets import evidence as shown
from data.card import Card
from data.trouble import Trouble

TILES, PAGE = 24, 8
SOURCES = ["linked", "proposed by the card's rules", "found by search"]
VIEWS = ["card", "evidence", "edit", "history"]


def draw() -> None:
    """The page: the deck, a new card, or one card."""
    state.arrive()
    name = cards.opened()
    if name:
        one(name)
    elif st.query_params.get("view") == "new":
        write(None)
    else:
        browse()


def browse() -> None:
    """The deck as a grid of cards under its filters."""
    st.title("Risk cards")
    every = cached.ask(deck.every)
    if not every:
        empty.show(
            "There is no card yet",
            "Bring in the starter deck that comes with Tailscope, or write a card of your own.",
            nav.page("cards"), "Look again",
        )  # fmt: skip
    else:
        st.markdown(f"##### {deck_said.sentence(every, cached.ask(evidence.counts))}")
    with st.container(horizontal=True):
        if st.button("Write a card", type="primary", icon=":material/add:"):
            cards.open_card(view="new")
        if not every and st.button("Bring in the starter deck", icon=":material/style:"):
            deck.seed(cached.stores())
            st.rerun()
        stores = cached.stores()
        brought = files.show(partial(deck_files.archive, stores), bool(every))
    if brought:
        files.told(deck_files.bring(stores, brought, gate.person()))
        every = cached.ask(deck.every)
    if not every:
        return
    wanted = cards.filters()
    found = cached.ask(deck.find, wanted)
    st.caption(f"{len(found)} of {len(every)} cards")
    before = state.turned(wanted, len(found), TILES)
    drawn.grid(found[before : before + TILES], cached.ask(evidence.counts), nav.page("cards"))


def one(name: str) -> None:
    """A card: all its parts, its evidence, its history, or the form that edits it."""
    if st.button("All cards", type="tertiary", icon=":material/arrow_back:"):
        cards.open_card()
    kept = cached.ask(deck.one, name)
    st.title(text.safe(kept.card.title))
    links = cached.ask(evidence.counts).get(name, 0)
    st.markdown(f"##### {deck_said.standing(kept, links)}")
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    with left:
        view = chips.choice("Show", "view", VIEWS)
    if view == "card":
        rules = [evidence.words(rule) for rule in kept.card.proposes if not rule.empty]
        drawn.whole(kept.card, deck_said.codes(kept.card), rules, name)
    elif view == "edit":
        write(kept)
    elif view == "history":
        drawn.history(cached.ask(deck.versions, name), deck.difference)
        st.markdown("**Evidence, linked and taken back**")
        st.dataframe(cached.ask(evidence.history, name), hide_index=True, lazy=False)
    else:
        with right:
            source = chips.choice("Answers", "from", SOURCES)
        shows(name, source)


def write(kept: deck.Kept | None) -> None:
    """The form of a new card or of the next version, with a preview and what it changes."""
    was = kept.card if kept else None
    if kept is None:
        if st.button("All cards", type="tertiary", icon=":material/arrow_back:"):
            cards.open_card()
        st.title("Write a card")
    key = f"{was.card}-{kept.version}" if kept and was else "new"
    said = card_form.show(was, cards.options(), key)
    card: Card | None = None
    try:
        card = deck_files.filled(said, was)
    except Trouble as trouble:
        st.info(text.safe(str(trouble)), icon=":material/edit_note:")
    lines = deck.difference(was, card) if card else []
    preview, changes, rules = st.tabs(["Preview", "What changes", "The public deck's field rules"])
    with preview:
        if card:
            said_rules = [evidence.words(rule) for rule in card.proposes]
            drawn.whole(card, deck_said.codes(card), said_rules, f"{key}-preview")
    with changes:
        drawn.changed(lines)
    with rules:
        files.problems(deck_files.problems(card) if card else [])
    label = f"Save as version {kept.version + 1}" if kept else "Save the card"
    if st.button(label, type="primary", disabled=card is None or not lines) and card:
        deck.keep(cached.stores(), [card], gate.person(), after=kept.version if kept else 0)
        cards.open_card(card.card)


def shows(name: str, source: str) -> None:
    """The card's evidence: what is linked, what its rules propose, what a search finds."""
    attach_value(name)
    if source == "linked":
        total = cached.ask(evidence.counts).get(name, 0)
        if not total:
            st.caption("— nothing is linked yet: search for answers, or look at what is proposed")
        before = state.turned(cases.Chosen(campaign=name), total, PAGE)
        gone = shown.linked(cached.ask(evidence.page, name, PAGE, before), nav.page("cases"))
        if gone is not None:
            evidence.detach(cached.stores(), gone[0], gate.person(), gone[1])
            st.rerun()
    elif source == "found by search":
        search(name)
    else:
        rows = cached.ask(evidence.proposed, name, PAGE)
        if not rows:
            st.caption("— the card's rules find nothing new among the answers that are loaded")
            return
        settle(name, rows, "These show the card", "These do not")


def search(name: str) -> None:
    """Answers found by words, model and score, to be linked."""
    chosen = cards.search()
    total = cached.ask(cases.total, chosen)
    before = state.turned(chosen, total, PAGE)
    rows = cached.ask(evidence.search, chosen, PAGE, before)
    st.caption(f"{total} answers: {text.safe(cases.words(chosen))}")
    if rows:
        settle(name, rows, "Link the ticked answers")


def settle(name: str, rows: list[dict[str, object]], words: str, other: str = "") -> None:
    """Answers to tick, and what is done with those ticked."""
    picked = shown.pick(rows, f"{name}-{state.picker('pick')}", nav.page("cases"), words, other)
    if picked is None or not picked[0]:
        return
    places, no = picked
    for how in dict.fromkeys(str(rows[place].get("how") or "") for place in places):
        same = [cases.case(rows[p]) for p in places if str(rows[p].get("how") or "") == how]
        act = evidence.decline if no else evidence.attach
        act(cached.stores(), name, same, gate.person(), how)
    st.toast(f"{len(places)} {'declined' if no else 'linked'}", icon=":material/check:")
    state.stay()


def attach_value(name: str) -> None:
    """Linking a run's tail or a lens result as it is now."""
    asked = shown.of_run(cached.ask(run_evidence.names), run_evidence.lenses())
    if asked is not None:
        run, looked = asked
        body = run_evidence.body(cached.stores(), run, looked)
        kind = "lens" if looked else "tail"
        evidence.attach_value(cached.stores(), name, kind, body, gate.person())
        st.rerun()


draw()
