"""What stands in a log's JSON, taken with care: anything may be missing or of another kind."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, TypedDict

from data import check


class Named(TypedDict):
    """What names a run in `Reported` and `About`."""

    model: str | None
    revision: str | None
    dataset: str | None


def table(value: Any) -> dict[str, Any]:
    """An object; an empty one where something else stands.

    >>> table({"a": 1}), table([1]), table(None)
    ({'a': 1}, {}, {})
    """
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> list[Any]:
    """A list; an empty one where something else stands."""
    return value if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """A finite number, also one written as text; None for anything else, true and false too.

    >>> number("0.5"), number(True), number("nan"), number("no")
    (0.5, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def tokens(value: Any) -> int | None:
    """A count of tokens; None where none stands."""
    found = number(value)
    return int(found) if found is not None and 0 <= found <= check.LARGEST else None


def flag(value: Any) -> bool | None:
    """True or false in its common spellings; None for anything else.

    >>> flag("False"), flag(1), flag("perhaps")
    (False, True, None)
    """
    try:
        return check.flag(value, "flag")
    except check.Refused:
        return None


def one(value: Any) -> str | None:
    """Text, or the only entry of a list; a longer list stays one, as JSON.

    >>> one(["a"]), one(["a", "b"]), one([])
    ('a', '["a","b"]', None)
    """
    if isinstance(value, list):
        return check.text(value[0]) if len(value) == 1 else check.text(value or None)
    return check.text(value)


def prompt(value: Any) -> str | None:
    """A prompt as one text: the only message's text, or `role: text` paragraphs of several.

    >>> prompt([{"role": "user", "content": "Why?"}])
    'Why?'
    >>> prompt([{"role": "system", "content": "Be short."}, {"role": "user", "content": "Why?"}])
    'system: Be short.\\n\\nuser: Why?'
    """
    if not isinstance(value, list):
        return check.text(value)
    told = [m for m in value if isinstance(m, dict) and ("content" in m or "role" in m)]
    if len(told) != len(value) or not told:
        return check.text(value or None)
    if len(told) == 1:
        return content(told[0].get("content"))
    return "\n\n".join(
        f"{check.text(m.get('role')) or 'message'}: {content(m.get('content')) or ''}" for m in told
    )


def content(value: Any) -> str | None:
    """What a message says: its text, or that of its parts. A picture is named, not shown.

    >>> content([{"type": "text", "text": "See"}, {"type": "image_url", "image_url": "data:..."}])
    'See\\n[image]'
    """
    if not isinstance(value, list):
        return check.text(value)
    return "\n".join(filter(None, map(_part, value))) or None


def _part(value: Any) -> str | None:
    if not isinstance(value, dict):
        return check.text(value)
    said = value.get("text", value.get("content"))
    if said is not None:
        return check.text(said)
    kind = str(value.get("type") or "part").split("_")[0]
    return f"[{kind}]" if kind in ("image", "audio", "video", "file") else check.text(value)


def small(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The pairs that hold something, for `meta` and `params`."""
    return {name: value for name, value in pairs if value not in (None, "", [], {})}
