"""Abstention: silent where it should be, and what answering only when confident would bring."""

from dataclasses import replace

import streamlit as st

from app.service.measures import abstention, abstention_table, conformal, tail
from app.service.outputs import holds, mark, risks
from app.web import cached, nav, start, state
from components.figures import conformal as spreads
from components.figures import coverage, dots, frame, matrix, palette
from components.widgets import chart, chips, empty, send, table, text

runs = cached.ask(abstention.runs)
if not runs:
    empty.show(
        "No run says where it should have kept silent",
        "Load items known to be answerable or not with labels of what the model did, or answers "
        "with a confidence and whether they were correct.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()

state.arrive()
where, who, what = st.columns(3)
with where:
    dataset = chips.choice("Data set", "dataset", holds.datasets(runs))
names = risks.names(runs, dataset)
with who:
    run = chips.choice("Model", "model", list(names), names.__getitem__)
with what:
    kinds = ["all categories", *cached.measured(abstention.categories, run)]
    category = chips.choice("Category", "category", kinds)
bar, share, risk, form = st.columns([2, 2, 2, 2], vertical_alignment="bottom")
with bar:
    at = st.slider(
        "Answer from a confidence of", 0.0, 1.0, 0.0, 0.01, key="bar", bind="query-params",
        help="where the bar stands in the curve; 0 answers everything",
    )  # fmt: skip
with share:
    wanted = st.slider("Coverage to reach", 0.05, 1.0, 0.8, 0.05, key="cover", bind="query-params")
with risk:
    allowed = st.slider("Risk to allow", 0.0, 1.0, 0.1, 0.01, key="risk", bind="query-params")
with form:
    area = chips.choice(
        "AURC is summed as", "form", list(abstention.FORMS), abstention.FORMS.__getitem__
    )
choices = abstention.Choices(
    form=area,
    coverage=wanted,
    risk=allowed,
    bar=at,
    category="" if category == "all categories" else category,
)
shown = cached.ask(abstention.show, run, choices)

st.title(f"Abstention · {text.safe(names[run])}")
st.markdown(f"##### {text.safe(abstention_table.sentence(shown, names[run]))}")

picks = dict.fromkeys(
    ("matrix", "rates", "silence", "coverage", "areas", "aurcs", "held", "large"), ""
)
if shown.matrix is not None:
    panels = st.grid(3, min_column_width=chart.PANEL, border=True)
    with panels.cell():
        picks["matrix"] = mark.text(
            chart.show(
                matrix.matrix(shown.matrix),
                "What it did with what it could know",
                key="matrix",
                rows=abstention_table.cells(shown),
                definition=abstention_table.DEFINITIONS["matrix"],
                select=state.picker("matrix"),
            )
        )
    with panels.cell():
        rates = [
            dots.Row(word, shown.measures[name, ""], key=name)
            for name, word in abstention_table.RATES.items()
        ]
        rated = chart.show(
            dots.dots(rates, unit="rate", show=frame.percent, order="given"),
            "The rates",
            key="rates",
            rows=abstention_table.measures(shown, abstention_table.RATES),
            definition=abstention_table.DEFINITIONS["rates"],
            select=state.picker("rates"),
        )
        picks["rates"] = mark.dot("rate", rated)
    with panels.cell():
        picked = chart.show(
            dots.dots(
                [dots.Row(name, m, key=name) for name, m in shown.by.items()],
                unit="abstention rate",
                show=frame.percent,
                empty="One category only: nothing to set side by side.",
            ),
            "Abstentions by category",
            key="silence",
            rows=abstention_table.by_name(shown.by, "abstention rate"),
            definition=abstention_table.DEFINITIONS["categories"],
            select=state.picker("silence"),
        )
        picks["silence"] = mark.dot("category", picked)

if shown.curve is not None:
    n, lost = shown.measures["aurc", ""].n, shown.measures["aurc", ""].lost
    panels = st.grid(3, min_column_width=chart.PANEL, border=True)
    drawn_in = panels.cell()
    with panels.cell():
        areas = [
            dots.Row(word, shown.measures[name, ""], key=name)
            for name, word in abstention_table.AREAS.items()
        ]
        under = chart.show(
            dots.dots(areas, unit="value", order="given"),
            "The curve in numbers",
            key="areas",
            rows=abstention_table.measures(shown, abstention_table.AREAS),
            definition=abstention_table.DEFINITIONS["areas"],
            select=state.picker("areas"),
        )
        picks["areas"] = mark.dot("area", under)
        st.caption(text.safe(f"n {n} · left out {lost}, abstentions among them"))
    # the other models' curves are measured last: what is there already stands on the screen
    told = {k: cached.ask(abstention.curve, k, replace(choices, bar=0.0)) for k in names}
    found = {k: one for k, one in told.items() if one is not None}
    with drawn_in:
        picks["coverage"] = mark.text(
            chart.show(
                coverage.risk_coverage(
                    shown.curve,
                    n,
                    bar=at,
                    others={names.get(k, k): c for k, (c, _) in found.items() if k != run},
                    lost=lost,
                ),
                "Risk against coverage",
                key="coverage",
                rows=abstention_table.curve(shown.curve),
                definition=abstention_table.DEFINITIONS["curve"],
                select=state.picker("coverage"),
            )
        )
        if at:
            kept, wrong = shown.at["coverage"], shown.at["risk"]
            st.caption(
                text.safe(
                    f"From {at:g} on: answers {frame.interval(kept, frame.percent)}, of those "
                    f"wrong {frame.interval(wrong, frame.percent)}"
                )
            )
    if len(found) > 1:
        with panels.cell():
            others = {names.get(k, k): m for k, (_, m) in found.items()}
            model = chart.show(
                dots.dots(
                    [
                        dots.Row(
                            names.get(k, k),
                            m,
                            key=k,
                            color=palette.TAIL if k == run else palette.MODEL,
                        )
                        for k, (_, m) in found.items()
                    ],
                    unit=f"AURC, {abstention.FORMS[area]}",
                    order="rising",
                ),
                "The models side by side",
                key="aurcs",
                rows=abstention_table.by_name(others, "AURC"),
                definition=abstention_table.DEFINITIONS["models"],
                select=state.picker("aurcs"),
            )
            picks["aurcs"] = mark.dot("model", model)

how = None
if cached.measured(conformal.fits, run):
    with st.container(border=True):
        st.subheader("Sets instead of one answer")
        on = st.toggle("Show conformal sets", key="sets", bind="query-params")
        if on:
            promise = st.slider(
                "Sets hold the right option for", 0.5, 0.99, 0.9, 0.01, key="promise",
                bind="query-params", help="1 − α; checked on random halves that were held out",
            )  # fmt: skip
            how = conformal.Choices(
                alpha=round(1 - promise, 6), splits=200, category=choices.category
            )
            sets = cached.measured(conformal.panel, run, how)
            st.markdown(text.safe(conformal.sentence(sets)))
            methods = [
                spreads.Spread(conformal.NAMES[m], one.measures["coverage"], one.coverage, m)
                for m, one in sets.outcomes.items()
            ]
            sizes = [
                spreads.Spread(conformal.NAMES[m], one.measures["set_size"], one.size, m)
                for m, one in sets.outcomes.items()
            ]
            for drawn, title, key in (
                (spreads.coverage(methods, promise), "Do the sets keep their promise", "held"),
                (spreads.size(sizes, abstention_table.widest(sets)), "How large they are", "large"),
            ):
                method = chart.show(
                    drawn,
                    title,
                    key=key,
                    rows=conformal.table(sets),
                    definition=conformal.DEFINITIONS["splits"],
                    select=state.picker(key),
                )
                picks[key] = mark.text(["set", method] if method else None)

pick = mark.read(state.latest(**picks), **abstention_table.KINDS)
whose = pick[1] if pick[:1] == ["model"] and pick[1] in names else run
if whose != run:
    shown = cached.ask(abstention.show, whose, choices)
missed = []
if pick[:1] == ["set"] and how is not None and pick[1] in conformal.NAMES:
    missed = [one.case for one in cached.measured(conformal.cases, run, how, pick[1])]
listed, words = abstention_table.chosen(shown, pick, names[whose], missed)
st.subheader(f"The answers behind it ({frame.count(len(listed))})")
said, back = st.columns([4, 1], vertical_alignment="center")
said.caption(text.safe(f"{words[:1].upper()}{words[1:]}" + ("" if pick else ": nothing is picked")))
if pick:
    back.button("Back to all answers", icon=":material/undo:", on_click=state.forget)
page = listed[: table.MOST]
if len(page) < len(listed):
    st.caption(f"The first {len(page)} of them")
cases = [shown.cases[row] for row in page]
openings = cached.measured(tail.openings, cases)
row = table.pick(
    abstention_table.listed(shown, page, openings), state.picker("answers"), height=360, digits=2
)
if row is not None:
    state.open_case(cases[row])
send.show(
    [shown.cases[row] for row in listed[: send.MOST]],
    f"Abstention of {names[whose]}",
    words,
    start.campaign,
    nav.page("label"),
)
