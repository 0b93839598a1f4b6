"""The one file that caches: answers are kept under the stores' version, so a write ages them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from app.service import stores as opened
from app.service.outputs import sorting
from app.service.stores import Stores
from app.settings import settings

Answer = TypeVar("Answer")


@st.cache_resource(show_spinner="Opening the stores …")
def stores() -> Stores:
    """The two stores, opened once for this process."""
    return opened.connect(settings())


@st.cache_data(max_entries=512, show_spinner="Measuring …")
def _kept(version: tuple[int | str, ...], name: str, _ask: Callable[..., Any], *args: Any) -> Any:
    del version, name  # parts of the key, not of the question
    return _ask(stores(), *args)


def ask(question: Callable[..., Answer], *args: Any) -> Answer:
    """`question(stores, *args)`, kept until something is written to either store."""
    answer: Answer = _kept((*stores().version(), _edited()), _name(question), question, *args)
    return answer


def measured(question: Callable[..., Answer], *args: Any) -> Answer:
    """Like `ask`, for what reads the warehouse alone: a label saved does not make it old."""
    answer: Answer = _kept((stores().version()[0], _edited()), _name(question), question, *args)
    return answer


def _edited() -> str:
    """The team's taxonomies are files: whoever edits one sees it at the next look."""
    return sorting.edition(stores())


def _name(question: Callable[..., Any]) -> str:
    return f"{question.__module__}.{question.__qualname__}"
