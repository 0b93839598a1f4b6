"""The row of choices at the top of a page; each one lives in the link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

Option = TypeVar("Option", bound=str)


def choice(
    label: str,
    key: str,
    options: Sequence[Option],
    words: Callable[[Option], str] = str,
    default: str | None = None,
    help: str | None = None,
) -> Option:
    """One of `options`, kept in the link as `key=its words`; the default needs no place there."""
    index = next((i for i, option in enumerate(options) if option == default), 0)
    return st.selectbox(label, options, index, words, key=key, help=help, bind="query-params")


def several(
    label: str, key: str, options: Sequence[str], words: Callable[[str], str] = str
) -> tuple[str, ...]:
    """Any of `options` (none: all of them), kept in the link."""
    picked = st.multiselect(
        label, options, format_func=words, key=key, placeholder="all", bind="query-params"
    )
    return tuple(picked)


def words(label: str, key: str, placeholder: str = "") -> str:
    """Free words, kept in the link."""
    said = st.text_input(label, key=key, placeholder=placeholder, bind="query-params")
    return (said or "").strip()


def typed(
    label: str, key: str, options: Sequence[str], placeholder: str, *, disabled: bool = False
) -> str:
    """One of `options`, or whatever is typed instead; kept in the link, empty where nothing is."""
    said = st.selectbox(
        label, options, None, key=key, placeholder=placeholder, accept_new_options=True,
        disabled=disabled, bind="query-params",
    )  # fmt: skip
    return "" if disabled else str(said or "").strip()


def number(
    label: str, key: str, default: float, low: float, high: float, help: str | None = None
) -> float:
    """A number between `low` and `high`, kept in the link."""
    return float(
        st.number_input(
            label, low, high, default, format="%g", key=key, help=help, bind="query-params"
        )
    )


def switch(label: str, key: str, help: str | None = None, on: bool = False) -> bool:
    """On or off, kept in the link; what it is at first, `on` or off, needs no place there."""
    return bool(st.toggle(label, on, key=key, help=help, bind="query-params"))


def between(label: str, key: str, options: Sequence[str]) -> tuple[str, float, float]:
    """One of `options` and the bounds of its value, 0 to 1; the first option has no bounds."""
    left, right = st.columns([1, 1])
    with left:
        picked = choice(label, key, options)
    with right:
        low, high = st.slider(
            "between", 0.0, 1.0, (0.0, 1.0), 0.05, key="between", bind="query-params",
            disabled=picked == options[0],
        )  # fmt: skip
    return picked, float(low), float(high)


def turn(total: int, size: int) -> int:
    """The pages of a list; returns how many rows lie before the one chosen."""
    pages = max(-(-total // size), 1)
    if pages == 1:
        return 0
    return (int(st.pagination(pages, key="page", bind="query-params")) - 1) * size
