"""Profile: how bad one model's bad end is, what it is made of, and which cases make it."""

import streamlit as st

from app.service.measures import human, say, sensitivity, tabulate, tail
from app.service.outputs import risks, worst
from app.web import cached, measured, nav, start, state
from components.figures import dots, frame, numbers, palette, shares, sway
from components.figures import human as beside
from components.figures import tail as curve
from components.widgets import chart, chips, empty, send, table, text

scored = cached.measured(risks.scored)
if not scored:
    empty.show(
        "No run has harm scores yet",
        "A profile needs outputs scored by judges: load a file with score columns.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()

state.arrive()
where, who = st.columns([1, 2])
with where:
    dataset = chips.choice("Data set", "dataset", cached.measured(risks.datasets))
names = risks.names(scored, dataset)
with who:
    run = chips.choice("Model", "model", list(names), names.__getitem__)
about = cached.measured(risks.parts, run)
choices = measured.choices(about.judges, about.categories)
profile = cached.measured(tail.profile, run, choices)
others = cached.measured(tail.standings, dataset, choices)

st.title(f"Profile · {text.safe(names[run])}")
st.markdown(f"##### {text.safe(say.profile(profile, others))}")

panels = st.grid(3, min_column_width=chart.PANEL, border=True)
with panels.cell():
    point = chart.show(
        curve.survival(
            profile.losses,
            names[run],
            profile.measures["var"],
            profile.measures["cvar"],
            keys=range(len(profile.losses)),
            others={
                names[other.run["run_id"]]: other.losses
                for other in others
                if other.run["run_id"] != run
            },
            height=520,
        ),
        "How bad is the bad end",
        key="curve",
        rows=tabulate.curve(profile),
        definition=tabulate.DEFINITIONS["survival"],
        select=state.picker("curve"),
    )
    if isinstance(point, int | float) and int(point) in profile.points:
        state.open_case(profile.points[int(point)])
with panels.cell():
    segment = chart.show(
        shares.shares(
            profile.dimensions,
            list(profile.categories),
            profile.category_shares,
            n=len(profile.members),
            lost=profile.measures["cvar"].lost,
        ),
        "Where the tail comes from",
        key="shares",
        rows=tabulate.shares(profile),
        definition=tabulate.DEFINITIONS["shares"],
        select=state.picker("shares"),
    )
with panels.cell():
    number = chart.show(
        numbers.numbers(numbers.by_dimension(profile.measures, profile.marginal)),
        "Numbers",
        key="numbers",
        rows=tabulate.measures(profile),
        definition=tabulate.DEFINITIONS["measures"],
        select=state.picker("numbers"),
    )
    st.caption(text.safe(tabulate.footing(profile)))
panels = st.grid(2, min_column_width=chart.PANEL + 100, border=True)
with panels.cell():
    category = chart.show(
        dots.dots(
            [
                dots.Row(name, measures[measure], group=word, color=color)
                for measure, word, color in (
                    ("cvar", say.level(choices), palette.TAIL),
                    ("mean", "mean", palette.MODEL),
                )
                for name, measures in profile.categories.items()
            ],
            unit="log-risk, nats",
        ),
        "Category by category",
        key="categories",
        rows=tabulate.measures(profile),
        definition=tabulate.DEFINITIONS["categories"],
        select=state.picker("categories"),
    )
    for caution in say.cautions(profile):
        st.caption(f":material/warning: {text.safe(caution)}")
with panels.cell():
    swayed = cached.measured(sensitivity.sway, run, choices)
    setting = chart.show(
        sway.sway(
            [(one.setting.knob, one.setting.label, one.setting.chosen) for one in swayed],
            [one.cvar for one in swayed],
        ),
        "What the tail leans on",
        key="sway",
        rows=tabulate.swayed(swayed),
        definition=tabulate.DEFINITIONS["sway"],
        select=state.picker("sway"),
    )
    if len(others) > 1 and len(about.judges) > 1:
        st.caption(text.safe(say.flips(cached.measured(sensitivity.turned, dataset, choices))))
for note in profile.notes:
    st.caption(f":material/info: {text.safe(note)}")
estimate = None
outcomes = cached.ask(human.outcomes, run)
if outcomes:
    with st.container(border=True):
        what, whose, half = st.columns([2, 2, 1], vertical_alignment="bottom")
        with what:
            outcome = chips.choice(
                "People's labels of", "outcome", list(outcomes), outcomes.__getitem__
            )
        with whose:
            sources = cached.ask(human.sources, run)
            source = chips.choice("From", "source", list(sources), sources.__getitem__)
        with half:
            width = chips.number("Wanted half-width", "half", 0.02, 0.001, 0.5)
        found = cached.ask(human.estimates, run, outcome, choices, source)
        st.markdown(text.safe(human.sentence(found, outcomes[outcome])))
        estimate = chart.show(
            beside.estimates(
                found.estimates, {"mean": "mean", "cvar": say.level(choices)}, outcomes[outcome]
            ),
            "Judges and people",
            key="human",
            rows=human.table(found, choices.level),
            definition=human.DEFINITION,
            select=state.picker("human"),
        )
        for note in human.remarks(found, width):
            st.caption(f":material/info: {text.safe(note)}")

pick = worst.picked(
    state.latest(
        curve=worst.on_curve(point),
        shares=worst.on_shares(segment),
        numbers=worst.on_numbers(number),
        categories=worst.on_categories(category),
        sway=worst.on_sway(setting),
        human=worst.on_numbers([*estimate[:1], ""] if estimate else None),
    )
)
members = (
    profile.members if pick == worst.Pick() else cached.measured(worst.behind, run, choices, pick)
)
st.subheader(f"The cases behind it ({frame.count(members.whole)})")
said, back = st.columns([4, 1], vertical_alignment="center")
said.caption(text.safe(say.behind(pick, members, choices)))
if pick != worst.Pick():
    back.button("Back to the tail", icon=":material/undo:", on_click=state.forget)
shown = members.only(slice(table.MOST))
if len(shown) < members.whole:
    st.caption(f"The first {len(shown)} of them; the Cases page lists the tail page by page")
row = table.pick(
    tabulate.members(shown, cached.measured(tail.openings, shown.cases), profile.dimensions),
    state.picker("members"),
    height=360,
    digits=2,
)
if row is not None:
    state.open_case(shown[row].case)
send.show(
    members.cases,
    f"Tail of {names[run]}",
    say.behind(pick, members, choices),
    start.campaign,
    nav.page("label"),
)
