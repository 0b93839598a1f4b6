"""JSONL: one object a line; a broken line is refused, the rest is read."""

from __future__ import annotations

from collections.abc import Iterator

from data.read import loose
from data.read.line import Line, refused
from data.read.source import Source


def lines(source: Source) -> Iterator[Line]:
    """The objects of a JSONL file, numbered by line. Raises Trouble where it is not UTF-8."""
    with source.binary() as stream:
        for number, raw in enumerate(stream, start=1):
            if raw.isspace():
                continue
            try:
                record = loose.loads(raw)
            except ValueError as error:
                source.utf8(raw)
                yield refused(number, f"not JSON: {error}", raw)
                continue
            if isinstance(record, dict):
                yield Line(number, record)
            else:
                yield refused(number, f"not an object but {type(record).__name__}", raw)
