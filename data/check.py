"""One value against the contract: what it means, or why it cannot be read."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping as Table
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from data.batch import Same
from data.mapping import Scale


class Refused(ValueError):
    """Why a row cannot be taken, in words that name the value and the limit."""


NOTHING = ("", "na", "n/a", "nan", "none", "null", "-")
LARGEST = 2**31 - 1
"""The largest sample number or token count the warehouse keeps."""
EXACT = 2.0**53
"""Whole numbers below are floating ones, too, each its own."""
COMMA = re.compile(r"[+-]?\d*,\d+")
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
"""A number as many languages write it, and what could as well be thousands: that is not guessed."""
TRUE, FALSE = ("true", "yes", "1", "1.0", "t", "y"), ("false", "no", "0", "0.0", "f", "n")


def text(value: Any) -> str | None:
    """A value as text; an empty one is missing. Lists and objects become JSON.

    >>> text("  "), text(3.0), text(3), text(["a"])
    (None, '3.0', '3', '["a"]')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return packed(value) if isinstance(value, list | tuple | dict) else str(value)


def packed(value: Any) -> str:
    """A list or an object as JSON. Raises Refused where it is nested too deeply to be kept."""
    try:
        return orjson.dumps(value, default=str).decode()
    except TypeError as error:
        raise Refused(f"holds a value that cannot be kept: {str(error).lower()}") from error


def number(value: Any, name: str) -> float | None:
    """A finite number, or None where nothing stands. Raises Refused for text.

    >>> number("0.25", "bias"), number("", "bias"), number("TRUE", "bias"), number("0,25", "bias")
    (0.25, None, 1.0, 0.25)
    """
    if value is None or (isinstance(value, str) and value.strip().lower() in NOTHING):
        return None
    if isinstance(value, str) and value.strip().lower() in (*TRUE, *FALSE):
        return float(value.strip().lower() in TRUE)
    try:
        found = float(_dotted(value))
    except (TypeError, ValueError, OverflowError):
        raise Refused(f"{name} is {str(value)[:40]!r}, not a number") from None
    return found if math.isfinite(found) else None


def _dotted(value: Any) -> Any:
    """A number with a decimal comma as one with a point; all else as it is.

    >>> _dotted(" -1,5"), _dotted("1,250"), _dotted("1,2,3"), _dotted(2)
    ('-1.5', '1,250', '1,2,3', 2)
    """
    told = value.strip() if isinstance(value, str) else ""
    if COMMA.fullmatch(told) and not THOUSANDS.fullmatch(told):
        return told.replace(",", ".")
    return value


def whole(value: Any, name: str) -> int | None:
    """A whole number from 0 to LARGEST, or None. Raises Refused for any other, or for text."""
    found = number(value, name)
    if found is not None and (found != int(found) or not 0 <= found <= LARGEST):
        raise Refused(f"{name} is {str(value)[:40]}, not a whole number from 0 to {LARGEST}")
    return None if found is None else int(found)


def exact(ids: Sequence[Any]) -> None:
    """Raises Refused for an id that is a floating number and stands for several whole ones."""
    for value in ids:
        if isinstance(value, float) and abs(value) >= EXACT:
            raise Refused(f"id {value:g} is too long to be kept as a number: write ids as text")


def flag(value: Any, name: str) -> bool | None:
    """True or false in its common spellings; None where nothing stands.

    >>> flag("FALSE", "answerable"), flag("", "answerable"), flag(1, "answerable")
    (False, None, True)
    """
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in NOTHING:
        return None
    if word not in (*TRUE, *FALSE):
        raise Refused(f"{name} is {str(value)[:40]!r}, neither true nor false")
    return word in TRUE


