"""Overview: every model at the mean and in the tail, and what is new."""

import streamlit as st

from app.service.measures import say, tabulate, tail
from app.service.outputs import risks, runs
from app.web import cached, measured, nav, state
from components.figures import dots, overview
from components.widgets import chart, chips, empty, table, text

loaded = cached.ask(runs.every)
if not loaded:
    empty.show(
        "Nothing is loaded yet",
        "Bring in a file of model outputs, or run `tailscope demo` for made-up sample data.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()

scored = cached.measured(risks.scored)
if scored:
    where, how = st.columns([1, 2], vertical_alignment="top")
    with where:
        dataset = chips.choice("Data set", "dataset", cached.measured(risks.datasets))
    with how:
        choices = measured.choices(cached.measured(risks.judges, dataset))
    tails = cached.measured(tail.standings, dataset, choices)
    names = risks.names(scored, dataset)
    labels = [names[one.run["run_id"]] for one in tails]
    runs_here = [one.run["run_id"] for one in tails]
    twins = say.twins(tails)
    gap = (
        cached.measured(tail.gap, *(one.run["run_id"] for one in twins), choices) if twins else None
    )

    st.title("Overview")
    st.markdown(f"##### {text.safe(say.overview(tails, names, twins, gap))}")
    if absent := [name for run, name in names.items() if run not in runs_here]:
        st.caption(f":material/info: not scored by this judge: {text.safe(', '.join(absent))}")
    panels = st.grid(2, min_column_width=chart.PANEL + 100, border=True)
    with panels.cell():
        picked = chart.show(
            overview.scatter(
                labels,
                [one.measures["mean"] for one in tails],
                [one.measures["cvar"] for one in tails],
                keys=runs_here,
                tail=say.level(choices),
            ),
            "The mean against the tail",
            key="scatter",
            rows=tabulate.overview(tails, names),
            definition=tabulate.DEFINITIONS["overview"],
            select=state.picker("scatter"),
        )
    with panels.cell():
        ranked = chart.show(
            overview.ranked(
                [
                    dots.Row(name, one.measures[measure], group=word, key=one.run["run_id"])
                    for measure, word in (("cvar", say.level(choices)), ("mean", "mean"))
                    for name, one in zip(labels, tails, strict=True)
                ],
                unit="log-risk, nats",
            ),
            "Ranked by the tail, and by the mean",
            key="ranked",
            rows=tabulate.overview(tails, names),
            definition=tabulate.DEFINITIONS["overview"],
            select=state.picker("ranked"),
        )
    run = picked or (ranked[0] if ranked else None)
    if run in names:
        state.open_profile(names[run])
else:
    st.title("Overview")
    st.markdown("##### The loaded runs have no harm scores, so there is no tail to compare.")

st.subheader("What is loaded")
row = table.pick(runs.loaded(loaded), state.picker("runs"), height=280)
if row is not None and loaded[row]["model"]:
    state.open_run(loaded[row])
