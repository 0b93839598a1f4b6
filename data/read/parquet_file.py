"""Parquet: rows in batches, lists and structs kept as they are."""

from __future__ import annotations

from collections.abc import Iterator

from pyarrow import parquet

from data.read.arrow_file import DAMAGED, records, said
from data.read.line import HEAVY, ROWS, Line
from data.read.source import Source
from data.trouble import Trouble


def lines(source: Source) -> Iterator[Line]:
    """The rows of a Parquet file, numbered from 1."""
    number = 0
    try:
        with source.seekable() as place, parquet.ParquetFile(place) as file:
            rows = file.metadata.num_rows
            for batch in file.iter_batches(batch_size=_rows(file)):
                for record in records(batch):
                    number += 1
                    yield Line(number, record)
                source.position = number / rows
    except DAMAGED as error:
        raise Trouble(
            f"{source.name} is not whole Parquet: after row {number:,}: {said(error)}",
            "write or download it again",
        ) from error


def _rows(file: parquet.ParquetFile) -> int:
    """Rows of a batch: fewer where they are long."""
    about = file.metadata
    sizes = [about.row_group(g).total_byte_size for g in range(about.num_row_groups)]
    each = sum(sizes) // max(1, about.num_rows)
    return max(1, min(ROWS, HEAVY // max(1, int(each))))
