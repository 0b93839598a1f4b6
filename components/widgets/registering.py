"""The risk register on the screen: its table, and the form of one risk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

NEW = ""


def table(rows: Sequence[dict[str, Any]]) -> None:
    """The register; what is overdue stands on top, marked and in the tail's color."""
    if not rows:
        return
    frame = pd.DataFrame(rows)
    late = frame["due"] != "—"
    shown = frame.style.apply(
        lambda _column: ["color: #c2571a; font-weight: 600" if one else "" for one in late],
        subset=["due", "review"],
    )
    st.dataframe(shown, hide_index=True, lazy=False)


def which(names: Mapping[str, str]) -> str:
    """The risk to edit, kept in the link; empty for a new one."""
    picked = st.selectbox(
        "Risk", [NEW, *names], key="risk", bind="query-params",
        format_func=lambda name: names[name] if name else "a new risk",
    )  # fmt: skip
    return str(picked or "")


def form(
    risk: Any, options: Mapping[str, Any], handed: Mapping[str, str], key: str
) -> dict[str, Any] | None:
    """The fields of one risk (None: a new one); returns them once saved."""

    def held(name: str) -> Any:
        return getattr(risk, name) if risk else handed.get(name, "")

    def one(
        place: Any, label: str, name: str, known: Sequence[str], words: Mapping[str, str]
    ) -> str:
        listed = list(dict.fromkeys([*known, held(name)])) if held(name) else list(known)
        first = listed.index(held(name)) if held(name) in listed else 0
        return str(place.selectbox(
            label, listed, first, key=f"{key}-{name}",
            format_func=lambda value: words.get(value, value) or "—",
        ) or "")  # fmt: skip

    cards, assessments = options["cards"], options["assessments"]
    with st.form(f"{key}-risk"):
        a, b = st.columns([3, 2])
        said: dict[str, Any] = {
            "title": a.text_input("Title", held("title"), key=f"{key}-title", max_chars=300),
            "owner": b.text_input("Owner", held("owner"), key=f"{key}-owner", max_chars=300),
        }
        c, d, e = st.columns(3)
        said["card"] = one(c, "Card", "card", ["", *cards], cards)
        said["assessment"] = one(d, "Assessment", "assessment", ["", *assessments], assessments)
        said["model"] = e.text_input("Model", held("model"), key=f"{key}-model", max_chars=300)
        f, g, h, i = st.columns(4)
        said["treatment"] = one(f, "Treatment", "treatment", options["treatment"], {})
        said["status"] = one(g, "Status", "status", options["status"], {})
        due = date.fromisoformat(held("review")) if held("review") else None
        said["review"] = h.date_input("Next review", due, key=f"{key}-review", format="YYYY-MM-DD")
        said["residual"] = one(i, "Residual risk", "residual", options["residual"], {})
        said["plan"] = st.text_area("What is done about it", held("plan"), key=f"{key}-plan")
        said["note"] = st.text_area("Note", held("note"), key=f"{key}-note", height=80)
        label = "Save as the next version" if risk else "Put it on the register"
        return said if st.form_submit_button(label, type="primary") else None


def history(versions: Sequence[Any], row: Callable[[Any], dict[str, Any]]) -> None:
    """Every version of a risk, the newest first."""
    rows = [
        {"version": one.version, "when": f"{one.made_at[:19]}Z", "who": one.made_by}
        | row(one.risk) | {"plan": one.risk.plan, "note": one.risk.note}
        for one in reversed(versions)
    ]  # fmt: skip
    st.dataframe(pd.DataFrame(rows), hide_index=True, lazy=False)
