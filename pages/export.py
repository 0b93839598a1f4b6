"""Export: take what the filter lets through, with its labels, card, checksums and snapshot."""

import streamlit as st

from app.service import cases, export, runs
from app.web import cached, gate, nav, state
from components.figures import frame
from components.widgets import chips, empty, take, text

if not cached.ask(runs.answering):
    empty.show(
        "There is nothing to export yet",
        "Bring in a file of model outputs first.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()

st.title("Export")
state.arrive()
chosen = state.filters()
total = cached.ask(cases.total, chosen)
st.markdown(f"##### {frame.count(total)} outputs: {text.safe(cases.words(chosen))}")

name, kind, rule = st.columns([2, 1, 2])
with name:
    called = st.text_input("Name of the data set", "tailscope-export", max_chars=80)
with kind:
    format = chips.choice("Format", "format", export.FORMATS)
with rule:
    labels = chips.choice("Labels come to", "rule", export.EVERY_RULE, export.RULES.__getitem__)
ready = export.slug(called)
if not total:
    st.info("No output fits all of this. Take a filter out.", icon=":material/filter_alt_off:")
elif st.button("Export", type="primary", icon=":material/package_2:", disabled=not ready):
    with take.progress("Exporting") as step:
        st.session_state["exported"] = export.bundle(
            cached.stores(), chosen, ready, format=format, rule=labels, by=gate.person(),
            progress=step,
        )  # fmt: skip
if done := st.session_state.get("exported"):
    take.show(done.name, done.archive.read_bytes, done.facts)

past = cached.ask(export.past)
if past:
    st.subheader("Taken so far")
    take.past(past)
