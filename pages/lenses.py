"""Lenses: every published measure, what it needs, and what it finds in the loaded data."""

import streamlit as st

from app.service.lenses import example, lens, lens_needs, lens_said
from app.web import cached, nav, state
from components.figures import dots
from components.widgets import chart, chips, empty, looking, table, text

states = cached.ask(lens.states)
st.title("Lenses")
st.markdown(f"##### {text.safe(lens_said.sentence(states))}")
state.arrive()
which, having, words = st.columns([2, 2, 3], vertical_alignment="bottom")
with which:
    ready = chips.choice("Show", "ready", lens_said.READY)
with having:
    need = chips.choice("Needs", "needs", ["", *lens_needs.WORDS], lens_said.need)
with words:
    asked = chips.words("Paper, measure or column", "about", "such as SHARP, 2601.21235, act")
some = lens_said.kept(lens_needs.needing(states, need), ready, asked)
widths = {"source": 235, "on my data": 170, "direction": 125}
row = table.pick(lens_said.listed(some), state.picker("lenses"), height=360, widths=widths)
if row is not None:
    state.stay(lens=some[row].lens.name)
if not some:
    st.info("No lens fits. Ask for fewer words.", icon=":material/filter_alt_off:")
    st.stop()

by_name = {one.lens.name: one for one in some}
name = chips.choice("Lens", "lens", list(by_name))
chosen = by_name[name]
looking.about(chosen.lens, lens_said.status(chosen.lens), lens_said.needs(chosen))
if chips.switch("A made-up file that feeds it", "example", example.HELP):
    looking.files(example.files(name))
if not chosen.ready:
    empty.show(
        "Nothing that is loaded can feed this lens yet",
        "What it lacks, and how to get it, stands above.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()

names = cached.ask(lens_said.names)
left, right = st.columns([3, 1], vertical_alignment="bottom")
with left:
    runs = chips.several("Runs", "runs", chosen.ready, names.__getitem__)
with right:
    by = chips.choice("Measured on", "by", list(lens_said.BY))
settings = looking.settings(name, chosen.lens.parameters, lens_said.bounds)
found = cached.ask(lens_said.found, name, runs or chosen.ready, settings, lens_said.BY[by])
measure = chips.choice("Measure", "measure", lens_said.measures(found))
shown = lens_said.shown(found, measure)
with st.container(border=True):
    picked = chart.show(
        dots.dots(
            [dots.Row(one.name, one.measure, group=one.group, key=one.run) for one in shown],
            unit=measure,
        ),
        f"{chosen.lens.title}: {measure}",
        key="found",
        rows=lens_said.table(found),
        definition=lens_said.definition(chosen.lens),
        select=state.picker("found"),
    )
if picked and (run := lens_said.whose(found, picked[0])):
    state.open_run(run)
st.dataframe(lens_said.table(found), hide_index=True, lazy=False, placeholder="—", height=300)
