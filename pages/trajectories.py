"""Trajectories: agent runs step by step, the risk ahead of each step, and how early it shows."""

import streamlit as st

from app.service.measures import trajectories, watched
from app.service.measures import trajectories_picked as picks
from app.service.measures import trajectories_said as said
from app.service.outputs import risks
from app.web import cached, nav, state
from components.figures import dots, frame, palette
from components.figures import trajectories as curves
from components.widgets import chart, chips, empty, table, text

MOST = 150
walked = cached.measured(trajectories.walked)
if not walked:
    empty.show(
        "No run has steps yet",
        "Load trajectories: a file with a list of steps in every row, as agents leave them.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()

state.arrive()
where, who, what = st.columns([1, 1, 2])
with where:
    datasets = list(dict.fromkeys(run["dataset"] for run in walked))
    dataset = chips.choice("Data set", "dataset", datasets)
names = {key: name or dataset for key, name in risks.names(walked, dataset).items()}
with who:
    run = chips.choice("Model", "model", list(names), names.__getitem__)
with what:
    states = chips.words("States, safest first", "states", "calm = safe + probing, risky, violated")
ahead, edge, whose, stop, smooth, which = st.columns(
    [1, 1, 1, 1, 1, 2], vertical_alignment="bottom"
)
with ahead:
    horizon = int(chips.number("Moves ahead", "ahead", 5.0, 1.0, 100.0))
with edge:
    threshold = chips.number("No return from", "threshold", 0.5, 0.05, 0.99)
with whose:
    role = chips.choice("Moves", "moves", list(said.ROLES), said.ROLES.__getitem__)
with stop:
    delay = int(chips.number("Flags to stop", "delay", 1.0, 1.0, 100.0))
with smooth:
    added = chips.number(
        "Added moves", "added", 1.0, 0.0, 100.0,
        help="added to every pair of states that can follow each other: 1 keeps rare states off 0 "
        "and 1, 0 takes the counts as they are",
    )  # fmt: skip
with which:
    outcome = chips.choice("Runs", "outcome", list(picks.CHOICES))
asked = trajectories.Asked(states, horizon, threshold, role, delay=delay, smoothing=added)
found = cached.measured(trajectories.read, run, asked)
seen = cached.measured(watched.read, run, delay)

st.title(f"Trajectories · {text.safe(names[run])}")
st.markdown(f"##### {text.safe(said.sentence(found))}")

rides = picks.among(found, outcome)
panels = st.grid(2, min_column_width=chart.PANEL + 100)
with panels.cell().container(border=True):
    square = chart.show(
        curves.risk_map(
            [
                curves.Line(
                    ride.case[1],
                    ride.case[1:],
                    [(s.step, s.chance, said.hover(s, horizon)) for s in ride.steps],
                    ride.broke,
                    ride.outcome == "cut off",
                )
                for ride in rides[:MOST]
            ],
            whole=len(rides),
            within=f"chance of violation within {horizon} moves",
        ),
        f"Risk over the steps of {said.which(rides, outcome)}",
        key="map",
        rows=said.mapped(rides),
        definition=said.DEFINITIONS["map"],
        select=state.picker("map"),
    )
right = panels.cell()
with right.container(border=True):
    line = chart.show(
        curves.ahead(
            said.starts(found),
            said.chances(found),
            horizon=horizon,
            threshold=threshold,
        ),
        "Chance of violation ahead",
        key="ahead",
        rows=said.ahead(found),
        definition=said.DEFINITIONS["ahead"],
        select=state.picker("ahead"),
    )
with right.container(border=True):
    point = chart.show(
        dots.dots(
            [
                dots.Row(name, measure, color=palette.TAIL if beyond else palette.MODEL)
                for name, measure, beyond in said.points_of(found)
            ],
            unit=f"chance of violation within {horizon} moves",
            show=frame.percent,
            order="given",
            reference=threshold,
            empty="No point of no return: no step has a state.",
        ),
        "Points of no return",
        key="points",
        rows=said.points(found),
        definition=said.DEFINITIONS["points"],
        select=state.picker("points"),
    )
with right.container(border=True):
    chart.show(
        curves.survival(found.time, found.cut, lost=found.lost, height=260),
        "Time to violation",
        key="time",
        rows=said.survived(found),
        definition=said.DEFINITIONS["time"],
    )
with right.container(border=True):
    chart.show(
        dots.dots(
            [
                dots.Row(word, measure, group=name)
                for name, word, measure in [*said.monitored(found), *watched.drawn(seen, delay)]
            ],
            unit="share, or score from 0 to 1",
            show=frame.percent,
            order="given",
            empty="No monitor: it takes violations and states or flags before them.",
        ),
        "Early warning",
        key="monitor",
        rows=[*said.warned(found), *watched.rows(seen)],
        definition=said.DEFINITIONS["monitor"],
    )
    st.caption(text.safe(said.early(found)))
    if seen.lacking:
        st.caption(text.safe(watched.missing(seen)))
st.caption(f":material/info: {text.safe(said.footing(found))}")

pick = picks.picked(
    state.latest(
        map=picks.on_map(square), ahead=picks.on_state(line), points=picks.on_point(point, found)
    )
)
passing = picks.passing(rides, pick)
st.subheader(text.safe(said.which(passing, outcome, pick).capitalize()))
about, back = st.columns([4, 1], vertical_alignment="center")
about.caption("Pick a square on the map, a state on a chart, or open a run from this list")
if pick != picks.Pick():
    back.button("Back to all runs", icon=":material/undo:", on_click=state.forget)
ride = picks.ride(found, pick)
if ride is not None:
    with st.container(border=True):
        st.markdown(f"**{text.safe(said.title(ride))}**")
        for step, told in zip(
            ride.steps, cached.measured(trajectories.opened, ride.case), strict=True
        ):
            st.caption(text.safe(said.head(step, horizon, step.step == pick.step)))
            text.passage(told["content"], f"step-{step.step}", missing="no words")
row = table.pick(said.listed(passing[: table.MOST]), state.picker("runs"), height=360, digits=2)
if row is not None:
    state.open_case(passing[row].case)