def renamed(value: Any, names: Table[str, str]) -> str | None:
    """The value under our name for it; a name may hold `*`. What has no name of ours stays.

    >>> renamed("contrast_homonyms", {"contrast_*": "unsafe", "*": "safe"})
    'unsafe'
    """
    found = text(value)
    if found is None or found in names:
        return None if found is None else names[found]
    patterns = (
        ours for theirs, ours in names.items() if "*" in theirs and fnmatchcase(found, theirs)
    )
    return next(patterns, found)


def score(value: Any, name: str, scale: Scale) -> tuple[float | None, str | None]:
    """A score between 0 and 1 and the text it came from; no value where a judge gave no number.

    Raises Refused for a number outside the scale: it is never cut to fit.

    >>> score("4", "bias", Scale(low=1, high=5)), score("I cannot say", "bias", Scale())
    ((0.75, '4'), (None, 'I cannot say'))
    >>> score("85 %", "bias", Scale())
    (0.85, '85 %')
    """
    raw = repr(value) if isinstance(value, float) and math.isnan(value) else text(value)
    percent = isinstance(value, str) and value.rstrip().endswith("%")
    if percent and (scale.keep or (scale.low, scale.high) != (0, 1)):
        return None, raw  # percent of what?
    try:
        found = number(value.rstrip()[:-1] if percent else value, name)
    except Refused:
        return None, raw
    if percent and found is not None:
        found /= 100
    if found is None:
        return None, raw
    if scale.keep:
        return found, raw
    if not scale.low <= found <= scale.high:
        raise Refused(
            f"{name} is {found:g}, outside {scale.low:g} to {scale.high:g}; "
            f"give its scale in the mapping: scales: {{{name}: {{low: …, high: …}}}}"
        )
    return (found - scale.low) / (scale.high - scale.low), raw


PLAIN = ({int}, {float}, {int, float})


def texts(values: Sequence[Any]) -> Sequence[Any]:
    """Values as text, as `text` would have each of them.

    >>> list(texts(["a", " "])), texts([1, 2]), texts([1.5, None]), list(texts(["a", "a"]))
    (['a', None], ['1', '2'], ['1.5', None], ['a', 'a'])
    """
    if isinstance(values, Same):
        return values
    kinds = set(map(type, values))
    if kinds == {str}:
        if values[0] == values[-1] and values.count(values[0]) == len(values):
            return Same(text(values[0]), len(values))
        if all(values) and not any(map(str.isspace, values)):
            return values
    if kinds == {int}:
        return list(map(str, values))
    return list(map(text, values))


def scored(values: Sequence[Any], name: str, scale: Scale) -> tuple[Sequence[Any], Sequence[Any]]:
    """Numbers from 0 to 1 and their texts, as `score` would have each of them."""
    kinds = set(map(type, values))
    try:
        plain = kinds in PLAIN or (kinds == {str} and not any(map(str.isspace, values)))
        found = np.array(list(map(float, values)) if plain and not scale.keep else [])
    except (ValueError, OverflowError):
        found = np.empty(0)
    if (
        len(found)
        and np.isfinite(found).all()
        and scale.low <= found.min() <= found.max() <= scale.high
    ):
        numbers: Any = (found - scale.low) / (scale.high - scale.low)
        return numbers, spelled(values, found, kinds)
    pairs = [score(value, name, scale) for value in values]
    numbers, raw = map(list, zip(*pairs, strict=True))
    return numbers, [text(v) or kept for v, kept in zip(values, raw, strict=True)]


def spelled(
    values: Sequence[Any], found: npt.NDArray[np.float64], kinds: set[type]
) -> Sequence[str]:
    """Numbers as `str` spells them; all at once where another speller is known to agree.

    >>> spelled([0.5, 1], np.array([0.5, 1.0]), {float, int})
    ['0.5', '1']
    """
    if kinds == {str}:
        return values
    size = np.abs(found)
    if ((size == 0) | ((size >= 1e-4) & (size < 1e15))).all():
        return orjson.dumps(list(values))[1:-1].decode().split(",")
    return list(map(str, values))
