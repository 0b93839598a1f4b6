"""Assessments: one model in one setting, the cards that apply, judged, signed and reported."""

import streamlit as st

from app.service.cards import (
    assess,
    assess_said,
    deck,
    deck_said,
    evidence,
    likelihood,
    probe,
    run_evidence,
)
from app.service.cards import report as reporting
from app.service.cards.assess import Kept
from app.web import assessing as link
from app.web import cached, gate, nav, state
from components.figures import dots, frame
from components.widgets import assessing, chart, chips, empty, text
from components.widgets import card as drawn
from components.widgets import report as taken_away
from data.assessment import HOLDS
from data.card import ACTORS, KINDS

VIEWS = ["overview", "cards", "judge", "words", "report"]
PAIRS = [f"{actor}-{kind}" for actor in ACTORS for kind in KINDS]
SEVERITIES = {level: assess_said.severity(level) for level in range(5)}


def draw() -> None:
    """The page: a new assessment, or one of those there are."""
    state.arrive()
    titles = cached.ask(assess.titles)
    if not titles or st.query_params.get("view") == "new":
        new()
        return
    which, what, add = st.columns([4, 2, 1], vertical_alignment="bottom")
    with which:
        name = chips.choice("Assessment", "assessment", list(titles), titles.__getitem__)
    with what:
        view = chips.choice("Show", "view", VIEWS)
    if add.button("New", icon=":material/add:"):
        link.open_assessment(view="new")
    kept = cached.ask(assess.one, name)
    st.title(text.safe(kept.assessment.title))
    {"overview": overview, "cards": cards, "judge": judge, "words": words, "report": report}[view](
        kept
    )


def new() -> None:
    """Which model, by which interface, in which setting."""
    runs = cached.ask(run_evidence.by_model)
    if not runs:
        empty.show(
            "There is nothing to assess yet",
            "An assessment is about the answers of a model: load a file of outputs first.",
            nav.page("load"), "Load a file",
        )  # fmt: skip
        return
    st.title("New assessment")
    said = assessing.new(runs)
    if said is not None:
        name = assess.start(cached.stores(), by=gate.person(), **said)
        link.open_assessment(name, "cards")


def overview(kept: Kept) -> None:
    """What was found, card by card; what was not tested; the signature."""
    found = cached.ask(likelihood.look, kept)
    st.markdown(f"##### {text.safe(assess_said.sentence(kept, found))}")
    about = (kept.assessment.model, kept.assessment.interface, kept.assessment.setting)
    st.caption(text.safe(" · ".join(word for word in about if word)))
    if not found:
        st.info("Choose the cards that apply under Show: cards.", icon=":material/style:")
        return
    measured = [one for one in found if one.taken.applies]
    chart.show(
        dots.dots(
            [dots.Row(one.card.title, one.judged, "judged by people") for one in measured
             if one.judged.known]
            + [dots.Row(one.card.title, one.flagged, "flagged by judges", mark="judge")
               for one in measured if one.flagged.known],
            unit="share of answers", show=frame.percent,
            empty="Nothing has been judged, and no judge's score fits a card.",
        ),
        "How often the risk shows", key="likelihood", rows=assess_said.rows(found),
        definition=assess_said.DEFINITION,
    )  # fmt: skip
    assessing.table(assess_said.rows(found))
    told = likelihood.coverage(found, deck.active(cached.ask(deck.every)))
    st.caption(" · ".join(f"{n} {words}" for words, n in told.items()))
    if kept.assessment.signed_by:
        if st.button("Take the signature off", icon=":material/draw:"):
            assess.unsign(cached.stores(), kept, gate.person())
            st.rerun()
    elif st.button("Sign it", icon=":material/draw:"):
        assess.sign(cached.stores(), kept, gate.person())
        st.rerun()


def cards(kept: Kept) -> None:
    """Which cards apply, and which are left out for which reason."""
    a = kept.assessment
    said = assessing.choose(
        cached.ask(assess.offered, kept), [one.card for one in a.chosen],
        {one.card: one.why for one in a.cards if not one.applies}, f"{a.assessment}-{kept.version}",
    )  # fmt: skip
    if said is not None:
        assess.choose(cached.stores(), kept, *said, gate.person())
        link.open_assessment(a.assessment, "judge" if said[0] else "cards")


def words(kept: Kept) -> None:
    """The words of the assessment: interface, setting, findings, limits."""
    a = kept.assessment
    said = assessing.details(a.model_dump(), f"{a.assessment}-{kept.version}")
    if said is not None:
        assess.change(cached.stores(), kept, gate.person(), **said)
        st.rerun()


def judge(kept: Kept) -> None:
    """One card: probe, record, judge; then what people make of it."""
    a = kept.assessment
    titles = cached.ask(assess.offered, kept)
    mine = {one.card: titles[one.card] for one in a.chosen}
    if not mine:
        st.info("Choose the cards that apply under Show: cards.", icon=":material/style:")
        return
    name = chips.choice("Card", "card", list(mine), mine.__getitem__)
    taken = a.taken(name) or a.chosen[0]
    judging = cached.ask(likelihood.card, kept, name)
    found, queue, left = judging.found, judging.queue, judging.left
    st.markdown(f"##### {text.safe(assess_said.one(found))}")
    with st.expander("The card", icon=":material/style:"):
        rules = [evidence.words(rule) for rule in found.card.proposes]
        drawn.whole(found.card, deck_said.codes(found.card), rules, f"judge-{name}")
    key = f"{a.assessment}-{kept.version}-{name}"
    if (ask := assessing.probe(len(found.card.prompts), a.model, key)) is not None:
        for said in probe.order(cached.stores(), kept, [name], probe.Ask(**ask), gate.person()):
            st.success(text.safe(said))
    st.markdown(f"**Answers to judge** ({left} left)")
    if not left:
        st.caption("— no answer is left: ask the model the card's prompts, or load answers")
    rows = cached.ask(evidence.read, queue)
    verdicts = assessing.judge(rows, assess.WORDS, f"{key}-{len(rows)}-{left}") if rows else None
    if verdicts:
        told = [(queue[place], verdict) for place, verdict in verdicts.items()]
        assess.judge(cached.stores(), a.assessment, name, told, gate.person())
        st.rerun()
    st.markdown("**What people make of it**")
    harms = [f"{harm.actor}-{harm.kind}" for harm in found.card.harms]
    said_of = assessing.say(
        taken, harms, {"holds": HOLDS, "pairs": PAIRS}, assess_said.labels(found), SEVERITIES, key
    )
    if said_of is not None:
        assess.say(cached.stores(), kept, name, gate.person(), **said_of)
        st.rerun()
    if st.button("Put this on the risk register …", icon=":material/assignment_late:"):
        link.open_register(title=f"{found.card.title} · {a.model}", card=name, model=a.model,
                           assessment=a.assessment)  # fmt: skip


def report(kept: Kept) -> None:
    """The report, to be taken away; the same bytes as from the shell."""
    a = kept.assessment
    titles = {key: words for key, words in cached.ask(assess.titles).items() if key != a.assessment}
    taken_away.show(
        a.assessment, titles,
        lambda format, beside: cached.ask(reporting.text, a.assessment, format, beside),
    )  # fmt: skip


draw()
