"""Rows into files as they come: Parquet in row groups, CSV, or lines of text; whole files only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet

from data.tables import STRUCTS, Field
from data.write.cells import inert_table

SHARD = 256 * 2**20
"""Bytes of a shard, after which the next one begins."""
FEW = ("run_id", "dataset", "model", "revision", "category", "finish", "license", "source_sha256",
       "split", "dimension", "scorer", "up", "campaign", "person", "scheme", "field", "what",
       "role", "act", "origin")  # fmt: skip
"""Columns of few values, which a dictionary makes small."""
BATCH = 4096
"""Rows that are put into text at a time."""
KINDS = {"integer": pa.int64(), "number": pa.float64(), "flag": pa.bool_()}


def schema(fields: Sequence[Field], about: dict[str, str]) -> pa.Schema:
    """The Arrow schema of a table; `about` goes into the file's own metadata."""
    return pa.schema([(one.name, _type(one.kind)) for one in fields], metadata=about)


def _type(kind: str) -> pa.DataType:
    if kind in STRUCTS:
        return pa.list_(pa.struct([(name, _type(part)) for name, part in STRUCTS[kind]]))
    return KINDS.get(kind, pa.string())


def shards(
    tables: Iterable[pa.Table], shape: pa.Schema, folder: Path, stem: str, limit: int = SHARD
) -> dict[str, int]:
    """Parquet shards `STEM-00000-of-00002.parquet`; returns the rows of each, by name."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[int] = []
    writer: parquet.ParquetWriter | None = None
    for table in tables:
        part = folder / f"{stem}-{len(rows) - 1:05}.part"
        if writer is None or part.stat().st_size > limit:
            if writer is not None:
                writer.close()
            rows.append(0)
            writer = _writer(folder / f"{stem}-{len(rows) - 1:05}.part", shape)
        _put(writer, table)
        rows[-1] += table.num_rows
    if writer is None:
        rows.append(0)
        writer = _writer(folder / f"{stem}-00000.part", shape)
    writer.close()
    named = {f"{stem}-{n:05}-of-{len(rows):05}.parquet": count for n, count in enumerate(rows)}
    for number, name in enumerate(named):
        (folder / f"{stem}-{number:05}.part").rename(folder / name)
    return named


def one_parquet(tables: Iterable[pa.Table], shape: pa.Schema, path: Path) -> int:
    """One Parquet file of tables that are `whole`; returns its rows."""
    rows = 0
    with _writer(path, shape) as writer:
        for table in tables:
            _put(writer, table)
            rows += table.num_rows
    return rows


def whole(table: pa.Table, shape: pa.Schema) -> pa.Table:
    """A row group; in one piece, since where pieces meet shows in the pages of the file."""
    return table.cast(shape).combine_chunks()


def _writer(path: Path, shape: pa.Schema) -> parquet.ParquetWriter:
    few = [name for name in shape.names if name in FEW]
    return parquet.ParquetWriter(
        path, shape, compression="zstd", use_dictionary=few or False, write_statistics=few
    )


def _put(writer: parquet.ParquetWriter, table: pa.Table) -> None:
    writer.write_table(table, row_group_size=max(table.num_rows, 1))


def flat(fields: Sequence[Field]) -> pa.Schema:
    """The schema of a CSV: lists are JSON text."""
    kinds = [(one.name, KINDS.get(one.kind, pa.string())) for one in fields]
    return pa.schema(kinds)


def cells(table: pa.Table, shape: pa.Schema) -> pa.Table:
    """Rows as the cells of a CSV: every text inert."""
    return inert_table(table).cast(shape)


def csv(tables: Iterable[pa.Table], shape: pa.Schema, path: Path) -> int:
    """A CSV of tables that are `cells`, each in quotes, what is missing empty; returns its rows."""
    rows = 0
    how = arrow_csv.WriteOptions(batch_size=BATCH, quoting_style="all_valid")
    with arrow_csv.CSVWriter(path, shape, write_options=how) as writer:
        for table in tables:
            writer.write_table(table)
            rows += table.num_rows
    return rows


def lines(tables: Iterable[pa.Table], path: Path) -> int:
    """The texts of the column `line`, each with its end, as they stand; returns how many."""
    rows = 0
    with path.open("wb") as file:
        for table in tables:
            for chunk in table.column("line").chunks:
                if len(chunk):
                    file.write(_bytes(chunk))
                    rows += len(chunk)
    return rows


def _bytes(chunk: pa.StringArray) -> memoryview:
    """The texts of an array end to end, without a copy."""
    _, offsets, body = chunk.buffers()
    ends = memoryview(offsets).cast("i")[chunk.offset : chunk.offset + len(chunk) + 1]
    return memoryview(body)[ends[0] : ends[-1]] if body else memoryview(b"")
