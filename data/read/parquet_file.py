"""Parquet: rows in batches, lists and structs kept as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from data.read.line import Line
from data.read.source import Source
from data.trouble import Trouble


def lines(source: Source) -> Iterator[Line]:
    """The rows of a Parquet file, numbered from 1."""
    try:
        with parquet.ParquetFile(_place(source)) as file:
            number, rows = 0, file.metadata.num_rows
            for batch in file.iter_batches(batch_size=5_000):
                for record in batch.to_pylist():
                    number += 1
                    yield Line(number, record)
                source.position = number / rows
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise Trouble(
            f"{source.name} is not whole Parquet: {error}", "write or download it again"
        ) from error


def _place(source: Source) -> Any:
    """Where the columns can be reached: the file itself, or what gzip hid, in memory."""
    if not source.gzipped:
        return source.path
    with source.binary() as stream:
        return pa.BufferReader(stream.read())
