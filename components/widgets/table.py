"""Rows as a table a person can pick from, and as CSV that no spreadsheet runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "﹢", "﹣")


MOST = 200
"""Rows a table is handed at most: longer lists are paged."""


def tall(rows: int, most: int) -> Any:
    """How high a table stands: as its rows are, at most `most` pixels.

    >>> tall(3, 280), tall(300, 280)
    ('content', 280)
    """
    return "content" if 36 * (rows + 1) < most else most


def csv(rows: list[dict[str, Any]]) -> bytes:
    """The rows as CSV; text that a spreadsheet would run gets an apostrophe in front.

    >>> csv([{"model": "=1+1", "mean": -0.5}])
    b"model,mean\\n'=1+1,-0.5\\n"
    >>> csv([{"model": " =1+1"}])
    b"model\\n' =1+1\\n"
    """
    frame = pd.DataFrame([{k: _inert(v) for k, v in row.items()} for row in rows])
    return frame.to_csv(index=False, lineterminator="\n").encode()


def _inert(value: Any) -> Any:
    risky = isinstance(value, str) and value.lstrip("\"' \ufeff").startswith(RISKY)
    return f"'{value}" if risky else value


SEEN, SHORT = 8, 24
"""Rows the browser sizes columns by, and the letters of a text that is shown whole."""


def _wide(frame: pd.DataFrame) -> dict[str, int]:
    """Pixels for columns of short texts whose longest the browser does not see in time.

    >>> rows = {"model": ["iris"] * 9 + ["aurora-7b"], "said": ["no"] * 9 + ["x" * 99]}
    >>> _wide(pd.DataFrame(rows))
    {'model': 92}
    """
    longest = {}
    for name in frame.select_dtypes(["object", "string"]):
        letters = frame[name].map(lambda cell: len(cell) if isinstance(cell, str) else 1)
        if letters[:SEEN].max() < letters.max() <= SHORT:
            longest[str(name)] = 8 * int(letters.max()) + 20
    return longest


def pick(
    rows: list[dict[str, Any]],
    key: str,
    *,
    height: Any = "auto",
    digits: int | None = None,
    widths: Mapping[str, int] | None = None,
) -> int | None:
    """The rows as a table; returns the place of the row a person picked, or None.

    `digits` are shown after the point of every fraction; `widths` are columns' in pixels, and so
    is the most of `height`.
    """
    frame = pd.DataFrame(rows)
    fractions = [str(name) for name in frame.columns if frame[name].dtype.kind == "f"]
    wholes = [str(name) for name in frame.columns if frame[name].dtype.kind in "iu"]
    shown = f"%.{digits}f" if digits is not None else None
    event = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        lazy=False,
        height=tall(len(frame), height) if isinstance(height, int) else height,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="—",
        column_config={
            **{name: st.column_config.NumberColumn(format=shown) for name in fractions},
            **{name: st.column_config.NumberColumn(format="localized") for name in wholes},
            **{
                name: st.column_config.Column(width=size)
                for name, size in {**_wide(frame), **(widths or {})}.items()
            },
        },
    )
    picked = event["selection"]["rows"]
    return int(picked[0]) if picked else None
