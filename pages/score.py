"""Score: order what a model should answer or judge, watch it happen, cancel and resume it."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import streamlit as st

from app.service.outputs import runs
from app.service.scoring import endpoints, jobs, jobs_said, orders, plan, scorers
from app.web import cached, gate, nav, state
from components.widgets import chips, empty, form, job, text
from data.trouble import Trouble

SHOWN = 20  # jobs one by one
BEAT = "1s"  # how often they are looked at again
MOST = 10_000_000

sets = cached.ask(runs.datasets)
if not sets:
    empty.show(
        "There is nothing to score yet",
        "A model is asked the prompts of a data set, or judged by its answers: load a file first.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()
stores = cached.stores()
state.arrive()
found = jobs.every(stores, SHOWN)
head, which = st.columns([5, 2], vertical_alignment="center")
head.title("Score")
with which:
    view = chips.choice("Show", "view", ["jobs", "a new order"] if found else ["a new order"])


def order() -> None:
    """Which scorer, which model, which cases; what it would take, and the button."""
    with st.container(border=True):
        st.markdown("**What is done, by which model**")
        of, asked = what()
    with st.container(border=True):
        st.markdown("**On which cases**")
        asked = replace(asked, **cases())
    if orders.open_ended(asked):
        st.info("Choose a data set, or the answers of a model.", icon=":material/filter_alt:")
    elif of.models == ("endpoint",) and not asked.endpoint:
        return
    elif not asked.model and "none" not in of.models:
        st.info("Name a model to see what it would take.", icon=":material/memory:")
    else:
        confirm(asked)


def what() -> tuple[scorers.Offer, orders.Asked]:
    """The scorer, its model and its settings."""
    every = {one.name: one for one in scorers.every()}
    left, middle, right = st.columns([2, 3, 2], vertical_alignment="bottom")
    with left:
        name = chips.choice("What to do", "scorer", list(every), lambda n: every[n].title)
    of = every[name]
    with middle:
        model = chips.typed(
            "Model", "model", cached.ask(endpoints.known), "a hub id, a folder, or a name",
            disabled=of.models == ("none",),
        )  # fmt: skip
    with right:
        revision = chips.words("Revision", "revision", "the newest")
    st.caption(text.safe(scorers.about(of)))
    endpoint = ""
    if "endpoint" in of.models and (places := endpoints.places(stores, of.models)):
        endpoint = chips.choice("Asked at", "endpoint", places)
        endpoint = "" if endpoint == endpoints.HERE else endpoint
    elif of.models == ("endpoint",):
        st.info(endpoints.CLOSED, icon=":material/lock:")
    with st.expander(f"Settings ({len(of.settings.model_fields)})", icon=":material/tune:"):
        settings = form.fields(of.settings.model_json_schema(), name, ("seed",))
    return of, orders.Asked(name, model, revision, endpoint, settings)


def cases() -> dict[str, Any]:
    """The filter, and how many of what it lets through."""
    chosen = state.filters(sets)
    first, second, third = st.columns(3, vertical_alignment="bottom")
    with first:
        limit = int(chips.number("Cases at most", "limit", 0, 0, MOST, "0: all; else at random"))
    with second:
        seed = int(chips.number("Seed", "seed", 0, 0, MOST, "draws the cases, and samples"))
    with third:
        called = chips.words("Called on the screens", "called", "as the model")
    return {"chosen": chosen, "limit": limit, "seed": seed, "name": called}


def confirm(asked: orders.Asked) -> None:
    """What the order would take, and the button that places it."""
    planned = plan.plan(stores, asked, cached.ask(orders.prepare, asked))
    job.plan(planned.rows(), planned.sentence, fits=planned.fits)
    if st.button("Order", type="primary", icon=":material/play_arrow:", disabled=not planned.cases):
        placed = orders.place(stores, asked, gate.person())
        st.session_state["placed"] = [one.said for one in placed]
        state.stay(view="jobs")


def follow() -> None:
    """Every job with its bar, looked at again as it moves."""
    standing = jobs.every(stores, SHOWN)
    up = jobs.up(stores)
    st.markdown(f"##### {text.safe(jobs_said.sentence(standing, up))}")
    for one in standing:
        job.show(
            jobs_said.told(one), one.done / one.total if one.total else 0.0, jobs_said.gpus(one),
            links(one), log, cancel, resume,
        )  # fmt: skip


def log(key: str) -> list[str]:
    """The last lines of a job's log."""
    return jobs.log(stores, key)


def cancel(key: str) -> None:
    """Asks a job to stop; where it has ended meanwhile, the next look shows it."""
    with suppress(Trouble):
        jobs.cancel(stores, key, gate.person())


def resume(key: str) -> None:
    """Takes a job up again."""
    with suppress(Trouble):
        jobs.retry(stores, key, gate.person())


def links(one: jobs.Standing) -> list[job.Link]:
    """Where the results of a job that is done are read."""
    if one.state != "done":
        return []
    read = (nav.page("cases"), "Read the answers", ":material/search:", jobs_said.read(one))
    link = cached.measured(jobs_said.compared, one.runs[0])
    if link is None:
        return [read]
    return [read, (nav.page("compare"), "Compare", ":material/compare_arrows:", link)]


if (lacking := jobs_said.missing(stores, jobs.up(stores))) is not None:
    job.bare(*lacking)
if view == "jobs":
    for said in st.session_state.pop("placed", []):
        st.success(text.safe(said), icon=":material/check:")
    st.fragment(follow, run_every=BEAT)()
else:
    order()
