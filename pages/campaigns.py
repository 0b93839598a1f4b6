"""Campaigns: set one up, put people on it, follow it while they label, freeze the result."""

from functools import partial

import streamlit as st

from app.service.labeling import (
    campaigns,
    gold,
    influence,
    label,
    progress,
    progress_said,
    schemes,
    suggest,
)
from app.service.outputs import record, runs
from app.web import cached, gate, nav, state
from components.figures import dots, frame
from components.figures import progress as figures
from components.widgets import chart, chips, empty, plan, text

BEAT = "4s"  # how often what moves is looked at again

names = cached.ask(campaigns.names)
if not names and not cached.measured(runs.answering):
    empty.show(
        "There is nothing to label yet",
        "A campaign asks people about the answers of models: load a file of outputs first.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()
state.arrive()
what, which, when = st.columns([1, 3, 1], vertical_alignment="bottom")
with what:
    view = chips.choice("Show", "view", ["follow", "set up"] if names else ["set up"])


def set_up() -> None:
    """Which cases, drawn how, labeled by whom; what would be drawn is said before it is."""
    st.title("Set up a campaign")
    chosen = state.filters()
    kept = {one.name: one.title for one in cached.ask(schemes.every)}
    asked = plan.show(
        campaigns.DESIGNS, kept, cached.ask(label.annotators), suggest.SOURCES,
        settled=lambda scheme: len(cached.ask(gold.known, scheme)),
    )  # fmt: skip
    wanted = campaigns.planned(chosen, asked)
    drawn = cached.ask(campaigns.prepare, wanted)
    st.markdown(f"##### {text.safe(progress_said.drawn(drawn))}")
    chart.show(
        figures.chances([chance for _, chance in drawn.cases], len(drawn.frame)),
        "How likely each drawn case was to be drawn",
        key="chances",
        rows=progress_said.chances(drawn),
        definition=progress_said.DEFINITIONS["chances"],
    )
    if st.button("Start the campaign", type="primary", disabled=not wanted.name.strip()):
        state.open_campaign(campaigns.start(cached.stores(), wanted, gate.person()))


def follow(key: str, until: str) -> None:
    """One campaign: what stands, who does what, do they agree, and what was changed."""
    if until:
        st.info(text.safe(f"As it stood at {until[:16].replace('T', ' ')} UTC."))
    moving(key, until)
    st.fragment(agreeing, run_every="60s")(key, until)
    st.fragment(influenced, run_every="60s")(key)
    people(key)
    with st.expander("Every change of this campaign", icon=":material/history:"):
        st.dataframe(cached.ask(campaigns.history, key), hide_index=True)
        st.download_button(
            "Every event of it, as kept (JSONL)",
            partial(record.jsonl, cached.stores(), key, until), f"events-{key}.jsonl",
            "application/jsonl", on_click="ignore", icon=":material/download:",
        )  # fmt: skip


@st.fragment(run_every=BEAT)
def moving(key: str, until: str) -> None:
    """What changes with every label, looked at again every few seconds."""
    found = cached.ask(progress.look, key, until)
    st.title(text.safe(found.head["name"]))
    st.markdown(f"##### {text.safe(progress.sentence(found))}")
    st.caption(text.safe(progress_said.footing(found)))
    panels = st.grid(2, min_column_width=chart.PANEL, border=True)
    with panels.cell():
        chart.show(
            figures.cases(found.complete, found.touched - found.complete,
                          found.cases - found.touched),
            "Cases", key="cases", rows=progress_said.cases(found), definition=progress.DEFINITION,
        )  # fmt: skip
        chart.show(
            figures.pace(found.times, found.wanted), "Labels over time", key="pace",
            rows=progress_said.pace(found), definition=progress.DEFINITION,
        )  # fmt: skip
    with panels.cell():
        shown = found.people
        chart.show(
            figures.people([p.name for p in shown], [p.done for p in shown],
                           [p.quota for p in shown]),
            "Labels by person", key="people", rows=progress.table(found),
            definition=progress.DEFINITION,
        )  # fmt: skip
        known = [(p.name, word, m) for p in shown for word, m in progress_said.gold(p)]
        if known:
            chart.show(
                dots.dots(
                    [dots.Row(word, m, group=name) for name, word, m in known],
                    unit="share of gold fields right", show=frame.percent, order="given",
                ),
                "Gold cases", key="gold", rows=progress.table(found),
                definition=progress.DEFINITION,
            )  # fmt: skip
    if found.people:
        st.dataframe(progress_said.staff(found), hide_index=True)


def agreeing(key: str, until: str) -> None:
    """Whether people agree so far, field by field."""
    found = cached.ask(progress.agreement, key, until)
    with st.container(border=True):
        if not found:
            st.caption("Agreement: no case has labels by two people yet.")
            return
        chart.show(
            dots.dots(
                [dots.Row(row.measure.replace("_", " "), progress_said.measured(row),
                          group=row.group) for row in found],
                unit="agreement", order="given",
            ),
            "Agreement so far", key="agreement", rows=[row.json() for row in found],
            definition=progress_said.DEFINITIONS["agreement"],
        )  # fmt: skip
        st.page_link(nav.page("agreement"), label="Look into it", icon=":material/handshake:")


def influenced(key: str) -> None:
    """What suggestions do to the labels, where the campaign makes some."""
    found = cached.ask(influence.look, key)
    if found is None:
        return
    with st.container(border=True):
        st.markdown(f"**{text.safe(influence.sentence(found))}**")
        chart.show(
            dots.dots(
                [dots.Row(word, m, group=pull.field) for pull in found.pulls
                 for word, m in (("shown", pull.with_it), ("held back", pull.without),
                                 ("difference", pull.difference))],
                unit="share of labels as suggested", show=frame.percent, order="given",
            ),
            "What suggestions do", key="influence", rows=influence.rows(found),
            definition=influence.DEFINITION,
        )  # fmt: skip


def people(key: str) -> None:
    """Who works on it, and the end of it."""
    team = campaigns.staff(cached.stores(), key)
    on = [name for name in team.quotas if name not in team.stopped]
    came = [p.name for p in cached.ask(progress.look, key).people if p.name not in team.stopped]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(nav.page("label"), label="Label", icon=":material/keyboard:",
                     query_params={"campaign": key})  # fmt: skip
        if (put := plan.put_on(cached.ask(label.annotators), team.frozen != "")) is not None:
            campaigns.assign(cached.stores(), key, *put, gate.person())
            st.rerun()
        if (off := plan.take_off(sorted({*on, *came}), team.frozen != "")) is not None:
            campaigns.stop(cached.stores(), key, off[0], gate.person(), off[1])
            st.rerun()
        why = plan.ending(team.frozen != "")
        if why is not None and team.frozen:
            campaigns.reopen(cached.stores(), key, gate.person(), why)
            st.rerun()
        elif why is not None:
            campaigns.freeze(cached.stores(), key, gate.person())
            st.rerun()


if view == "set up":
    set_up()
else:
    with which:
        campaign = chips.choice("Campaign", "campaign", list(names), names.__getitem__)
    with when:
        until = record.moment(chips.words("As of, UTC", "asof", "now, or 2026-11-20 14:00"))
    follow(campaign, until)
