"""Rows as a table a person can pick from, and as CSV that no spreadsheet runs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv(rows: list[dict[str, Any]]) -> bytes:
    """The rows as CSV; text that a spreadsheet would run gets an apostrophe in front.

    >>> csv([{"model": "=1+1", "mean": -0.5}])
    b'model,mean\\n\\'=1+1,-0.5\\n'
    """
    frame = pd.DataFrame([{k: _inert(v) for k, v in row.items()} for row in rows])
    return frame.to_csv(index=False, lineterminator="\n").encode()


def _inert(value: Any) -> Any:
    risky = isinstance(value, str) and value.lstrip("\"'").startswith(RISKY)
    return f"'{value}" if risky else value


def pick(
    rows: list[dict[str, Any]], key: str, *, height: int | str = "auto", **config: Any
) -> int | None:
    """The rows as a table; returns the place of the row a person picked, or None."""
    event = st.dataframe(
        pd.DataFrame(rows),
        key=key,
        hide_index=True,
        lazy=False,
        height=height,  # type: ignore[arg-type]
        on_select="rerun",
        selection_mode="single-row",
        column_config=config,
    )
    picked = event["selection"]["rows"]
    return int(picked[0]) if picked else None
