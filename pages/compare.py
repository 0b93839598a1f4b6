"""Compare: two or more models on the same items, at the mean, in the tail, and why they differ."""

import streamlit as st

from app.service.measures import compare, compare_said, say, training, training_said
from app.service.measures import tail as tails
from app.service.outputs import losses, risks, runs
from app.web import cached, measured, nav, state
from components.figures import compare as curves
from components.figures import dots, frame, palette
from components.widgets import chart, chips, empty, table, text

datasets = cached.measured(losses.datasets)
if not datasets:
    empty.show(
        "No two models share a score yet",
        "A comparison needs two models' scored answers to the same prompts: load a second file.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()

state.arrive()
where, what, who = st.columns([2, 1, 4], vertical_alignment="bottom")
with where:
    dataset = chips.choice("Data set", "dataset", datasets)
with what:
    subject = chips.choice("Compared by", "what", list(cached.measured(losses.subjects, dataset)))
names = cached.measured(losses.models, dataset)
every = cached.measured(losses.candidates, dataset, subject)
with who:
    chosen = chips.several("Models", "models", every, names.__getitem__)
choices = measured.choices(
    cached.measured(risks.judges, dataset), cached.measured(runs.categories, dataset)
)
if len(chosen) == 1:
    st.info("Choose a second model, or none for all of them.", icon=":material/compare_arrows:")
    st.stop()
found = cached.measured(compare.of, chosen or tuple(every), subject, choices)
unit, tail = compare_said.title(found), say.level(choices)

st.title("Compare")
st.markdown(f"##### {text.safe(compare_said.sentence(found, names))}")
first, second = compare.focus(found)
with st.container(horizontal=True, vertical_alignment="bottom"):
    a = chips.choice("First model", "a", list(found.runs), names.__getitem__, first)
    others = [run for run in found.runs if run != a]
    b = chips.choice("Second model", "b", others, names.__getitem__, second)

shown = found.flips[: compare.SHOWN]
panels = st.grid(2, min_column_width=chart.PANEL + 100, border=True)
with panels.cell():
    flip = chart.show(
        curves.flips(
            [f"{names[found.runs[f.a]]} − {names[found.runs[f.b]]}" for f in shown],
            [f.mean for f in shown],
            [f.tail for f in shown],
            keys=range(len(shown)),
            tail=tail,
            unit=unit,
        ),
        compare_said.flip_title(found, len(shown)),
        key="flips",
        rows=compare_said.flips(found, names),
        definition=compare_said.DEFINITIONS["flips"],
        select=state.picker("flips"),
    )
with panels.cell():
    placed = chart.show(
        curves.places(
            [
                curves.Place(names[run], mean, end, run)
                for run, mean, end in zip(
                    found.runs, found.places["mean"], found.places["cvar"], strict=True
                )
            ],
            tail=tail,
            most=compare_said.most(found),
        ),
        "Places at the mean and in the tail",
        key="places",
        rows=compare_said.places(found, names),
        definition=compare_said.DEFINITIONS["places"],
        select=state.picker("places"),
    )
with panels.cell():
    against = chart.show(
        curves.gaps(
            [names[run] for run in others],
            [found.gap(a, run, "mean") for run in others],
            [found.gap(a, run, "cvar") for run in others],
            keys=others,
            tail=tail,
            unit=unit,
        ),
        f"{names[a]} minus each other model",
        key="gaps",
        rows=compare_said.pairs(found, names),
        definition=compare_said.DEFINITIONS["gaps"],
        select=state.picker("gaps"),
    )
pick = state.latest(
    flips=compare.on_flips(found, flip[0]) if flip else "",
    places=placed[0] if placed else "",
    gaps=against[0] if against else "",
)
looked = compare.picked(found, pick, (a, b))
one, other = (names[run] for run in looked)
more = compare_said.more(found)
with panels.cell():
    thresholds: dict[str, str] = {}
    for word, curve in zip(("first", "second"), compare.dominance(found, *looked), strict=True):
        crossed = chart.show(
            curves.dominance(
                curve.at, curve.gap, curve.low, curve.high,
                a=one, b=other, order=curve.order, unit=unit, more=more, height=250,
            ),
            f"Dominance, {word} order: {compare_said.dominates(curve, one, other, more)}",
            key=f"dominance-{word}",
            rows=compare_said.curve(curve),
            definition=compare_said.DEFINITIONS[word],
            select=state.picker(f"dominance-{word}"),
        )  # fmt: skip
        thresholds[word] = "" if crossed is None else repr(float(crossed))
st.caption(f":material/info: {text.safe(compare_said.footing(found, names))}")
if chips.switch("Before and after: what a training changed", "training"):
    st.subheader(text.safe(f"From {one} to {other}"))
    changed = cached.ask(training.changes, dataset, *looked, choices)
    st.markdown(text.safe(training_said.sentence(changed)))
    sides = st.grid(2, min_column_width=chart.PANEL, border=True)
    hits: dict[str, str] = {}
    for scale in dict.fromkeys(change.unit for change in changed):
        those = [change for change in changed if change.unit == scale]
        with sides.cell():
            hit = chart.show(
                dots.dots(
                    [
                        dots.Row(
                            change.name,
                            change.gap,
                            group=change.aspect,
                            key=change.name,
                            color=palette.TAIL if change.better is False else palette.MODEL,
                        )
                        for change in those
                    ],
                    unit=f"after minus before, {scale}",
                    order="given",
                    reference=0,
                ),
                training_said.title(those),
                key=f"changes-{scale}",
                rows=training_said.table(those),
                definition=training_said.DEFINITION,
                select=state.picker(f"changes-{scale}"),
            )
            hits[scale] = hit[0] if hit else ""
    st.dataframe(training_said.table(changed), hide_index=True, lazy=False, placeholder="—")
    if gone := training_said.absent(changed):
        st.caption(text.safe(gone))
    about = state.latest("change", **hits)
    if about in {one.name for one in changed}:
        moved = cached.ask(training.behind, dataset, *looked, choices, about)
        st.caption(text.safe(f"{frame.count(len(moved))} answers differ in {about}"))
        some = moved[: table.MOST]
        openings = cached.measured(tails.openings, [one.case for one in some])
        at_row = table.pick(
            training.moved(some, openings), state.picker("moved"), height=300, digits=3
        )
        if at_row is not None:
            state.open_case(some[at_row].case)

at = compare_said.threshold(state.latest("beyond", **thresholds))
drivers = compare_said.beyond(compare.drivers(found, *looked), at)
st.subheader(text.safe(f"What drives the gap between {one} and {other}"))
beside = f", on either side of {frame.number(at)} {unit}" if at is not None else ""
said, back = st.columns([4, 1], vertical_alignment="center")
said.caption(
    f"{frame.count(len(drivers))} answers differ{text.safe(beside)}; the ones that add most to the "
    "tail's gap come first. What all of them add makes the gap exactly. Open one to read both."
)
if looked != (a, b):
    back.button("Back to the chosen pair", icon=":material/undo:", on_click=state.forget)
elif at is not None:
    back.button("Back to all answers", icon=":material/undo:", on_click=state.forget)
worst = tuple(drivers[: table.MOST])
row = table.pick(
    compare_said.driven(worst, cached.measured(compare.openings, worst), one, other),
    state.picker("drivers"),
    height=360,
    digits=3,
)
if row is not None:
    state.open_case(worst[row].case)
