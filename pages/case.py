"""Case: one answer whole, with all that was said of it and every other answer to its prompt."""

import streamlit as st

from app.service import cases
from app.web import cached, nav, state
from components.widgets import reading

origin = state.origin()
back = "Back to the list" if origin else "All cases"
if st.button(back, type="tertiary", icon=":material/arrow_back:"):
    state.open_list(origin)
opened = state.opened()
found = cached.ask(cases.read, *opened) if opened else None
reading.show(found, nav.page("case"), state.terms())
