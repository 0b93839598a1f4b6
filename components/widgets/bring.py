"""Bringing a file in: drop it, look at it, correct its columns, watch it load."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any

import pandas as pd
import streamlit as st

from components.widgets.table import MOST, tall
from components.widgets.text import safe


def file() -> Any:
    """The file a person dropped, or None."""
    return st.file_uploader("A file of model outputs", key="file", label_visibility="collapsed")


def rows(first: list[dict[str, Any]], refused: list[dict[str, Any]]) -> None:
    """The first rows as they stand, and those among them that cannot be read."""
    shown = pd.DataFrame([{k: _cell(v) for k, v in row.items()} for row in first])
    st.caption("The first row" if len(first) == 1 else f"The first {len(first)} rows")
    st.dataframe(shown, hide_index=True, height=tall(len(shown), 230), lazy=False)
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
        height=tall(len(table), 420),
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


def way(saved: Sequence[str], key: str) -> str:
    """The saved mapping to read the columns by; "" for columns found by their names."""
    if not saved:
        return ""
    return str(
        st.selectbox(
            "Columns",
            ["", *saved],
            format_func=lambda name: name or "found by name",
            key=f"way-{key}",
            help="as found by name, or by a mapping that was saved here",
        )
    )


def keep(yaml: str, key: str) -> str:
    """Offers the columns as a mapping file; returns the name to save them by, or ""."""
    with st.popover("Keep these columns as a mapping", icon=":material/bookmark:"):
        name = st.text_input("Name", key=f"keep-{key}", placeholder="such as our-judges")
        saved = st.button("Save", key=f"save-{key}", disabled=not name.strip())
        st.download_button(
            "Download as YAML",
            yaml,
            file_name=f"{name.strip() or 'mapping'}.yaml",
            mime="application/yaml",
            key=f"yaml-{key}",
        )
        st.caption("In the shell: tailscope load FILE --map NAME, or --map FILE.yaml")
        st.code(yaml, language="yaml", height=240)
    return name.strip() if saved else ""


def kept(name: str) -> None:
    """Says that a mapping was saved."""
    st.toast(f"Saved as {safe(name)}: choose it for the next file.", icon=":material/bookmark:")


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
    """A bar with rows read, rows a second and a way to stop: then nothing of the file is kept."""
    left, right = st.columns([6, 1], vertical_alignment="center")
    bar, began = left.progress(0.0, f"Reading {safe(name)}"), monotonic()
    stop = right.empty()
    # pressing it runs the page anew: the load stops where it next tells how far it is
    stop.button("Cancel", key="cancel", on_click=_stopped, icon=":material/stop:", width="stretch")

    def step(part: float, rows: int) -> None:
        pace = rows / max(monotonic() - began, 1e-3)
        rest = f" · {(1 - part) / part * (monotonic() - began):,.0f} s left" if part > 0.02 else ""
        if part >= 1:
            stop.empty()
            bar.progress(1.0, f"{rows:,} rows read; putting them into the warehouse")
        else:
            bar.progress(part, f"{rows:,} rows · {pace:,.0f} rows a second{rest}")

    try:
        yield step
    finally:
        bar.empty()
        stop.empty()


def _stopped() -> None:
    st.toast("Stopped. Nothing of the file was loaded.", icon=":material/stop:")


APART = ("checks", "notes")
"""Parts of a report that are shown below its table."""


def checks(runs: list[dict[str, Any]]) -> None:
    """The files' own numbers against those recomputed from what was loaded; differences first."""
    rows = [
        {"model": run["model"], "data set": run["dataset"], **check}
        for run in runs
        for check in run["checks"]
    ]
    if not rows:
        return
    rows.sort(key=lambda row: (row["agrees"] is not False, row["agrees"] is None))
    more = len(rows) - MOST
    differ = sum(row["agrees"] is False for row in rows)
    agree = sum(row["agrees"] is True for row in rows)
    words = f"The files' own numbers: {agree} recomputed and equal, {differ} differ"
    if differ:
        st.warning(
            f"{words}. A log that holds only a part of its run differs so.",
            icon=":material/difference:",
        )
    else:
        st.caption(words)
    agreed = {True: "yes", False: "no", None: "—"}
    shown = pd.DataFrame(
        [row | {"agrees": agreed[row["agrees"]], "why": row["why"] or ""} for row in rows[:MOST]]
    )
    st.dataframe(shown, placeholder="—", hide_index=True, lazy=False, height=tall(len(shown), 300))
    if more > 0:
        st.caption(f"and {more:,} more: tailscope runs --json")


def notes(runs: list[dict[str, Any]]) -> None:
    """What was noted of the runs as they were loaded: it is kept with them."""
    rows = [
        {"model": run["model"], "data set": run["dataset"], "note": note}
        for run in runs
        for note in run["notes"]
    ]
    if not rows:
        return
    st.caption("Noted as they were loaded")
    shown = pd.DataFrame(rows[:MOST])
    st.dataframe(shown, placeholder="—", hide_index=True, lazy=False, height=tall(len(shown), 300))
    if len(rows) > MOST:
        st.caption(f"and {len(rows) - MOST:,} more: tailscope runs --json")


def aside(refused: list[dict[str, Any]]) -> None:
    """The rows that could not be read, as they were kept: file, line, why, and the row itself."""
    st.dataframe(
        pd.DataFrame(refused), placeholder="—", hide_index=True, lazy=False,
        height=tall(len(refused), 240),
    )  # fmt: skip


def report(told: dict[str, Any], profile: Any, cases: Any) -> None:
    """What became of the file: runs, counts, refused rows; and where to go next."""
    new = [run for run in told["loaded"] if not run["already"]]
    if new:
        outputs = sum(run["outputs"] for run in new)
        runs = "1 run" if len(new) == 1 else f"{len(new)} runs"
        st.success(f"Loaded: {runs} with {outputs:,} outputs.", icon=":material/check:")
    else:
        st.info("This file was loaded before; nothing has changed.", icon=":material/done_all:")
    shown = [{k: v for k, v in run.items() if k not in APART} for run in told["loaded"]]
    st.dataframe(pd.DataFrame(shown), hide_index=True, lazy=False)
    for note in dict.fromkeys(note for run in told["loaded"] for note in run["notes"]):
        st.info(safe(note), icon=":material/info:")
    checks(told["loaded"])
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
