"""Belief: where the probability went, what that is worth, and whether a confidence holds."""

import streamlit as st

from app.service.measures import belief, belief_table, tail
from app.service.outputs import holds, mark, option_tokens, risks
from app.web import cached, nav, start, state
from components.figures import belief as drawn
from components.figures import dots, frame, reliability
from components.widgets import chart, chips, empty, send, table, text

runs = cached.ask(belief.runs)
if not runs:
    empty.show(
        "No run says how sure it was",
        "Load answers with the probability of each option and the right one, or with a confidence "
        "from 0 to 1 and whether the answer was correct.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()

state.arrive()
where, who, what = st.columns(3)
with where:
    dataset = chips.choice("Data set", "dataset", holds.datasets(runs, cached.ask(holds.optional)))
names = risks.names(runs, dataset)
with who:
    run = chips.choice("Model", "model", list(names), names.__getitem__)
with what:
    kinds = ["all categories", *cached.measured(belief.categories, run)]
    category = chips.choice("Category", "category", kinds)
right, wrong, by, cut = st.columns([2, 2, 2, 2], vertical_alignment="bottom")
with right:
    l_c = st.slider(
        "Right is worth l_c", 0.0, 5.0, 1.0, 0.1, key="right", bind="query-params",
        help="the score of a belief that is wholly right",
    )  # fmt: skip
with wrong:
    l_w = st.slider(
        "Wrong costs l_w", 0.1, 5.0, 1.0, 0.1, key="wrong", bind="query-params",
        help="above l_c, abstaining is always better than a guess at even odds",
    )  # fmt: skip
with by:
    counted = cached.measured(option_tokens.there, run)
    length = chips.choice(
        "Log-probabilities divided", "length", belief.divisors(counted),
        belief.LENGTHS.__getitem__, help=belief_table.DIVIDED[counted],
    )  # fmt: skip
with cut:
    mass = chips.choice("Bins of confidence", "bins", ["equal width", "equal mass"])
choices = belief.Choices(
    l_c=l_c,
    l_w=l_w,
    length=length,
    equal_mass=mass == "equal mass",
    category="" if category == "all categories" else category,
)
shown = cached.ask(belief.show, run, choices)
optional = cached.ask(holds.optional)
standing = cached.ask(belief.standings, tuple(k for k in names if k in optional), choices)

st.title(f"Belief · {text.safe(names[run])}")
st.markdown(f"##### {text.safe(belief_table.sentence(shown, names[run], standing))}")

picks = dict.fromkeys(("scores", "models", "reliability", "calibration", "categories"), "")
if shown.has_options:
    panels = st.grid(3, min_column_width=chart.PANEL, border=True)
    with panels.cell():
        point = chart.show(
            drawn.triangle(shown.masses, shown.score, shown.threshold, offered=shown.offered),
            "Where the probability went",
            key="triangle",
            rows=belief_table.answers(shown),
            definition=belief_table.DEFINITIONS["triangle"],
            select=state.picker("triangle"),
        )
        if point is not None:
            state.open_case(shown.cases[int(point[1])])
    with panels.cell():
        picks["scores"] = mark.text(
            chart.show(
                drawn.histogram(shown.score, -l_w, l_c),
                "How many answers score what",
                key="scores",
                rows=belief_table.answers(shown),
                definition=belief_table.DEFINITIONS["scores"],
                select=state.picker("scores"),
            )
        )
    with panels.cell():
        rows = [
            dots.Row(names.get(other, other), of[measure], belief_table.WORDS[measure], other)
            for measure in ("mean", "ternary", "weighted_accuracy", "contrast")
            for other, of in standing.items()
        ]
        model = chart.show(
            dots.dots(rows, unit="mean over answers", reference=0.0),
            "The models side by side",
            key="models",
            rows=belief_table.standing(standing, names),
            definition=belief_table.DEFINITIONS["numbers"],
            select=state.picker("models"),
        )
        picks["models"] = mark.dot("model", model)

panels = st.grid(3, min_column_width=chart.PANEL, border=True)
with panels.cell():
    ece = shown.measures.get(("ece", ""))
    picks["reliability"] = mark.text(
        chart.show(
            reliability.diagram(shown.diagram, lost=ece.lost if ece else 0),
            "Does confidence mean what it says",
            key="reliability",
            rows=belief_table.bins(shown),
            definition=belief_table.DEFINITIONS["reliability"],
            select=state.picker("reliability"),
        )
    )
with panels.cell():
    told = [
        dots.Row(word, shown.measures[name, ""], key=name)
        for name, word in belief_table.SURE.items()
        if (name, "") in shown.measures
    ]
    number = chart.show(
        dots.dots(
            told, unit="value", order="given", empty="No calibration: no confidence with a verdict."
        ),
        "Calibration in numbers",
        key="calibration",
        rows=belief_table.measures(shown, belief_table.SURE | belief_table.WORDS),
        definition=belief_table.DEFINITIONS["calibration"],
        select=state.picker("calibration"),
    )
    picks["calibration"] = mark.dot("number", number)
    if ece:
        st.caption(text.safe(f"n {ece.n} · left out {ece.lost} · {choices.bins} bins"))
with panels.cell():
    kept = [dots.Row(name, m, key=name) for name, m in shown.by.items()]
    picked = chart.show(
        dots.dots(
            kept,
            unit="mean score" if shown.has_options else "share right",
            empty="One category only: nothing to set side by side.",
        ),
        "Category by category",
        key="by-category",
        rows=belief_table.categories(shown),
        definition=belief_table.DEFINITIONS["categories"],
        select=state.picker("by-category"),
    )
    picks["categories"] = mark.dot("category", picked)

pick = mark.read(state.latest(**picks), **belief_table.KINDS)
whose = pick[1] if pick[:1] == ["model"] and pick[1] in names else run
if whose != run:
    shown = cached.ask(belief.show, whose, choices)
found, words = belief_table.chosen(shown, pick, names[whose])
st.subheader(f"The answers behind it ({frame.count(len(found))})")
said, back = st.columns([4, 1], vertical_alignment="center")
said.caption(text.safe(f"{words[:1].upper()}{words[1:]}" + ("" if pick else ": nothing is picked")))
if pick:
    back.button("Back to all answers", icon=":material/undo:", on_click=state.forget)
page = found[: table.MOST]
if len(page) < len(found):
    st.caption(f"The first {len(page)} of them")
cases = [shown.cases[at] for at in page]
openings = cached.measured(tail.openings, cases)
row = table.pick(
    belief_table.listed(shown, page, openings), state.picker("answers"), height=360, digits=2
)
if row is not None:
    state.open_case(cases[row])
send.show(
    [shown.cases[at] for at in found[: send.MOST]],
    f"Belief of {names[whose]}",
    words,
    start.campaign,
    nav.page("label"),
)
