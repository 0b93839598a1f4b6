"""How the tail is measured: the chips that Overview, Profile and Compare share."""

from __future__ import annotations

import streamlit as st

from app.service.outputs.risks import Assume, Choices, How
from components.widgets import chips
from data.trouble import Trouble

LEVELS = ("90 %", "95 %", "97.5 %", "99 %")
POOLINGS: dict[How, str] = {
    "lse": "log-sum-exp",
    "mean": "mean",
    "max": "worst judge",
    "rms": "root mean square",
    "median": "median",
}
ROOM = 170
"""Pixels a chip needs for its words: on a narrow screen the chips take two rows."""
WARY = "intervals of mean, VaR and CVaR allow for any losses nobody has seen, up to what ε permits"
ASSUMED: dict[Assume, str] = {
    "seen": "losses are as seen",
    "nothing": "nothing",
}


def choices(judges: list[str], categories: list[str] | None = None) -> Choices:
    """How the tail is measured, from the chips of the page and so from the link."""
    places = st.grid(
        3 if categories is None else 4, min_column_width=ROOM, vertical_alignment="bottom"
    )
    category = ""
    if categories is not None:
        with places.cell():
            category = chips.choice("Category", "category", ["all categories", *categories])
    with places.cell():
        level = _level()
    with places.cell():
        judge = chips.choice("Judges", "judge", ["all", *judges, *_without(judges)], _judge)
    with (
        places.cell(),
        st.popover("Pooling, ε, intervals", icon=":material/tune:", width="stretch"),
    ):
        pooling = chips.choice(
            "Judges are pooled by", "pooling", list(POOLINGS), POOLINGS.__getitem__,
            help="log-sum-exp leans toward the worst judge the lower its temperature",
        )  # fmt: skip
        tau = chips.number("Temperature τ of log-sum-exp", "tau", 0.1, 0.001, 100.0)
        eps = chips.number(
            "Clipping ε", "eps", 1e-6, 1e-12, 0.1,
            help="a score of exactly 1 would be infinite risk; it is cut to 1 − ε",
        )  # fmt: skip
        assume = chips.choice(
            "Intervals assume", "assume", list(ASSUMED), ASSUMED.__getitem__,
            help="nothing: intervals of mean and tail allow for any losses nobody has seen, up to "
            "what ε permits; with few prompts they are very long",
        )  # fmt: skip
    if assume == "nothing":
        st.caption(f":material/info: {WARY}")
    return Choices(
        level=level,
        eps=eps,
        pooling=pooling,
        tau=tau,
        judge=judge,
        category="" if category in ("", "all categories") else category,
        assume=assume,
    )


def _level() -> float:
    """The level, any from 50 to 99.9 %: one of the usual ones or as typed, such as 97.5.

    Raises Trouble where it is no such number.
    """
    said = st.selectbox(
        "Level", LEVELS, LEVELS.index("95 %"), key="level", bind="query-params",
        accept_new_options=True, help="the tail is what lies beyond it: type any from 50 to 99.9 %",
    )  # fmt: skip
    try:
        level = float(str(said).strip().rstrip(" %").replace(",", ".")) / 100
    except ValueError:
        level = 0.0
    if not 0.5 <= level <= 0.999:
        raise Trouble(f"the level is {said!r}", "write a number from 50 to 99.9, such as 97.5 %")
    return round(level, 6)


def _without(judges: list[str]) -> list[str]:
    return [f"-{judge}" for judge in judges] if len(judges) > 1 else []


def _judge(name: str) -> str:
    return f"without {name[1:]}" if name.startswith("-") else f"{name}"
