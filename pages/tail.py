"""Profile: how bad one model's bad end is, what it is made of, and which cases make it."""

import streamlit as st

from app.service import risks, say, tabulate, tail
from app.web import cached, nav, start, state
from components.figures import dots, frame, numbers, palette, shares
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
choices = state.choices(about.judges, about.categories)
profile = cached.measured(tail.profile, run, choices)
others = cached.measured(tail.standings, dataset, choices)

st.title(f"Profile · {text.safe(names[run])}")
st.markdown(f"##### {text.safe(say.profile(profile, others))}")

panels = st.grid(3, min_column_width=chart.PANEL, border=True)
with panels.cell():
    picked = chart.show(
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
    if picked is not None:
        state.open_case(profile.cases[int(picked)])
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
        select="shares",
    )
with panels.cell():
    chart.show(
        numbers.numbers(numbers.by_dimension(profile.measures, profile.marginal)),
        "Numbers",
        key="numbers",
        rows=tabulate.measures(profile),
        definition=tabulate.DEFINITIONS["measures"],
    )
    st.caption(text.safe(tabulate.footing(profile)))
with st.container(border=True):
    picked = chart.show(
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
        select="categories",
    )
for note in profile.notes:
    st.caption(f":material/info: {text.safe(note)}")

category, dimension = segment or (picked[0] if picked else None, None)
members = tabulate.within(profile, category, dimension)
st.subheader(f"The cases that make the tail ({frame.count(len(members))})")
if segment:
    st.caption(
        text.safe(f"Only {category or 'all categories'}, by {dimension}: picked in the bars")
    )
worst = members[: table.MOST]
if len(worst) < len(members):
    st.caption(f"The worst {len(worst)} of them; the Cases page lists them all")
row = table.pick(
    tabulate.members(worst, cached.measured(tail.openings, worst), profile.dimensions),
    state.picker("members"),
    height=360,
    digits=2,
)
if row is not None:
    state.open_case(worst[row].case)
send.show(
    [member.case for member in members],
    f"Tail of {names[run]}",
    f"all answers beyond VaR at {choices.level:g}",
    start.campaign,
    nav.page("label"),
)
