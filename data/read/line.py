"""One row as a file holds it: its place, and the record, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file: `number` counts lines (or rows) from 1; `why` says why it was refused."""

    number: int
    record: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    raw: str = ""


@dataclass(slots=True)
class Chunk:
    """Some rows of a file in its order: records with their numbers, and those refused already."""

    numbers: list[int] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    refused: list[Line] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.records) + len(self.refused)

    def lines(self) -> Iterator[Line]:
        """The same rows one by one."""
        taken = (Line(*row) for row in zip(self.numbers, self.records, strict=True))
        if not self.refused:
            return taken
        return iter(sorted([*taken, *self.refused], key=lambda line: line.number))

    def halves(self) -> tuple[Chunk, Chunk]:
        """The same rows in two parts, one after the other."""
        middle = len(self.records) // 2
        edge = self.numbers[middle]
        return (
            Chunk(self.numbers[:middle], self.records[:middle],
                  [line for line in self.refused if line.number < edge]),
            Chunk(self.numbers[middle:], self.records[middle:],
                  [line for line in self.refused if line.number >= edge]),
        )  # fmt: skip


ROWS = 5_000
"""Rows of a chunk."""
HEAVY = 2**25
"""Characters of text after which a chunk has rows enough."""
LONGEST = 2**25
"""Bytes of the longest line, or cell, that is read: it is held in memory whole."""


def chunked(lines: Iterable[Line]) -> Iterator[Chunk]:
    """Rows that come one by one, some thousand at a time."""
    chunk, weight = Chunk(), 0
    for line in lines:
        if line.why:
            chunk.refused.append(line)
        else:
            chunk.numbers.append(line.number)
            chunk.records.append(line.record)
            weight += sum([len(v) for v in line.record.values() if isinstance(v, str)])
        if len(chunk) >= ROWS or weight > HEAVY:
            yield chunk
            chunk, weight = Chunk(), 0
    if len(chunk):
        yield chunk


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


def numbered(names: list[str]) -> list[str]:
    """The names of columns with those that repeat numbered; none becomes another's.

    >>> numbered(["a", "b", "a", "a_2"])
    ['a', 'b', 'a_3', 'a_2']
    """
    taken, done, found = set(names), set[str](), list[str]()
    for name in names:
        new = name
        if name in done:
            new = next(n for k in count(2) if (n := f"{name}_{k}") not in taken)
        taken.add(new)
        done.add(name)
        found.append(new)
    return found
