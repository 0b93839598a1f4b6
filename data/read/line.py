"""One row as a file holds it: its place, and the record, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file: `number` counts lines (or rows) from 1; `why` says why it was refused."""

    number: int
    record: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    raw: str = ""


KEPT = 300
"""Characters of a refused row kept beside the reason."""


def refused(number: int, why: str, raw: object = "") -> Line:
    """A row that could not be read, and why.

    >>> refused(3, "not JSON", "{oops").raw
    '{oops'
    """
    return Line(number, why=why, raw=kept(raw))


def kept(raw: object) -> str:
    """The beginning of a refused row, as text."""
    return (raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw))[:KEPT]
