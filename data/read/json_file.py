"""JSON: a list of objects, an object of records, or an object with the list inside; streamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from data.read import loose, pieces
from data.read.line import Line, refused
from data.read.pieces import SPACE
from data.read.source import Source
from data.trouble import Trouble

HEAD = 4_096
"""Bytes of a member looked at to tell what it is."""
BESIDE = 64 * 2**20
"""Bytes that may stand beside the list: they are joined to every record."""


@dataclass(slots=True)
class Outline:
    """What a document is made of: its lists, those of them that hold objects, how many members.

    A document that is itself a list has only `whole`.
    """

    whole: bool = False
    lists: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    members: int = 0
    objects: int = 0


def lines(source: Source, explode: str = "") -> Iterator[Line]:
    """The records of a JSON file, numbered from 1; `explode` names the list whose entries they are.

    What stands beside that list is joined to every record, under its own name. The file is read
    two or three times, so that it need not fit into memory; of a key that stands twice in a record
    the last value counts. Raises Trouble where it is not JSON or leaves open which list it is.
    """
    found = outline(source)
    if found.whole:
        yield from _records(source, "", {})
    elif explode or len(found.tables) == 1:
        wanted = explode or found.tables[0]
        if wanted not in found.lists:
            there = ", ".join(sorted(found.lists)) or "none"
            raise Trouble(
                f"{source.name} has no list named {explode!r}",
                f"set `explode` to one of its lists: {there}",
            )
        yield from _records(source, wanted, _beside(source, wanted))
    elif found.tables:
        raise Trouble(
            f"{source.name} holds several lists: {', '.join(found.tables)}",
            "say which in a mapping file: `explode: NAME`",
        )
    elif found.members and found.members == found.objects:
        yield from _records(source, None, {})
    else:
        with source.binary() as stream:
            raw = stream.read(pieces.LIMIT + 1)
        if len(raw) > pieces.LIMIT:
            raise Trouble(
                f"{source.name} holds one record of more than {pieces.LIMIT:,} bytes",
                "split it, or export it as JSONL",
            )
        yield _line(source, 1, raw, {})


def outline(source: Source) -> Outline:
    """What the document is made of, told by the beginning of each of its members."""
    found = Outline()
    with source.binary() as stream:
        start = _first(stream)
        if start == b"[":
            return Outline(whole=True)
        if start != b"{":
            raise Trouble(
                f"{source.name} is not JSON, or holds a single value",
                "load a list of objects, or one object a line",
            )
        for path, raw in pieces.members(stream, (), source.name, head=HEAD):
            found.members += 1
            found.objects += raw.startswith(b"{")
            if raw.startswith(b"["):
                found.lists.append(path)
                if raw[1:].lstrip(SPACE).startswith(b"{"):
                    found.tables.append(path)
    return found


def _first(stream: Any) -> bytes:
    """The first sign of the document, which is not taken from the stream."""
    while (seen := stream.peek(1)) and not seen.lstrip(SPACE):
        stream.read(len(seen))
    return bytes(seen.lstrip(SPACE)[:1])


def _beside(source: Source, wanted: str) -> dict[str, Any]:
    beside: dict[str, Any] = {}
    size = 0
    with source.binary() as stream:
        for path, raw in pieces.members(stream, (wanted,), source.name):
            if path == wanted:
                continue
            size += len(raw)
            if size > BESIDE:
                raise Trouble(
                    f"{source.name} holds more than {BESIDE:,} bytes beside its list {wanted!r}",
                    "export the list by itself, as JSONL",
                )
            try:
                beside[path] = loose.loads(raw)
            except ValueError as error:
                source.utf8(raw)
                raise Trouble(
                    f"{source.name} is not JSON: in {path!r}: {error}", "export it again"
                ) from error
    return beside


def _records(source: Source, wanted: str | None, beside: dict[str, Any]) -> Iterator[Line]:
    """The entries of a list, or without one each member, its name as `_key`."""
    lists = () if wanted is None else (wanted,)
    number = 0
    with source.binary() as stream:
        for path, raw in pieces.members(stream, lists, source.name):
            if wanted is None or path == wanted:
                number += 1
                yield _line(source, number, raw, {"_key": path} if wanted is None else beside)


def _line(source: Source, number: int, raw: bytes, beside: dict[str, Any]) -> Line:
    try:
        record = loose.loads(raw)
    except ValueError as error:
        source.utf8(raw)
        return refused(number, f"not JSON: {error}", raw[:HEAD])
    if not isinstance(record, dict):
        return refused(number, f"not an object but {type(record).__name__}", record)
    return Line(number, {**beside, **record})
