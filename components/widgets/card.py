"""A risk card on the screen: its tile in the deck, the whole of it, and what changed in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from components.widgets.text import passage, safe

TILE = 250
"""Pixels a tile needs to be read."""


def grid(found: Sequence[Any], links: Mapping[str, int], page: Any) -> None:
    """The cards as tiles, each leading to its own page."""
    tiles = st.grid(4, min_column_width=TILE, border=True)
    for kept in found:
        card = kept.card
        with tiles.cell():
            st.page_link(page, label=f"**{safe(card.title)}**", query_params={"card": card.card})
            st.caption(safe(_short(card.description)) or "— no description")
            with st.container(horizontal=True, gap="small"):
                if card.status != "active":
                    st.badge(card.status, color="orange" if card.status == "draft" else "gray")
                for code in card.codes[:3]:
                    st.badge(safe(code.split(":")[-1].replace("_", " ")), color="gray")
            said = ", ".join(sorted(card.actors)) or "no harms named"
            n = links.get(card.card, 0)
            shown = f"{n} piece{'' if n == 1 else 's'} of evidence" if n else "no evidence"
            st.caption(f"{safe(said)} · {shown}")


def _short(text: str, limit: int = 150) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def whole(card: Any, codes: Sequence[str], rules: Sequence[str], key: str) -> None:
    """All parts of a card; `codes` and `rules` are in words."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown("**What it is**")
        passage(card.description, f"{key}-description", missing="no description yet")
        st.markdown("**What must hold for harm to happen**")
        passage(card.conditions, f"{key}-conditions", missing="nobody has said yet")
    with right:
        st.markdown("**Categorized as**")
        for code in codes:
            st.caption(safe(code))
        if not codes:
            st.caption("— no code")
        st.markdown("**Who is harmed, and how**")
        harms(card)
    st.markdown(f"**Sample prompts and outputs** ({len(card.exchanges)})")
    if not card.exchanges:
        st.caption("— none yet")
    for place, one in enumerate(card.exchanges):
        with st.container(border=True):
            passage(one.prompt, f"{key}-prompt-{place}", missing="no prompt is told")
            if one.output:
                with st.expander("What a model answered"):
                    passage(one.output, f"{key}-output-{place}")
    below, beside = st.columns([3, 2], gap="large")
    with below:
        st.markdown("**References**")
        for reference in card.references:
            st.caption(safe(reference))
        if not card.references:
            st.caption("— none")
    with beside:
        st.markdown("**Answers proposed as evidence**")
        for rule in rules:
            st.caption(safe(rule))
        if not rules:
            st.caption("— no rule: evidence is found by search")


def harms(card: Any) -> None:
    """The actor × harm table: a mark where the card names the pair."""
    if not card.harms:
        st.caption("— nobody is named")
        return
    kinds = list(dict.fromkeys(harm.kind for harm in card.harms))
    pairs = {(harm.actor, harm.kind) for harm in card.harms}
    rows = [
        {"actor": actor} | {kind: "●" if (actor, kind) in pairs else "" for kind in kinds}
        for actor in dict.fromkeys(harm.actor for harm in card.harms)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, lazy=False)


def changed(lines: Sequence[str]) -> None:
    """A difference as lines; says so where there is none."""
    if lines:
        st.code("\n".join(lines), language="diff", wrap_lines=True)
    else:
        st.caption("— nothing changed")


def history(versions: Sequence[Any], difference: Any) -> None:
    """Every version of a card, the newest first, each with what it changed."""
    before = [None, *versions]
    for place in range(len(versions) - 1, -1, -1):
        kept = versions[place]
        said = (
            f"Version {kept.version} · {kept.made_by} · {kept.made_at[:16].replace('T', ' ')} UTC"
        )
        with st.expander(safe(said), expanded=place == len(versions) - 1):
            old = before[place]
            changed(difference(old.card if old else None, kept.card))
