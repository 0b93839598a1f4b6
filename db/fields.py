"""Tags of the items and fields kept in `meta`, by name, as columns for a lens."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from db.arrays import Coded, Columns, coded, json_column, placed, where
from db.features import OF_ITEMS
from db.warehouse import Connection

FIRST = 1_000
"""Answers among which mostly all the names are that there are."""
ALIKE, TRANSFORM = "hash(json_keys(meta))", "json_transform"
"""What is the same for answers with fields of the same names, as hashes compare faster than lists;
by what fields are read as DuckDB's types."""


class Names(NamedTuple):
    """The names of the tags of a run's items, and of the fields kept in its answers' `meta`.

    `numbers` are those fields that look like numbers, and how many answers have them.
    """

    tags: set[str]
    fields: set[str]
    numbers: dict[str, int]


def named(connection: Connection, run_id: str) -> Names:
    """The names of all tags and fields of a run."""
    return _names(_tags(connection, run_id), _alike(connection, run_id))


def read(
    connection: Connection, run_id: str, row: NDArray[np.int64], wanted: Collection[str]
) -> tuple[Names, Columns]:
    """What `named` tells, and what `fields` does of those `wanted` that no tag is called.

    `meta` is read once for both, where the first answers have all the names there are.
    """
    first = _alike(connection, run_id, FIRST) if wanted else {}
    guess = _names(_tags(connection, run_id), first)
    asked = set(wanted) - guess.tags
    kinds = _kinds(guess.fields & asked, guess)
    if not kinds:
        of = _names(guess.tags, _alike(connection, run_id))
        return of, fields(connection, run_id, row, of.fields & asked, of)
    table = _parsed(connection, run_id, TRANSFORM, json.dumps(kinds), f"{ALIKE}, unnest(told)")
    often = {one["values"]: one["counts"] for one in table.column(1).value_counts().to_pylist()}
    known = {key: (first[key][0], rows) for key, rows in often.items() if key in first}
    of = _names(guess.tags, known if len(known) == len(often) else _alike(connection, run_id))
    right = _kinds(kinds, of)
    found = _columns(table.remove_column(1), kinds, row)
    found = {name: one for name, one in found.items() if kinds[name] == right.get(name)}
    found = {name: one for name, one in found.items() if name not in _mixed(found, of)}
    rest = (of.fields & asked) - found.keys()
    return of, found | fields(connection, run_id, row, rest, of)


def _tags(connection: Connection, run_id: str) -> set[str]:
    told = connection.cursor().execute(
        """SELECT DISTINCT unnest(map_keys(i.tags)) FROM lake.items i
           JOIN lake.runs r USING (dataset) WHERE r.run_id = ?""",
        [run_id],
    )
    return {name for (name,) in told.fetchall()}


def _alike(connection: Connection, run_id: str, limit: int = 0) -> dict[int, tuple[str, int]]:
    """Of all answers, or of the first, whose fields have the same names: `meta` of one of them, and
    how many they are."""
    told = connection.cursor().execute(
        f"""SELECT {ALIKE}, any_value(meta)::VARCHAR, count(*)
            FROM (SELECT meta FROM lake.outputs WHERE run_id = ? AND meta IS NOT NULL
                  {f"LIMIT {int(limit)}" if limit else ""}) GROUP BY 1""",
        [run_id],
    )
    return {key: (text, rows) for key, text, rows in told.fetchall()}


def _names(tags: set[str], alike: Mapping[int, tuple[str, int]]) -> Names:
    numbers: Counter[str] = Counter()
    other: set[str] = set()
    for text, rows in alike.values():
        one = orjson.loads(text)
        for name, value in one.items() if isinstance(one, dict) else ():
            numbers[name] += rows
            other.update(() if type(value) in (int, float) else (name,))
    fields = set(numbers)
    for name in other:
        del numbers[name]
    return Names(tags, fields, dict(numbers))


def tags(
    connection: Connection, run_id: str, row: NDArray[np.int64], names: Sequence[str]
) -> Columns:
    """Tags of the items by name (N,): text, None where absent; `row` (N,) is that of
    `outputs.columns`."""
    table = (
        connection.cursor()
        .execute(
            f"SELECT o.rowid{', i.tags[?]' * len(names)} FROM {OF_ITEMS} WHERE o.run_id = ?",
            [*names, run_id],
        )
        .to_arrow_table()
    )
    place = where(row, table.column(0).to_numpy())
    columns = (coded(column) for column in table.columns[1:])
    return {name: placed(one, place, len(row)) for name, one in zip(names, columns, strict=True)}


def fields(
    connection: Connection,
    run_id: str,
    row: NDArray[np.int64],
    names: Collection[str],
    of: Names,
) -> Columns:
    """Fields kept in `meta` by name (N,), some of those `of` the run; `row` (N,) is that of
    `outputs.columns`.

    Floats where a field is a number wherever it is there (true and false among numbers are 1 and
    0); else text, None where absent. `meta` is parsed once for all names, and once more for those
    that only looked like numbers.
    """
    found: Columns = {}
    if kinds := _kinds(names, of):
        table = _parsed(connection, run_id, TRANSFORM, json.dumps(kinds), "unnest(told)")
        found = _columns(table, kinds, row)
    if rest := sorted({*names} - kinds.keys() | _mixed(found, of)):
        pointers = ["/" + name.replace("~", "~0").replace("/", "~1") for name in rest]
        each = ", ".join(f"told[{n}]" for n in range(1, len(rest) + 1))
        table = _parsed(connection, run_id, "json_extract", pointers, each)
        found |= _columns(table, rest, row)
    return found


def _kinds(names: Iterable[str], of: Names) -> dict[str, str]:
    """As what each of the fields `of` a run is read, but for names that DuckDB takes for one."""
    alike = Counter(name.casefold() for name in of.fields)
    return {
        name: "DOUBLE" if name in of.numbers else "JSON"
        for name in names
        if alike[name.casefold()] == 1
    }


def _mixed(found: Columns, of: Names) -> set[str]:
    """Those read as numbers that are something else in some answers."""
    read = {n: c for n, c in found.items() if n in of.numbers and not isinstance(c, Coded)}
    return {n for n, c in read.items() if np.count_nonzero(~np.isnan(c)) < of.numbers[n]}


def _parsed(connection: Connection, run_id: str, parse: str, asked: Any, columns: str) -> pa.Table:
    """What `parse` finds in `meta` when `asked`, as `columns` of its answer `told`, after rowid."""
    return (
        connection.cursor()
        .execute(
            f"""SELECT rowid, {columns}
                FROM (SELECT rowid, meta, {parse}(meta, ?) AS told FROM lake.outputs
                      WHERE run_id = ? AND meta IS NOT NULL)""",
            [asked, run_id],
        )
        .to_arrow_table()
    )


def _columns(table: pa.Table, names: Iterable[str], row: NDArray[np.int64]) -> Columns:
    """The columns after rowid by name, at their places among the answers (N,)."""
    place = where(row, table.column(0).to_numpy())
    found = {}
    for name, column in zip(names, table.columns[1:], strict=True):
        told = column.to_numpy() if pa.types.is_float64(column.type) else json_column(column)
        found[name] = placed(told, place, len(row))
    return found
