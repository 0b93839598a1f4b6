"""The row of choices at the top of a page; each one lives in the link."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def choice(
    label: str,
    key: str,
    options: Sequence[str],
    words: Callable[[str], str] = str,
    default: str | None = None,
    help: str | None = None,
) -> str:
    """One of `options`, kept in the link under `key`; an option the link no longer has is dropped."""
    asked = st.query_params.get(key)
    index = options.index(asked) if asked in options else 0
    if asked is None and default in options:
        index = options.index(default)
    picked = st.selectbox(
        label, options, index=index, format_func=words, key=f"{key}-chip", help=help
    )
    return remember(key, str(picked), options[0] if default is None else default)


def several(
    label: str, key: str, options: Sequence[str], words: Callable[[str], str] = str
) -> tuple[str, ...]:
    """Any of `options` (none: all of them), kept in the link under `key`."""
    asked = [value for value in st.query_params.get_all(key) if value in options]
    picked = st.multiselect(
        label, options, default=asked, format_func=words, key=f"{key}-chip", placeholder="all"
    )
    if list(picked) != st.query_params.get_all(key):
        st.query_params[key] = list(picked)
    return tuple(picked)


def words(label: str, key: str, placeholder: str = "") -> str:
    """Free words, kept in the link under `key`."""
    asked = st.query_params.get(key, "")
    said = st.text_input(label, value=asked, key=f"{key}-chip", placeholder=placeholder)
    return remember(key, said.strip(), "")


def remember(key: str, value: str, default: str) -> str:
    """Puts a value into the link; the default needs no place there."""
    if value == default:
        if key in st.query_params:
            del st.query_params[key]
    elif st.query_params.get(key) != value:
        st.query_params[key] = value
    return value
