"""The rows of an export into its files, in the form its recipe asks for, with how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from app.service.exports import ahead
from app.service.exports.recipe import Recipe
from data import tables
from data.tables import Field
from data.write import manifest, rows
from db import splits, stripes
from db.shape import Shape
from db.stripes import Cut
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
        return stripes.stream(self.cursor, self.cut(table, kind, part, more))

    def cut(
        self, table: str, kind: str = "rows", part: str | None = None, more: tuple[str, ...] = (),
        hands: int = 1,
    ) -> Cut:  # fmt: skip
        """What brings a table's rows, by so many hands at most."""
        names = [*(one.name for one in self.columns(table)), *more]
        return stripes.cut(self.cursor, table, names, self.shape(kind), part, hands)

    def records(self) -> Iterator[dict[str, Any]]:
        """Every output as a record with its `scores` and `steps` beside."""
        for table in self.stream("outputs", more=("scores", "steps")):
            yield from table.to_pylist()


def tables_of(held: Rows) -> tuple[str, ...]:
    """The tables that are written: outputs always, others where they have rows."""
    return tuple(n for n in tables.ORDER if held.counts[n] or n in ("outputs", "scores", "labels"))


def write(
    held: Rows, folder: Path, about: dict[str, str], hands: int, tell: Tell
) -> tuple[dict[str, int], dict[str, str]]:
    """Writes every table into `folder`/data; the rows and the checksum of each file by its path.

    `hands` threads read (`room.handed`). While one table is written, a thread sums the one before.
    """
    found: dict[str, int] = {}
    sums: dict[str, Future[str]] = {}
    total, done = max(sum(held.counts.values()), 1), 0

    def coming(
        table: str, kind: str, part: str | None, made: Callable[[pa.Table], pa.Table]
    ) -> Iterator[pa.Table]:
        nonlocal done
        cut = held.cut(table, kind, part, hands=hands)
        for stripe in ahead.read(held.cursor, cut, made):
            yield stripe
            done += stripe.num_rows
            tell(done / total, f"{table}: {done:,} of {total:,} rows")

    (folder / "data").mkdir()
    with ThreadPoolExecutor(1, "checksums") as summing:
        for table in tables_of(held):
            written = _table(held, table, folder, about, partial(coming, table))
            if (n := sum(written.values())) != held.counts[table]:
                raise RuntimeError(f"{n} rows of {table} were written, not {held.counts[table]}")
            found |= written
            sums |= {path: summing.submit(manifest.sha256, folder / path) for path in written}
        return found, {path: one.result() for path, one in sums.items()}


def _table(
    held: Rows, table: str, folder: Path, about: dict[str, str],
    coming: Callable[..., Iterator[pa.Table]],
) -> dict[str, int]:  # fmt: skip
    """Writes one table into its files; returns the rows of each."""
    kind = held.recipe.format
    shape = rows.schema(held.columns(table), about)
    whole = partial(rows.whole, shape=shape)
    if kind == "hf":
        found = {}
        for part, stem in _parts(held, table).items():
            stream = coming("rows", part, whole)
            for name, n in rows.shards(stream, shape, folder / "data" / table, stem).items():
                found[f"data/{table}/{name}"] = n
        return found
    if kind == "jsonl":
        path = f"data/{table}.jsonl"
        return {path: rows.lines(coming("json", None, ahead.same), folder / path)}
    if kind == "csv":
        path, flat = f"data/{table}.csv", rows.flat(held.columns(table))
        told = coming("flat", None, partial(rows.cells, shape=flat))
        return {path: rows.csv(told, flat, folder / path)}
    path = f"data/{table}.parquet"
    return {path: rows.one_parquet(coming("rows", None, whole), shape, folder / path)}


def _parts(held: Rows, table: str) -> dict[str | None, str]:
    """Part of the split -> how its files are named; one part where a table is not split."""
    if table != "outputs" or not held.recipe.splits:
        return {None: "train"}
    there = splits.parts(held.cursor)
    return {name: name for name in held.recipe.splits if name in there}
