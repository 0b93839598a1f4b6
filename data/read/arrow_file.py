"""Arrow IPC, as a file (Feather too) or as a stream: batches of columns become records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from data.read.line import ROWS, Line, numbered
from data.read.source import Source
from data.trouble import Trouble

FILE, STREAM, OLD = b"ARROW1", b"\xff\xff\xff\xff", b"FEA1"
DAMAGED = (pa.ArrowException, OSError, ValueError, ArithmeticError, LookupError, MemoryError)
"""What Arrow and Parquet raise where a file is damaged; no memory holds a damaged length."""


def lines(source: Source) -> Iterator[Line]:
    """The rows of an Arrow file or stream, numbered from 1."""
    number = 0
    try:
        with source.seekable() as file:
            for batch in _batches(file, source):
                batch.validate(full=True)  # a damaged length would be read as memory
                for part in range(0, batch.num_rows, ROWS):
                    for record in records(batch.slice(part, ROWS)):
                        number += 1
                        yield Line(number, record)
    except DAMAGED as error:
        raise Trouble(
            f"{source.name} is not whole Arrow: after row {number:,}: {said(error)}",
            "write or download it again",
        ) from error


def _batches(file: Any, source: Source) -> Iterator[pa.RecordBatch]:
    if file.read(len(FILE)) == FILE:
        file.seek(0)
        opened = pa.ipc.open_file(file)
        for part in range(opened.num_record_batches):
            yield opened.get_batch(part)
            source.position = (part + 1) / opened.num_record_batches
    else:
        file.seek(0)
        yield from pa.ipc.open_stream(file)


def records(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """The rows of a batch as Python sees them; times lose what is finer than a microsecond.

    >>> records(pa.record_batch({"at": pa.array([1_000], pa.timestamp("ns"))}))
    [{'at': datetime.datetime(1970, 1, 1, 0, 0, 0, 1)}]
    """
    names = numbered(batch.schema.names)
    columns = [_values(column) for column in batch.columns]
    if not columns:
        return []
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(column: pa.Array) -> list[Any]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _values(column.dictionary_decode())
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    elif pa.types.is_time64(kind) and kind.unit == "ns":
        column = column.cast(pa.time64("us"), safe=False)
    elif pa.types.is_duration(kind) and kind.unit == "ns":
        column = column.cast(pa.duration("us"), safe=False)
    try:
        return list(column.to_pylist())
    except (pa.ArrowException, ValueError, OverflowError, LookupError) as error:
        if pa.types.is_temporal(kind):  # a year or a time zone that Python does not know
            return list(column.cast(pa.string()).to_pylist())
        raise ValueError(str(error)) from error


def said(error: BaseException) -> str:
    """The first line of what a library says of a damaged file."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
