"""Risk register: whose each risk is, what is done about it, when it is looked at again."""

from datetime import date

import streamlit as st

from app.service.cards import assess, deck, register
from app.web import cached, gate, nav, state
from components.widgets import registering, text
from data.assessment import LEVELS, STANDINGS, TREATMENTS


def draw() -> None:
    """The page: the sentence, the table with what is overdue first, a risk to write or edit."""
    state.arrive()
    st.title("Risk register")
    found, day = cached.ask(register.every), register.today()
    st.markdown(f"##### {text.safe(register.sentence(found, day))}")
    registering.table([register.row(one.risk, day) for one in found])
    options = {
        "cards": cached.ask(deck.titles), "assessments": cached.ask(assess.titles),
        "treatment": TREATMENTS, "status": STANDINGS, "residual": LEVELS,
    }  # fmt: skip
    names = {one.risk.risk: one.risk.title for one in found}
    name = registering.which(names)
    kept = next((one for one in found if one.risk.risk == name), None)
    handed = dict(st.session_state.get("new risk", {}))
    said = registering.form(kept.risk if kept else None, options, handed,
                            f"{name}-{kept.version if kept else 0}")  # fmt: skip
    if said is not None:
        review = said["review"].isoformat() if isinstance(said["review"], date) else ""
        body = said | {"review": review} | ({"risk": name} if name else {})
        st.session_state.pop("new risk", None)
        register.keep(cached.stores(), body, gate.person(), kept.version if kept else 0)
        st.rerun()
    if kept:
        with st.expander(f"Every change of this risk ({kept.version})", icon=":material/history:"):
            registering.history(cached.ask(register.history, name), register.row)
            if kept.risk.card:
                st.page_link(nav.page("cards"), label="Its card", icon=":material/style:",
                             query_params={"card": kept.risk.card})  # fmt: skip


draw()
