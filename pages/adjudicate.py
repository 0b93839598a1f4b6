"""Adjudicate: settle what people contest, with reasons; and what each of them tends to confuse."""

import streamlit as st

from app.service.labeling import adjudicate, adjudicate_said, annotators
from app.service.labeling.adjudicate import Dispute
from app.service.measures import agreed
from app.service.outputs.cases import Case
from app.web import cached, gate, nav, state
from components.figures import annotators as figures
from components.widgets import chart, chips, empty, ruling, table, text

PAGE = 50


def draw() -> None:
    """The page: whose labels, then the cases or the people."""
    scopes = cached.ask(agreed.scopes)
    if not scopes:
        empty.show(
            "There is nothing to settle yet",
            "A case is contested where two people labeled it and differ: label some cases twice, "
            "or load a file of labels.",
            nav.page("label"),
            "Label",
        )
        return
    state.arrive()
    where, what = st.columns([3, 2], vertical_alignment="bottom")
    with where:
        scope = chips.choice("Labels of", "scope", list(scopes), scopes.__getitem__)
    with what:
        view = chips.choice("Look at", "look", ["cases", "people"])
    st.title("Adjudicate")
    if view == "people":
        people(scope)
    else:
        cases(scope)


def cases(scope: str) -> None:
    """The contested cases: one open to be settled, or the list."""
    found = cached.ask(adjudicate.queue, scope)
    st.markdown(f"##### {text.safe(adjudicate_said.sentence(found))}")
    asked = state.opened()
    if asked is not None:
        one(scope, asked, found)
        return
    if not found:
        return
    left = [dispute for dispute in found if not dispute.settled]
    if left and st.button("Settle the most contested", type="primary", icon=":material/gavel:"):
        turn_to(left[0].case)
    before = chips.turn(len(found), PAGE)
    shown = found[before : before + PAGE]
    rows = adjudicate_said.listed(
        shown, cached.ask(agreed.openings, [dispute.case for dispute in shown])
    )
    row = table.pick(rows, state.picker("disputes"), height="content", digits=2)
    if row is not None:
        turn_to(shown[row].case)


def turn_to(case: Case | None) -> None:
    """Goes to a case of the list, or back to the list."""
    for key in ("run", "item", "sample"):
        st.query_params.pop(key, None)
    if case is not None:
        run, item, sample = case
        st.query_params.update({"run": run, "item": item, "sample": str(sample)})
    st.session_state["opened"] = st.session_state.get("opened", 0) + 1
    st.rerun()


def one(scope: str, case: Case, found: list[Dispute]) -> None:
    """One case to be settled: texts, the labels side by side, the form, its history."""
    back, hidden = st.columns([4, 2], vertical_alignment="center")
    if back.button("All contested cases", type="tertiary", icon=":material/arrow_back:"):
        turn_to(None)
    anonymous = hidden.toggle("Hide who said what", value=True, key="anonymous")
    brief = cached.ask(adjudicate.brief, scope, case)
    prompt, answer = st.columns([2, 3], gap="medium")
    for place, title, words in (
        (prompt, "Prompt", brief.text.prompt),
        (answer, "Answer", brief.text.response),
    ):
        with place.container(border=True, height=320):
            st.caption(title)
            text.passage(words, f"{title}-{case}", missing=f"no {title.lower()}")
    st.dataframe(adjudicate_said.side_by_side(brief, anonymous), hide_index=True, lazy=False)
    if said := adjudicate_said.ruling(brief):
        st.caption(f":material/gavel: {text.safe(said)}")
    leading = {
        field: brief.settled.get(field) or adjudicate.leading(brief, field)
        for field in brief.options
    }
    sent = ruling.show(
        brief.options, leading, brief.settled.get(adjudicate.REASON, ""), f"{scope}{case}"
    )
    if sent is not None:
        values, reason = sent
        stores = cached.stores()
        adjudicate.settle_case(stores, scope, case, values, reason, gate.person())
        rest = [dispute.case for dispute in found if not dispute.settled and dispute.case != case]
        turn_to(rest[0] if rest else None)
    if brief.settled.get(adjudicate.BY) and st.button(
        "Take this back", type="tertiary", icon=":material/undo:"
    ):
        adjudicate.reopen(cached.stores(), scope, case)
        st.rerun()
    with st.expander(f"History of the case ({len(brief.history)})"):
        st.dataframe(adjudicate_said.history(brief, anonymous), hide_index=True, lazy=False)


def people(scope: str) -> None:
    """What each person confuses, how they change, how fast they are."""
    fields = cached.ask(annotators.fields, scope)
    field = chips.choice("Field", "field", fields)
    found = cached.ask(annotators.look, scope, field)
    st.markdown(f"##### {text.safe(annotators.sentence(found))}")
    rows, of = adjudicate_said.people(found), {one.person: one for one in found.people}
    panels = st.grid(2, min_column_width=chart.PANEL + 100, border=True)
    for key, title, figure, table_rows in (
        ("right", "Who says what was settled",
         figures.shares({p: o.right for p, o in of.items()}, "share right"), rows),
        ("drift", "Drift over time",
         figures.drift({p: o.drift for p, o in of.items()}), adjudicate_said.blocks(found)),
        ("seconds", "How fast", figures.seconds({p: o.seconds for p, o in of.items()}), rows),
        ("hurried", "Too fast to have read",
         figures.shares({p: o.hurried for p, o in of.items()}, "share of labels", bad=True), rows),
    ):  # fmt: skip
        with panels.cell():
            chart.show(
                figure, title, key=key, rows=table_rows,
                definition=adjudicate_said.DEFINITIONS[key],
            )  # fmt: skip
    person = of[chips.choice("Person", "person", list(of))]
    left, right = st.columns(2, border=True)
    told = adjudicate_said.confused(found, person)
    with left:
        chart.show(
            figures.confusion(person.confusion, found.classes), "Against what was settled",
            key="confusion", rows=told, definition=adjudicate_said.DEFINITIONS["confusion"],
        )  # fmt: skip
    with right:
        chart.show(
            figures.modeled(person.model, found.classes), "By Dawid and Skene's model",
            key="model", rows=told, definition=adjudicate_said.DEFINITIONS["model"],
        )  # fmt: skip
    if person.too_fast:
        st.caption(f"{len(person.too_fast)} cases too fast to have read; the first:")
        row = table.pick(
            [{"item": c[1], "run": c[0]} for c in person.too_fast[:PAGE]], state.picker("fast")
        )
        if row is not None:
            state.open_case(person.too_fast[row])


draw()
