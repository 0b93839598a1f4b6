"""Label: the next case of a campaign, by keyboard, with the guideline beside it."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

import streamlit as st

from app.service.labeling import campaigns, desk, label
from app.service.labeling.desk import Desk
from app.service.outputs import runs
from app.service.stores import Stores
from app.settings import ROOT, settings
from app.web import cached, gate, nav
from components.widgets import empty, labeler, text

KEPT = 200  # confirmed events told to the browser: it asks again for any it has not heard of


def draw() -> None:
    """The page: choose campaign and person, then label."""
    stores = cached.stores()
    names = campaigns.names(stores)
    st.header("Label")
    if not names:
        nothing()
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        campaign, person = chosen(stores, names)
        beside = st.toggle("Guideline", value=True)
    if person:
        label.join(stores, person)
        form(stores, campaign, person, beside)


def nothing() -> None:
    """No campaign yet: where one comes from, or the answers it takes."""
    if not cached.measured(runs.answering):
        empty.show(
            "There is nothing to label yet",
            "A campaign asks people about the answers of models: load a file of outputs first.",
            nav.page("load"),
            "Load a file",
        )
        return
    st.write(
        "There is nothing to label yet. A campaign starts from the cases you want people to read: "
        "open **Profile** for a model's worst answers, or **Cases** to find them by words, "
        "category or score, and press **Send to annotators**."
    )
    for script in ("tail", "cases"):
        if (ROOT / "pages" / f"{script}.py").exists():
            st.page_link(nav.page(script))


def chosen(stores: Stores, names: dict[str, str]) -> tuple[str, str]:
    """The campaign and the person, from the link or from the two boxes; kept in the link."""
    keys = list(names)
    asked = st.query_params.get("campaign", "")
    campaign = st.selectbox(
        "Campaign",
        keys,
        index=keys.index(asked) if asked in keys else 0,
        format_func=lambda key: names[key],
    )
    person = gate.person()
    if settings().auth == "local":
        person = who(stores, person)
    st.query_params["campaign"] = campaign
    st.query_params["who"] = person
    return campaign, person


def who(stores: Stores, otherwise: str) -> str:
    """Whom the labels are by, where nobody signs in: somebody known, or a new name typed in."""
    people = label.annotators(stores) or [otherwise]
    asked = st.query_params.get("who") or people[0]
    options = people if asked in people else [*people, asked]
    given = st.selectbox(
        "Annotating as", options, index=options.index(asked), accept_new_options=True
    )
    return str(given or "").strip()


@st.fragment
def form(stores: Stores, campaign: str, person: str, beside: bool) -> None:
    """The form and the guideline; a save redraws this part alone."""
    key = f"label/{campaign}/{person}"
    memory = st.session_state.setdefault(f"{key}/memory", {"kept": [], "refused": {}})
    now = desk.look(stores, campaign, person)
    if now.closed:
        st.info(text.safe(now.closed), icon=":material/lock:")
    labeler.labeler(
        plain(now, person, beside),
        memory["kept"],
        memory["refused"],
        on_sent=partial(keep, stores, campaign, person, key),
        key=key,
    )


def plain(now: Desk, person: str, beside: bool) -> dict[str, Any]:
    """What the form gets: values only, and nothing an annotator must not see."""
    return {
        "campaign": now.campaign,
        "person": person,
        "scheme": asdict(now.scheme),
        "cases": [asdict(one) for one in now.cases],
        "past": asdict(now.past) if now.past else None,
        **asdict(now.progress),
        "guideline": [{"title": one.title, "text": one.text} for one in now.guideline],
        "guideline_version": now.guideline_version,
        "lessons": [asdict(one) for one in now.lessons],
        "beside": beside,
    }


def keep(stores: Stores, campaign: str, person: str, key: str) -> None:
    """Saves what the browser sent and remembers what to confirm."""
    memory = st.session_state[f"{key}/memory"]
    reply = label.save(stores, campaign, person, labeler.sent(key))
    memory["kept"] = [*memory["kept"], *reply.kept][-KEPT:]
    memory["refused"] = reply.refused


draw()
