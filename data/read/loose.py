"""JSON as tools really write it: bare NaN and Infinity are read, halves of signs replaced."""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

LOOSE = re.compile(rb"NaN|Infinity|\\u[dD][89a-fA-F]")
"""Signs of what orjson refuses and other tools write: numbers that are none, half characters."""
DIGITS = 18
"""Longer whole numbers are read as floating ones, as orjson reads them."""


def loads(raw: bytes) -> Any:
    """The value written in `raw`. Raises ValueError saying what is wrong where.

    >>> loads(b'{"a": NaN, "b": "\\\\ud83d"}')
    {'a': nan, 'b': '�'}
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        if not LOOSE.search(raw):
            raise
        try:
            return _whole(json.loads(raw, parse_int=_number))
        except (ValueError, RecursionError):
            raise error from None


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= DIGITS else float(digits)


def _whole(value: Any) -> Any:
    """The value with each half of a surrogate pair replaced: it cannot be stored as text."""
    if isinstance(value, str):
        return value if value.isascii() else _paired(value)
    if isinstance(value, list):
        return [_whole(entry) for entry in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(entry) for key, entry in value.items()}
    return value


def _paired(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
