"""Writing a risk card: its fields, and what comes of them as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Options:
    """What can be chosen: codes with their words, actors, kinds, statuses; and, for rules, the
    categories, dimensions and acts that are loaded."""

    codes: dict[str, str]
    actors: Sequence[str]
    kinds: Sequence[str]
    statuses: Sequence[str]
    categories: Sequence[str]
    dimensions: Sequence[str]
    acts: Sequence[str]


def show(card: Any, options: Options, key: str) -> dict[str, Any]:
    """The form, filled with `card` (None: a new one); returns the fields as they stand."""
    title, status = st.columns([4, 1])
    said: dict[str, Any] = {
        "title": title.text_input(
            "Title", card.title if card else "", max_chars=300, key=f"{key}-title"
        ),
        "status": status.selectbox(
            "Status", options.statuses, key=f"{key}-status",
            index=list(options.statuses).index(card.status) if card else 0,
        ),
    }  # fmt: skip
    said["description"] = st.text_area(
        "What it is", card.description if card else "", max_chars=LONGEST, key=f"{key}-what",
        help="what the model does, and what is not meant",
    )  # fmt: skip
    said["conditions"] = st.text_area(
        "What must hold for harm to happen", card.conditions if card else "", max_chars=LONGEST,
        key=f"{key}-conditions",
    )  # fmt: skip
    left, right = st.columns(2)
    said["codes"] = left.multiselect(
        "Categorized as", list(options.codes), list(card.codes) if card else [],
        format_func=lambda code: options.codes.get(code, code), key=f"{key}-codes",
    )  # fmt: skip
    pairs = [f"{actor}-{kind}" for actor in options.actors for kind in options.kinds]
    held = [f"{harm.actor}-{harm.kind}" for harm in card.harms] if card else []
    chosen = right.multiselect(
        "Who is harmed, and how", pairs, held, key=f"{key}-harms",
        format_func=lambda pair: pair.replace("-", ": ", 1),
    )  # fmt: skip
    said["harms"] = [dict(zip(("actor", "kind"), p.split("-", 1), strict=True)) for p in chosen]
    said["exchanges"] = _exchanges(card, key)
    lines = st.text_area(
        "References, one a line", "\n".join(card.references) if card else "", key=f"{key}-refs"
    )
    said["references"] = [line for line in (lines or "").splitlines() if line.strip()]
    said["proposes"] = _rules(card, options, key)
    return said


def _count(key: str, start: int, label: str) -> int:
    """How many there are to fill in; the button below them adds one."""
    kept = f"{key}-count"
    if st.button(label, key=f"{key}-add", icon=":material/add:", type="tertiary"):
        st.session_state[kept] = int(st.session_state.get(kept, start)) + 1
    return int(st.session_state.get(kept, start))


def _exchanges(card: Any, key: str) -> list[dict[str, str]]:
    st.markdown("**Sample prompts**, and what a model answered where that is known")
    held = list(card.exchanges) if card else []
    found = []
    place = st.container()
    for n in range(_count(f"{key}-exchanges", max(len(held), 1), "Another prompt")):
        one = held[n] if n < len(held) else None
        left, right = place.columns(2)
        prompt = left.text_area(
            f"Prompt {n + 1}", one.prompt if one else "", height=80, key=f"{key}-prompt-{n}"
        )
        output = right.text_area(
            f"Answer to prompt {n + 1}", one.output if one else "", height=80,
            key=f"{key}-output-{n}",
        )  # fmt: skip
        if (prompt or "").strip() or (output or "").strip():
            found.append({"prompt": prompt or "", "output": output or ""})
    return found


def _rules(card: Any, options: Options, key: str) -> list[dict[str, Any]]:
    st.markdown("**Answers to propose as evidence**: what is filled in is met all at once")
    held = list(card.proposes) if card else []
    found = []
    place = st.container()
    for n in range(_count(f"{key}-rules", max(len(held), 1), "Another rule")):
        one = held[n] if n < len(held) else None
        a, b, c, d, e = place.columns([3, 2, 1, 2, 2])
        known = [*dict.fromkeys([*(one.categories if one else ()), *options.categories])]
        categories = a.multiselect(
            "Categories", known, list(one.categories) if one else [], key=f"{key}-cat-{n}"
        )
        dimension = _one(b, "Dimension", options.dimensions, one.dimension if one else "",
                         f"{key}-dim-{n}")  # fmt: skip
        over = c.number_input(
            "from", 0.0, 1.0, one.over if one else 0.5, 0.05, key=f"{key}-over-{n}"
        )
        words = d.text_input("Words", one.words if one else "", key=f"{key}-words-{n}")
        act = _one(e, "Act", options.acts, one.act if one else "", f"{key}-act-{n}")
        if categories or dimension or (words or "").strip() or act:
            found.append({"categories": categories, "dimension": dimension, "over": over,
                          "words": words or "", "act": act})  # fmt: skip
    return found


def _one(place: Any, label: str, options: Sequence[str], held: str, key: str) -> str:
    known = ["", *dict.fromkeys([*([held] if held else []), *options])]
    picked = place.selectbox(
        label, known, known.index(held), key=key,
        format_func=lambda name: name.replace("_", " ") if name else "any",
    )  # fmt: skip
    return str(picked or "")
