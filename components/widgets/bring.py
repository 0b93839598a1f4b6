"""Bringing a file in: drop it, look at it, correct its columns, watch it load."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any

import pandas as pd
import streamlit as st

from components.widgets.text import safe


def file() -> Any:
    """The file a person dropped, or None."""
    return st.file_uploader("A file of model outputs", key="file", label_visibility="collapsed")


def rows(first: list[dict[str, Any]], refused: list[dict[str, Any]]) -> None:
    """The first rows as they stand, and those among them that cannot be read."""
    shown = pd.DataFrame([{k: _cell(v) for k, v in row.items()} for row in first])
    st.caption(f"The first {len(first)} rows as they stand in the file")
    st.dataframe(shown, hide_index=True, height=230, lazy=False)
    for row in refused:
        st.warning(f"Line {row['line']}: {safe(row['why'])}", icon=":material/warning:")


def _cell(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())[:200]


def columns(table: list[dict[str, Any]], holds: Sequence[str], key: str) -> list[dict[str, Any]]:
    """What each column holds, to be corrected; returns the rows as they now stand."""
    st.caption("What the columns hold: found by name; correct what is wrong")
    edited = st.data_editor(
        pd.DataFrame(table),
        key=f"columns-{key}",
        placeholder="",
        hide_index=True,
        height=min(36 * (len(table) + 1) + 3, 420),
        disabled=["column", "example", "filled"],
        column_config={
            "filled": st.column_config.NumberColumn(help="of the rows above"),
            "holds": st.column_config.SelectboxColumn(options=list(holds), required=True),
            "name": st.column_config.TextColumn(help="a score's dimension, a label's field"),
            "by": st.column_config.TextColumn(help="the judge, or the person who labeled"),
            "scale": st.column_config.TextColumn(help="a score's ends, such as 1 to 5"),
            "up": st.column_config.SelectboxColumn(
                options=["", "harm", "good", "neither"], help="what a higher score means"
            ),
        },
    )
    return [{str(k): v for k, v in row.items()} for row in edited.to_dict("records")]


def names(model: str | None, dataset: str | None, key: str) -> dict[str, str]:
    """Model and data set, where the file does not say (or says otherwise)."""
    left, right = st.columns(2)
    said = {
        "model": left.text_input(
            "Model", model or "", key=f"model-{key}", placeholder="as the file says"
        ),
        "dataset": right.text_input(
            "Data set", dataset or "", key=f"dataset-{key}", placeholder="as the file says"
        ),
    }
    return {name: value.strip() for name, value in said.items() if value.strip()}


@contextmanager
def progress(name: str) -> Iterator[Callable[[float, int], None]]:
    """A bar with rows read and rows a second."""
    bar, began = st.progress(0.0, f"Reading {safe(name)}"), monotonic()

    def step(part: float, rows: int) -> None:
        pace = rows / max(monotonic() - began, 1e-3)
        bar.progress(min(part, 1.0), f"{rows:,} rows · {pace:,.0f} rows a second")

    try:
        yield step
    finally:
        bar.empty()


def report(told: dict[str, Any], profile: Any, cases: Any) -> None:
    """What became of the file: runs, counts, refused rows; and where to go next."""
    new = [run for run in told["loaded"] if not run["already"]]
    if new:
        outputs = sum(run["outputs"] for run in new)
        st.success(
            f"{len(new)} run(s) with {outputs:,} outputs are loaded.", icon=":material/check:"
        )
    else:
        st.info("This file was loaded before; nothing has changed.", icon=":material/done_all:")
    st.dataframe(pd.DataFrame(told["loaded"]), hide_index=True, lazy=False)
    if told["refused"]:
        st.warning("Some rows could not be read; they are kept aside.", icon=":material/warning:")
        st.dataframe(pd.DataFrame(told["refused"]), hide_index=True, lazy=False)
    left, right = st.columns(2)
    if new and any(run["scores"] for run in new):
        chosen = {"dataset": new[0]["dataset"]} | (
            {"model": new[0]["model"]} if new[0]["model"] else {}
        )
        left.page_link(profile, label="See the profile", query_params=chosen)
    if new and any(run["outputs"] for run in new):
        right.page_link(cases, label="Read the cases", query_params={"datasets": new[0]["dataset"]})
