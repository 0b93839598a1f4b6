"""The mapping of a file that nobody described: its columns found by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from data.columns import COLUMNS, DIMENSIONS
from data.mapping import Mapping

CHATS = ("messages", "conversation", "conversations")
"""Columns that hold a conversation in many files."""


def guess(columns: Iterable[str]) -> Mapping:
    """Columns found by their names, as written in the contract; scores by dimension and judge.

    A blank or a dash in a name counts as `_`, a capital as a small letter.

    >>> guess(["id", "question", "answer", "bias_owl", "fox_bias"]).scores
    {'bias': {'owl': 'bias_owl', 'fox': 'fox_bias'}}
    >>> guess(["Question ID", "Model-Answer"]).response
    'Model-Answer'
    >>> guess(["messages", "bias"]).chat
    'messages'
    """
    there = list(columns)
    lower = {_plain(name): name for name in reversed(there)}
    found: dict[str, Any] = {}
    for column in COLUMNS:
        match = next((lower[n] for n in (column.name, *column.also) if n in lower), None)
        if match is not None and match not in found.values():
            found[column.name] = match
    talk = next((lower[name] for name in CHATS if name in lower), None)
    if talk is not None and not {"prompt", "response"} & found.keys():
        found |= {"chat": talk, "prompt": "prompt", "response": "response"}
    if not {"dimension", "value"} <= found.keys():
        for name in ("dimension", "value", "scorer"):
            found.pop(name, None)
    taken = set(found.values())
    scores = _scores([name for name in there if name not in taken])
    return Mapping(**found, scores=scores)


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


_OTHERS = ("toxicity", "harm", "harmfulness", "violation", "jailbreak", "unsafe")
_DIMENSION = "|".join((*DIMENSIONS, *_OTHERS))
_JUDGED = re.compile(
    rf"^(?:({_DIMENSION})(?:[_.:\- ](.+))?|(.+)[_.:\- ]({_DIMENSION}))$", re.IGNORECASE
)


_OWN = frozenset(
    {"label_unsafe", "label_harm", "reasoning_unsafe", "harm_area", "unsafe_type", "violation_type"}
)
"""Columns lenses ask for by these names: no score of the answer by a judge of such a name."""


def _scores(columns: list[str]) -> dict[str, dict[str, str] | str]:
    """Score columns by dimension and judge, whichever comes first in the name."""
    scores: dict[str, dict[str, str]] = {}
    for name in columns:
        own = _plain(name) in _OWN
        if not own and (match := _JUDGED.match(name)):
            dimension, judge = match[1] or match[4], match[2] or match[3] or "file"
            scores.setdefault(dimension.lower(), {})[judge] = name
    return dict(scores)
