"""A mark picked in a chart, as it stands in a link: its kind, and what it says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

Mark = list[Any]
"""A kind, then one or two values: ["bin", 3], ["score", 0.1, 0.2], ["category", "law"]."""


def text(mark: Sequence[Any] | None) -> str:
    """The mark as a link holds it; nothing for none.

    >>> text(["bin", 3]), text(None)
    ('["bin", 3]', '')
    """
    return json.dumps(list(mark), ensure_ascii=False) if mark else ""


def dot(kind: str, point: Sequence[Any] | None) -> str:
    """A picked dot as a mark of this kind: a dot carries its key and its group.

    >>> dot("rate", ["aac", ""]), dot("rate", None)
    ('["rate", "aac"]', '')
    """
    return text([kind, point[0]]) if point else ""


def read(link: str, **kinds: type | tuple[type, ...]) -> Mark:
    """The mark a link names, [] where it names none of these `kinds` with values of that type.

    >>> read('["bin", 3]', bin=int), read('["bin", "x"]', bin=int), read("garbled", bin=int)
    (['bin', 3], [], [])
    """
    with suppress(ValueError, TypeError):
        kind, *values = json.loads(link)
        fits = isinstance(kind, str) and kind in kinds and 1 <= len(values) <= 2
        if fits and all(isinstance(value, kinds[kind]) for value in values):
            return [kind, *values]
    return []
