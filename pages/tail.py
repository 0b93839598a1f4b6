"""Profile: how bad one model's bad end is, what it is made of, and which cases make it."""

import streamlit as st

from app.service import say, tabulate, tail
from app.web import cached, nav, start, state
from components.figures import frame, numbers, shares
from components.figures import tail as curve
from components.widgets import chart, chips, empty, send, table, text

scored = cached.ask(tail.scored)
if not scored:
    empty.show(
        "No run has harm scores yet",
        "A profile needs outputs scored by judges: load a file with score columns.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()

where, who = st.columns([1, 2])
with where:
    dataset = chips.choice("Data set", "dataset", list(dict.fromkeys(r["dataset"] for r in scored)))
names = tail.names(scored, dataset)
with who:
    run = chips.choice("Model", "model", list(names), names.__getitem__)
about = cached.ask(tail.parts, run)
choices = state.choices(about.judges, about.categories)
profile = cached.ask(tail.profile, run, choices)

st.title(f"Profile · {text.safe(names[run])}")
st.markdown(f"##### {text.safe(say.profile(profile, cached.ask(tail.overview, dataset, choices)))}")

left, middle, right = st.columns([4, 4, 3])
with left, st.container(border=True):
    losses = cached.ask(tail.losses, dataset, choices)
    picked = chart.show(
        curve.survival(
            profile.losses,
            names[run],
            profile.measures["var"],
            profile.measures["cvar"],
            keys=range(len(profile.losses)),
            others={name: x for name, x in losses.items() if name != names[run]},
        ),
        "How bad is the bad end",
        key="curve",
        rows=tabulate.curve(profile),
        definition=tabulate.DEFINITIONS["survival"],
        select=True,
    )
    if picked is not None:
        state.open_case(profile.cases[int(picked)])
with middle, st.container(border=True):
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
        select=True,
    )
with right, st.container(border=True):
    chart.show(
        numbers.numbers(numbers.by_dimension(profile.measures, profile.marginal)),
        "Numbers",
        key="numbers",
        rows=tabulate.measures(profile),
        definition=tabulate.DEFINITIONS["measures"],
    )
    st.caption(text.safe(tabulate.footing(profile)))
for note in profile.notes:
    st.caption(f":material/info: {text.safe(note)}")

category, dimension = segment or (None, None)
members = tabulate.within(profile, category, dimension)
st.subheader(f"The cases that make the tail ({frame.count(len(members))})")
if segment:
    st.caption(
        text.safe(f"Only {category or 'all categories'}, by {dimension}: picked in the bars")
    )
row = table.pick(
    tabulate.members(members, cached.ask(tail.openings, members), profile.dimensions),
    "members",
    height=360,
)
if row is not None:
    state.open_case(members[row].case)
send.show(
    [member.case for member in members],
    f"Tail of {names[run]}",
    f"all answers beyond VaR at {choices.level:g}",
    start.campaign,
    nav.page("label"),
)
