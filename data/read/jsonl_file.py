"""JSONL: one object a line; a broken line is refused, the rest is read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO, cast

import orjson

from data.plain import Reader
from data.read import loose
from data.read.line import LONGEST, ROWS, Chunk, Line, refused
from data.read.source import Source

BLOCK = 2**22
"""Bytes read in one go."""


def lines(source: Source) -> Iterator[Line]:
    """The objects of a JSONL file, numbered by line. Raises Trouble where it is not UTF-8."""
    return chain.from_iterable(chunk.lines() for chunk in chunks(source))


def chunks(source: Source) -> Iterator[Chunk]:
    """The same, some thousand lines at a time. Of a key that stands twice the last value counts."""
    reader, number = Reader(), 1
    with source.binary() as stream:
        for block, whole in _blocks(stream):
            if whole and (records := reader.read(block)):
                numbers = list(range(number, number + len(records)))
                yield Chunk(numbers, cast(list[dict[str, Any]], records))
                number += len(records)
                continue
            raws = block.split(b"\n") if whole else [block]
            for begin in range(0, len(raws), ROWS):
                part = raws[begin : begin + ROWS]
                if chunk := _chunk(part, number, source, whole):
                    yield chunk
                number += len(part)


def _blocks(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Lines, the last without its end, and whether they are whole: one too long comes cut."""
    held = b""
    while block := stream.read(BLOCK):
        lines, end, begun = block.rpartition(b"\n")
        if end:
            yield held + lines, True
        held = begun if end else held + begun
        if len(held) > LONGEST:
            yield held[:LONGEST], False
            while (block := stream.readline(BLOCK)) and not block.endswith(b"\n"):
                pass
            held = b""
    if held:
        yield held, True


def _chunk(raws: list[bytes], number: int, source: Source, whole: bool) -> Chunk:
    try:
        records = list(map(orjson.loads, raws)) if whole else []
    except ValueError:
        records = []
    if records and set(map(type, records)) == {dict}:
        return Chunk(list(range(number, number + len(records))), records)
    chunk = Chunk()
    for place, raw in enumerate(raws, start=number):
        if not raw or raw.isspace():
            continue
        if not whole:
            chunk.refused.append(refused(place, f"is longer than {LONGEST:,} bytes", raw[:LOOK]))
            continue
        try:
            record = loose.loads(raw)
        except ValueError as error:
            source.utf8(raw, place)
            chunk.refused.append(refused(place, f"not JSON: {error}", raw + b"\n"))
            continue
        if isinstance(record, dict):
            chunk.numbers.append(place)
            chunk.records.append(record)
        else:
            why = f"not an object but {type(record).__name__}"
            chunk.refused.append(refused(place, why, raw + b"\n"))
    return chunk


LOOK = 1_000
"""Bytes of an overlong line that are looked at."""
