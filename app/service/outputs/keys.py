"""Options of a multiple-choice answer: which is right, which says "I don't know", which is top."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

UNSURE = (
    "i don't know", "i do not know", "don't know", "i dont know", "idk", "?", "(?)",
    "i'm not sure", "i am not sure", "not sure", "unsure",
)  # fmt: skip
"""How an option that says "I don't know" is commonly written, in lower case."""


def plain(text: str) -> str:
    """A text but for spaces around it, capitals, a curly apostrophe and a full stop.

    >>> plain(" I don’t know.")
    "i don't know"
    """
    return text.strip().lower().replace("\u2019", "'").rstrip(".")


def words(named: Iterable[str]) -> frozenset[str]:
    """What an "I don't know" option reads like: as `named` by the mapping, else as commonly."""
    return frozenset(plain(name) for name in named) or frozenset(UNSURE)


def idk(keys: Sequence[str], choices: Sequence[str] | None, say: frozenset[str]) -> tuple[str, ...]:
    """The keys of the options whose key or text reads like one of `say`.

    >>> idk((" Paris", " I do not know."), None, words(()))
    (' I do not know.',)
    >>> idk(("A", "B", "C"), ["red", "blue", "I don't know"], words(()))
    ('C',)
    >>> idk(("A", "B"), None, words(["b"]))
    ('B',)
    """
    texts = choices if choices and len(choices) == len(keys) else keys
    return tuple(
        key
        for key, text in zip(keys, texts, strict=True)
        if plain(key) in say or plain(text) in say
    )


def gold(target: Any, keys: Sequence[str], choices: Sequence[str] | None) -> str | None:
    """The key of the right option; None where `target` names none.

    Tried in turn: a key, a key but for spaces and capitals, the text of a choice, a place from 0.

    >>> [gold(target, ("A", "B"), ["red", "blue"]) for target in ("B", " b", "red", "1", "green")]
    ['B', 'B', 'A', 'B', None]
    """
    if target is None:
        return None
    said = str(target)
    if said in keys:
        return said
    bare = said.strip().lower()
    for key in keys:
        if key.strip().lower() == bare:
            return key
    texts = [text.strip().lower() for text in choices or ()]
    place = texts.index(bare) if bare in texts else -1
    if place < 0 and bare.isascii() and bare.isdecimal():
        place = int(bare)
    return keys[place] if 0 <= place < len(keys) else None


def probabilities(logs: Mapping[str, float]) -> dict[str, float]:
    """Log-probabilities made to add to one over the options; empty where none is possible.

    >>> probabilities({"A": 0.0, "B": float("-inf")})
    {'A': 1.0, 'B': 0.0}
    """
    values = list(logs.values())
    if not values or any(v != v for v in values) or max(values) == -math.inf:
        return {}
    best = max(values)
    raised = [math.exp(value - best) for value in values]
    whole = sum(raised)
    return dict(zip(logs, (value / whole for value in raised), strict=True))
