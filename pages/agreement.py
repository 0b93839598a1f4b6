"""Agreement: do the annotators agree, with intervals, and which cases do they contest."""

import streamlit as st

from app.service.measures import agreed, agreed_said
from app.web import cached, nav, state
from components.figures import agreement as figures
from components.figures import frame
from components.widgets import chart, chips, empty, table, text

scopes = cached.ask(agreed.scopes)
if not scopes:
    empty.show(
        "No case has labels by two people yet",
        "Agreement needs cases that two people labeled: label some, or load a file of labels.",
        nav.page("label"),
        "Label",
    )
    st.stop()

state.arrive()
where, what = st.columns([2, 2], vertical_alignment="bottom")
with where:
    scope = chips.choice("Labels of", "scope", list(scopes), scopes.__getitem__)
with what:
    field = chips.choice("Field", "field", cached.ask(agreed.fields, scope))
found = cached.ask(agreed.look, scope, field)

st.title("Agreement")
st.markdown(f"##### {text.safe(agreed_said.sentence(found))}")
for note in agreed_said.notes(found):
    st.caption(f":material/info: {text.safe(note)}")

pairs = agreed_said.pairs(found)
panels = st.grid(2, min_column_width=chart.PANEL + 100, border=True)
with panels.cell():
    measure = chart.show(
        figures.measures(found.fields[field]),
        f"How far people agree on {field}",
        key="measures",
        rows=agreed_said.table({field: found.fields[field]}),
        definition=agreed_said.DEFINITIONS["measures"],
        select=state.picker("measures"),
    )
with panels.cell():
    other = chart.show(
        figures.parts(
            agreed.alphas(found), "Krippendorff's alpha", [f"on {name}" for name in found.fields]
        ),
        "Field by field",
        key="fields",
        rows=agreed_said.table(found.fields),
        definition=agreed_said.DEFINITIONS["fields"],
        select=state.picker("fields"),
    )
with panels.cell():
    pair = chart.show(
        figures.parts(
            {name: m["kappa"] for name, m in pairs.items()},
            found.kappa,
            [f"{a} and {b}" for a, b in found.pairs],
        ),
        "Pair by pair",
        key="pairs",
        rows=agreed_said.table(pairs),
        definition=agreed_said.DEFINITIONS["pairs"],
        select=state.picker("pairs"),
    )
with panels.cell():
    person = chart.show(
        figures.parts(found.people, "share of pairings that agree", list(found.people)),
        "Person by person",
        key="people",
        rows=agreed_said.table({name: {"percent": m} for name, m in found.people.items()}),
        definition=agreed_said.DEFINITIONS["people"],
        select=state.picker("people"),
    )
group = None
if found.groups:
    with st.container(border=True):
        group = chart.show(
            figures.parts(
                {name: m["alpha"] for name, m in found.groups.items()},
                "Krippendorff's alpha",
                [f"in {name}" for name in found.groups],
            ),
            "Category by category",
            key="groups",
            rows=agreed_said.table(found.groups),
            definition=agreed_said.DEFINITIONS["groups"],
            select=state.picker("groups"),
        )

pick = state.latest(
    measures=f"by {measure[0]}" if measure else "",
    fields=other[0] if other else "",
    pairs=pair[0] if pair else "",
    people=person[0] if person else "",
    groups=group[0] if group else "",
)
picked = agreed_said.picks(found)
behind = found
if pick in picked and (about := agreed_said.field(found, pick)) != field:
    behind = cached.ask(agreed.look, scope, about)
contested = agreed_said.within(behind, pick)
st.subheader(f"Contested cases ({frame.count(len(contested))})")
if pick in picked:
    said, back = st.columns([4, 1], vertical_alignment="center")
    said.caption(text.safe(f"Only those of {pick}, picked above"))
    back.button("Back to all", icon=":material/undo:", on_click=state.forget)
most = contested[: table.MOST]
rows = agreed_said.contested(most, cached.ask(agreed.openings, [one.case for one in most]))
row = table.pick(rows, state.picker("contested"), height=400, digits=2)
if row is not None:
    state.open_case(most[row].case)
