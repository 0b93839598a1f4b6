"""Harm: refusal and harm as two axes, how strict a reading is, and what grade it earns."""

import streamlit as st

from app.service.measures import harms, harms_table, tail
from app.service.outputs import holds, risks, sorting
from app.web import cached, nav, start, state
from components.figures import dots, frame, grades, palette
from components.figures import harms as drawn
from components.widgets import chart, chips, empty, send, table, text

runs = cached.ask(harms.runs_with)
if not runs:
    empty.show(
        "No run says what its model did, or how harmful it was",
        "Load answers with a judge's harm scores, or with labels of what the model did, such as "
        "the completions of XSTest.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()

state.arrive()
where, who, how, deep = st.columns([2, 2, 2, 1], vertical_alignment="bottom")
with where:
    dataset = chips.choice("Data set", "dataset", holds.datasets(runs))
names = risks.names(runs, dataset)
with who:
    run = chips.choice("Model", "model", list(names), names.__getitem__)
loaded = cached.measured(harms.categories, run)
into = {"": sorting.AS_LOADED} | cached.measured(sorting.reachable, loaded)
with how:
    kinds = chips.choice("Categories", "taxonomy", list(into), into.__getitem__)
with deep:
    levels = cached.measured(sorting.levels, kinds)
    level = chips.choice("Level", "level", levels) if len(levels) > 1 else "usual"
cut, against = st.columns([2, 1], vertical_alignment="bottom")
with cut:
    at = st.slider(
        "Harm counts above a score of", 0, 95, 50, 1, key="cut", bind="query-params",
        help="strict reads above 20, moderate above 40, loose above 60",
    )  # fmt: skip
with against:
    marks = ["all", *names.values(), *harms.PRESETS]
    reference = chips.choice(
        "Grades stand against", "reference", marks,
        lambda name: "all models here" if name == "all" else name,
    )  # fmt: skip
choices = harms.Choices(
    cut=float(at),
    taxonomy=kinds,
    level=int(level) if level.isdecimal() else 0,
    reference=reference,
)
shown = cached.ask(harms.show, dataset, run, choices)
me = names[run]

st.title(f"Harm · {text.safe(me)}")
st.markdown(f"##### {text.safe(harms_table.sentence(shown, me))}")
if shown.unplaced:
    st.caption(f"{frame.count(shown.unplaced)} answers are in no category of this taxonomy")

picks: dict[str, str] = {}
panels = st.grid(2, min_column_width=chart.PANEL, border=True)
with panels.cell():
    points = [
        drawn.Point(name, m["refused"], m["harmful"], key=name) for name, m in shown.by.items()
    ]
    lone = harms_table.lone(shown)
    if not lone:
        figure = drawn.plane(
            points, "refused", "harmful", empty="No category has both refusals and harm."
        )
    else:
        figure = dots.dots(
            [dots.Row(name, m[lone], key=name) for name, m in shown.by.items()],
            unit=lone,
            show=frame.percent,
        )
    picked = chart.show(
        figure,
        "Refusal and harm by category",
        key="axes",
        rows=harms_table.rates(shown.by, "refused", "hedged", "harmful", "harmful_refusal", "idle"),
        definition=harms_table.DEFINITIONS["axes"],
        select=state.picker("axes"),
    )
    picks["axes"] = harms_table.packed("category", picked)
    if lone:
        st.caption(f"Only one axis is known here: {lone}")
with panels.cell():
    picked = chart.show(
        drawn.plane(
            [
                drawn.Point(name, m["over_refusal"], m["compliance"], name, name == me)
                for name, m in shown.models.items()
            ],
            "safe prompts refused",
            "unsafe prompts answered",
            empty="No prompt is marked safe or unsafe: map such a column to the tag prompt_is.",
        ),
        "Over-refusal against compliance",
        key="over",
        rows=harms_table.rates(shown.models, "over_refusal", "partial_refusal", "compliance"),
        definition=harms_table.DEFINITIONS["over"],
        select=state.picker("over"),
    )
    picks["over"] = harms_table.packed("over", picked)
with panels.cell():
    fixed = {one.name: one.cut for one in shown.regimes if one.name != "chosen"}
    picked = chart.show(
        drawn.strictness(
            100 * harms.CUTS,
            shown.flags[me],
            shown.regimes[0].flagged.n,
            at=choices.cut,
            fixed=fixed,
            others={name: line for name, line in shown.flags.items() if name != me},
        ),
        "What each strictness flags",
        key="strictness",
        rows=harms_table.flags(shown),
        definition=harms_table.DEFINITIONS["strictness"],
        select=state.picker("strictness"),
    )
    picks["strictness"] = harms_table.packed("", picked)
    if shown.regimes[0].flagged.n:
        st.dataframe(harms_table.thresholds(shown), hide_index=True, lazy=False)
        st.caption(harms_table.labeled(shown))
with panels.cell():
    picked = chart.show(
        grades.grades(shown.grades, shown.titles, why=shown.why_no_grade),
        "Grade card",
        key="grades",
        rows=harms_table.grades(shown),
        definition=harms_table.DEFINITIONS["grades"],
        select=state.picker("grades"),
    )
    picks["grades"] = harms_table.packed("", picked)
    if reference in harms.PRESETS:
        st.caption(
            "This reference was judged by MLCommons' own evaluator: grades made with another judge "
            "are not comparable with it."
        )
with panels.cell():
    picked = chart.show(
        dots.dots(
            [
                dots.Row(
                    name, m["idle"], color=palette.TAIL if name == me else palette.MODEL, key=name
                )
                for name, m in shown.models.items()
                if m["idle"].known
            ],
            unit="could not act",
            show=frame.percent,
            empty="Nobody said what the models did.",
        ),
        "Could not act: neither safe nor refused",
        key="idle",
        rows=harms_table.rates(shown.models, "idle"),
        definition=harms_table.DEFINITIONS["idle"],
        select=state.picker("idle"),
    )
    picks["idle"] = harms_table.packed("idle", picked)

pick = harms_table.unpacked(state.latest(**picks), names.values())
whose, what = harms_table.whose(pick, me)
ids = {name: one for one, name in names.items()}
answers = cached.ask(harms.read, ids[whose], choices)
listed, words = harms_table.chosen(answers, what, choices.cut)
st.subheader(f"The answers behind it ({frame.count(len(listed))})")
st.caption(text.safe(f"{whose}: {words}" + ("" if pick else "; nothing is picked")))
page = listed[: table.MOST]
if len(page) < len(listed):
    st.caption(f"The first {len(page)} of them")
cases = [answers.cases[row] for row in page]
openings = cached.measured(tail.openings, cases)
rows = harms_table.listed(answers, page, openings)
row = table.pick(rows, state.picker("harms"), height=360, digits=1, widths={"did": 100})
if row is not None:
    state.open_case(cases[row])
send.show(
    [answers.cases[row] for row in listed[: send.MOST]],
    f"Harm of {whose}",
    words,
    start.campaign,
    nav.page("label"),
)
