"""JSONL: one object a line; a broken line is refused, the rest is read."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from data.read.line import Line, refused
from data.read.source import Source


def lines(source: Source) -> Iterator[Line]:
    """The objects of a JSONL file, numbered by line."""
    with source.binary() as stream:
        for number, raw in enumerate(stream, start=1):
            if raw.isspace():
                continue
            try:
                record = orjson.loads(raw)
            except orjson.JSONDecodeError as error:
                yield refused(number, f"not JSON: {error.msg} at character {error.pos}", raw)
                continue
            if isinstance(record, dict):
                yield Line(number, record)
            else:
                yield refused(number, f"not an object but {type(record).__name__}", raw)
