"""Marks as numbers: yes and no, ratings and scores, however a column writes them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats
from risk.lens import Columns, Parameter, empty
from risk.seen import each, once
from risk.verdict import written

YES = frozenset(
    [
        "yes",
        "true",
        "1",
        "1.0",
        "y",
        "unsafe",
        "harmful",
        "present",
        "positive",
        "correct",
        "completed",
    ]
)
NO = frozenset(
    [
        "no",
        "false",
        "0",
        "0.0",
        "n",
        "safe",
        "unharmful",
        "harmless",
        "absent",
        "negative",
        "incorrect",
        "failed",
    ]
)
NAMES = frozenset(
    (
        *("parsed_choice", "evidence", "predicted_type", "safe_type", "unsafe_type"),
        *("prompt_variant", "pair_id", "decoding", "attack"),
    )
)
"""Fields that are names or quotes, though they may read as numbers."""
EDGE = 1e-9
SEVERE = 2.0
"""The labeled severity, 0 to 4, from which an answer is unsafe: it could hurt someone."""
PERSON = "label_unsafe|label_harmful|label_severity|prompt_is"
"""Where a yes or no that no machine gave stands; the first that says either counts."""
TRUTH = f"{PERSON}|target"
"""The same, or a target that is a yes or a no; most targets are answers."""
ANSWER = "label_unsafe|label_harmful|label_severity|target"
"""The same for what is about the answer alone: a prompt's mark says nothing of it."""
HOW_PERSON = "label answers unsafe or not, or mark each prompt safe or unsafe when you load them"
DRAWS = Parameter("draws", 1000, "bootstrap replicates", 100, 20_000)
SEED = Parameter("seed", 0, "seed of the bootstrap", 0, 2**32 - 1)


def first(columns: Columns, names: str) -> NDArray[Any]:
    """The first of the columns `a|b` that is there and says anything. ValueError for none.

    >>> first({"b": np.array([1.0])}, "a|b").tolist()
    [1.0]
    """
    for name in names.split("|"):
        if name in columns and not empty(columns[name]):
            return columns[name]
    raise ValueError(f"there is no column {names.replace('|', ' or ')}; map or label one of them")


def maybe(columns: Columns, names: str) -> NDArray[Any] | None:
    """The first of the columns `a|b` that says anything, or None.

    >>> maybe({}, "a|b") is None
    True
    """
    there = any(name in columns and not empty(columns[name]) for name in names.split("|"))
    return first(columns, names) if there else None


def truth(columns: Columns, names: str = TRUTH) -> tuple[str, Floats]:
    """The first of the columns `a|b` that says yes or no anywhere, by name, and 1, 0, NaN (N,).

    A labeled severity is a yes from 2 up.

    ValueError where none does: a target such as the letter of an option is neither.

    >>> said = {"target": np.array(["1", None], dtype=object)}
    >>> name, found = truth(said)
    >>> name, found.tolist()
    ('target', [1.0, nan])
    """
    for name in names.split("|"):
        if name in columns:
            column = columns[name]
            graded = name == "label_severity"
            told = from_half(numbers(column), SEVERE) if graded else yes(column)
            if not np.isnan(told).all():
                return name, told
    raise ValueError(f"none of {names.replace('|', ', ')} says yes or no; label answers")


@once
def numbers(column: NDArray[Any]) -> Floats:
    """A column as floats (N,); what is no number is NaN.

    >>> numbers(np.array(["2", None, "high"], dtype=object)).tolist()
    [2.0, nan, nan]
    """
    if column.dtype.kind in "fiub":
        return np.asarray(column, dtype=float)
    return each(column, _number)


@once
def names(column: NDArray[Any]) -> NDArray[Any]:
    """A column whose numbers are names as texts (N,), None where missing.

    >>> names(np.array([1.0, np.nan])).tolist()
    ['1', None]
    """
    return each(column, lambda one: None if one is None or one != one else written(one), object)


def plain(word: Any) -> str:
    """A word as it is compared: in small letters, one sign between its parts; "" for none.

    >>> plain(" Multiple choice"), plain(None)
    ('multiple_choice', '')
    """
    return "" if word is None else "_".join(str(word).lower().replace("-", " ").split())


@once
def amounts(column: NDArray[Any]) -> Floats:
    """A column as floats (N,): numbers as they are, words as 1 or 0 where they say yes or no.

    >>> amounts(np.array(["2", None, "true", "unsafe", "perhaps"], dtype=object)).tolist()
    [2.0, nan, 1.0, 1.0, nan]
    """
    told = numbers(column)
    return told if column.dtype.kind in "fiub" else np.where(np.isnan(told), yes(column), told)


def rated(column: NDArray[Any], name: str) -> Floats:
    """Ratings as floats (N,), None missing. ValueError naming the first that is a word.

    >>> rated(np.array(["2", None], dtype=object), "severity").tolist()
    [2.0, nan]
    """
    told = numbers(column)
    words = np.isnan(told) & each(column, lambda one: one is not None and one == one, bool)
    if words.any():
        raise ValueError(f"{name} is {column[words][0]!r}; it must be a number")
    return told


def _number(value: Any) -> float:
    try:
        return np.nan if value is None else float(value)
    except (TypeError, ValueError):
        return np.nan


@once
def yes(column: NDArray[Any]) -> Floats:
    """A column as 1, 0 or NaN (N,): words by their meaning, numbers by whether they reach a half.

    >>> yes(np.array(["Yes", "safe", None, "perhaps"], dtype=object)).tolist()
    [1.0, 0.0, nan, nan]
    >>> yes(np.array([0.7, 0.2, np.nan])).tolist()
    [1.0, 0.0, nan]
    """
    if column.dtype.kind in "fiub":
        return from_half(column)
    return each(column, _said)


def _said(value: Any) -> float:
    word = str(value).strip().lower()
    return 1.0 if word in YES else 0.0 if word in NO else np.nan


def from_half(x: ArrayLike, at: float = 0.5) -> Floats:
    """1 from `at` up, 0 below, NaN where missing (N,).

    >>> from_half([0.5, 0.4, np.nan]).tolist()
    [1.0, 0.0, nan]
    """
    told = np.asarray(x, dtype=float)
    return np.where(np.isnan(told), np.nan, (told >= at - EDGE).astype(float))


def scored(columns: Columns, name: str, names: str) -> Floats:
    """The score called `name`, or where `name` is empty the first of `names` (N,); see `amounts`.

    ValueError listing the columns of numbers where it is not there.

    >>> scored({"bias": np.array([0.5])}, "bias", "harm").tolist()
    [0.5]
    """
    if not name:
        return amounts(first(columns, names))
    if name not in columns:
        there = sorted(n for n, c in columns.items() if c.dtype.kind == "f" and n != "n_tokens")
        raise ValueError(f"there is no score {name!r}; there are {', '.join(there) or 'none'}")
    return amounts(columns[name])


def both(*parts: Floats) -> NDArray[np.bool_]:
    """Which rows (N,) have a value in every one of the parts.

    >>> both(np.array([1.0, np.nan]), np.array([0.0, 1.0])).tolist()
    [True, False]
    """
    return np.asarray(~np.isnan(np.stack(parts)).any(axis=0))
