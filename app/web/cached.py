"""The one file that caches: every answer is kept under the stores' version, so a write makes it old."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from app.service import stores as opened
from app.service.stores import Stores
from app.settings import settings

Answer = TypeVar("Answer")


@st.cache_resource(show_spinner="Opening the stores …")
def stores() -> Stores:
    """The two stores, opened once for this process."""
    return opened.connect(settings())


@st.cache_data(max_entries=512, show_spinner=False)
def _kept(version: tuple[int, int], name: str, _ask: Callable[..., Any], *args: Any) -> Any:
    return _ask(stores(), *args)


def ask(question: Callable[..., Answer], *args: Any) -> Answer:
    """`question(stores, *args)`, kept until something is written to either store."""
    name = f"{question.__module__}.{question.__qualname__}"
    answer: Answer = _kept(stores().version(), name, question, *args)
    return answer
