"""The rows of an export into its files, in the form its recipe asks for, with how far it is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from app.service.exports.recipe import Recipe
from data import tables
from data.tables import Field
from data.write import manifest, rows
from db import splits, stripes
from db.stripes import Shape
from db.warehouse import Connection

Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of an export that lie ready in a connection.

    `fields` are the label fields, `counts` the rows of each table, `used` the runs; `person` makes
    pseudonyms, `mask` and `mask_json` change texts (None: they stay).
    """

    cursor: Connection
    recipe: Recipe
    fields: tuple[str, ...]
    counts: dict[str, int]
    used: tuple[dict[str, Any], ...]
    person: Callable[[str], str]
    guidelines: tuple[str, ...]
    mask: Callable[[str], str] | None
    mask_json: Callable[[str], str] | None

    def columns(self, table: str) -> tuple[Field, ...]:
        """The columns of a table."""
        more = tables.labeled(self.fields, self.recipe.labels) if table == "outputs" else ()
        return (*tables.TABLES[table], *more)

    def shape(self, kind: str) -> Shape:
        """Rows of that kind, masked where the recipe says so."""
        return Shape(kind, self.mask, self.mask_json)

    def stream(
        self, table: str, kind: str = "rows", part: str | None = None, more: tuple[str, ...] = ()
    ) -> Iterator[pa.Table]:
        """A table's rows, stripe by stripe."""
        names = [*(one.name for one in self.columns(table)), *more]
        return stripes.stream(self.cursor, table, names, self.shape(kind), part)

    def records(self) -> Iterator[dict[str, Any]]:
        """Every output as a record with its `scores` and `steps` beside."""
        for table in self.stream("outputs", more=("scores", "steps")):
            yield from table.to_pylist()


def ahead(stream: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The same tables; while one is written, a thread reads the next.

    Whoever stops early waits for that one, so that nobody uses the connection meanwhile.

    >>> [table.num_rows for table in ahead(iter([pa.table({"a": [1]}), pa.table({"a": []})]))]
    [1, 0]
    """
    with ThreadPoolExecutor(1, "stripes") as reader:
        try:
            coming = reader.submit(next, stream, None)
            while (table := coming.result()) is not None:
                coming = reader.submit(next, stream, None)
                yield table
        finally:
            coming.exception()
            if isinstance(stream, Generator):
                stream.close()


def tables_of(held: Rows) -> tuple[str, ...]:
    """The tables that are written: outputs always, others where they have rows."""
    return tuple(n for n in tables.ORDER if held.counts[n] or n in ("outputs", "scores", "labels"))


def write(
    held: Rows, folder: Path, about: dict[str, str], tell: Tell
) -> tuple[dict[str, int], dict[str, str]]:
    """Writes every table into `folder`/data; the rows and the checksum of each file by its path.

    While one table is written, a thread sums the one before.
    """
    found: dict[str, int] = {}
    sums: dict[str, Future[str]] = {}
    total, done = max(sum(held.counts.values()), 1), 0

    def watched(stream: Iterator[pa.Table], table: str) -> Iterator[pa.Table]:
        nonlocal done
        for part in ahead(stream):
            yield part
            done += part.num_rows
            tell(done / total, f"{table}: {done:,} of {total:,} rows")

    (folder / "data").mkdir()
    with ThreadPoolExecutor(1, "checksums") as summing:
        for table in tables_of(held):
            written = _table(held, table, folder, about, watched)
            found |= written
            sums |= {path: summing.submit(manifest.sha256, folder / path) for path in written}
        return found, {path: one.result() for path, one in sums.items()}


def _table(
    held: Rows, table: str, folder: Path, about: dict[str, str],
    watched: Callable[[Iterator[pa.Table], str], Iterator[pa.Table]],
) -> dict[str, int]:  # fmt: skip
    """Writes one table into its files; returns the rows of each."""
    kind = held.recipe.format
    shape = rows.schema(held.columns(table), about)
    if kind == "hf":
        found = {}
        for part, stem in _parts(held, table).items():
            stream = watched(held.stream(table, part=part), table)
            for name, n in rows.shards(stream, shape, folder / "data" / table, stem).items():
                found[f"data/{table}/{name}"] = n
        return found
    if kind == "jsonl":
        path = f"data/{table}.jsonl"
        return {path: rows.lines(watched(held.stream(table, "json"), table), folder / path)}
    if kind == "csv":
        path = f"data/{table}.csv"
        flat = rows.flat(held.columns(table))
        return {path: rows.csv(watched(held.stream(table, "flat"), table), flat, folder / path)}
    path = f"data/{table}.parquet"
    return {path: rows.one_parquet(watched(held.stream(table), table), shape, folder / path)}


def _parts(held: Rows, table: str) -> dict[str | None, str]:
    """Part of the split -> how its files are named; one part where a table is not split."""
    if table != "outputs" or not held.recipe.splits:
        return {None: "train"}
    there = splits.parts(held.cursor)
    return {name: name for name in held.recipe.splits if name in there}
