"""Cases: find, filter, search and read; one case across all models with all that was said of it."""

import streamlit as st

from app.service.cards import deck, evidence
from app.service.outputs import cases, runs
from app.web import cached, gate, nav, start, state
from components.figures import frame
from components.widgets import empty, reading, send, table, text
from components.widgets import evidence as shows

PAGE = 25
opened = state.opened()
if opened is not None:
    if st.button(state.way_back(), type="tertiary", icon=":material/arrow_back:"):
        state.open_list()
    found = cached.ask(cases.read, *opened)
    if found is not None and (titles := cached.ask(deck.titles)):
        said = shows.of_case(
            cached.ask(evidence.of_case, opened), titles, f"{opened}", nav.page("cards"),
            found.labels,
        )  # fmt: skip
        if said is not None:
            evidence.show(cached.stores(), opened, *said, gate.person())
            st.rerun()
    reading.show(found, nav.page("cases"), state.terms())
    st.stop()

if not cached.ask(runs.answering):
    empty.show(
        "There is nothing to read yet",
        "Bring in a file of model outputs.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()

st.title("Cases")
state.arrive()
chosen = state.filters()
total = cached.ask(cases.total, chosen)
count, to_do = st.columns([3, 2], vertical_alignment="center")
count.markdown(f"**{frame.count(total)}** cases: {text.safe(cases.words(chosen))}")
with to_do.container(horizontal=True, horizontal_alignment="right"):
    send.show(
        cached.ask(cases.keys, chosen, send.MOST),
        "Cases to label",
        f"the first {send.MOST} cases at most of: {cases.words(chosen)}",
        start.campaign,
        nav.page("label"),
    )
    if st.button("Export", type="tertiary", icon=":material/package_2:"):
        state.open_export()
before = state.turned(chosen, total, PAGE)
if not total:
    st.info("No case fits all of this. Take a filter out.", icon=":material/filter_alt_off:")
    st.stop()
rows = cached.ask(cases.find, chosen, PAGE, before)
row = table.pick(cases.listed(rows), state.picker("list"), height="content", digits=2)
if row is not None:
    state.open_case(cases.case(rows[row]))
