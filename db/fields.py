"""Tags of the items and fields kept in `meta`, by name, as columns for a lens."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from db.arrays import Coded, Columns, coded, json_column, placed, where
from db.features import OF_ITEMS
from db.warehouse import Connection


class Names(NamedTuple):
    """The names of the tags of a run's items, and of the fields kept in its answers' `meta`.

    `numbers` are those fields that look like numbers, and how many answers have them.
    """

    tags: set[str]
    fields: set[str]
    numbers: dict[str, int]


def named(connection: Connection, run_id: str) -> Names:
    """The names of all tags and fields of a run."""
    cursor = connection.cursor()
    tags = cursor.execute(
        """SELECT DISTINCT unnest(map_keys(i.tags)) FROM lake.items i
           JOIN lake.runs r USING (dataset) WHERE r.run_id = ?""",
        [run_id],
    ).fetchall()
    # answers with the same names are told by one of them: hashes compare faster than lists
    told = cursor.execute(
        """SELECT any_value(meta)::VARCHAR, count(*) FROM lake.outputs
           WHERE run_id = ? AND meta IS NOT NULL GROUP BY hash(json_keys(meta))""",
        [run_id],
    ).fetchall()
    numbers: Counter[str] = Counter()
    other: set[str] = set()
    for text, rows in told:
        one = orjson.loads(text)
        for name, value in one.items() if isinstance(one, dict) else ():
            numbers[name] += rows
            other.update(() if type(value) in (int, float) else (name,))
    fields = set(numbers)
    for name in other:
        del numbers[name]
    return Names({name for (name,) in tags}, fields, dict(numbers))


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
    alike = Counter(name.casefold() for name in of.fields)  # for DuckDB they are one name
    kinds = {
        name: "DOUBLE" if name in of.numbers else "JSON"
        for name in names
        if alike[name.casefold()] == 1
    }
    found = _read(
        connection, run_id, row, kinds, "json_transform", json.dumps(kinds), "unnest(told)"
    )
    mixed = {
        n for n, kind in kinds.items() if kind == "DOUBLE" and _known(found[n]) < of.numbers[n]
    }
    if rest := sorted({*names} - kinds.keys() | mixed):
        pointers = ["/" + name.replace("~", "~0").replace("/", "~1") for name in rest]
        each = ", ".join(f"told[{n}]" for n in range(1, len(rest) + 1))
        found |= _read(connection, run_id, row, rest, "json_extract", pointers, each)
    return found


def _known(column: NDArray[Any] | Coded) -> int:
    return int(np.count_nonzero(~np.isnan(column)))


def _read(
    connection: Connection, run_id: str, row: NDArray[np.int64], names: Collection[str],
    parse: str, asked: Any, columns: str,
) -> Columns:  # fmt: skip
    """What `parse` finds in `meta` when `asked`, as `columns` of its answer `told` by name."""
    if not names:
        return {}
    table = (
        connection.cursor()
        .execute(
            f"""SELECT rowid, {columns}
                FROM (SELECT rowid, {parse}(meta, ?) AS told FROM lake.outputs
                      WHERE run_id = ? AND meta IS NOT NULL)""",
            [asked, run_id],
        )
        .to_arrow_table()
    )
    place = where(row, table.column(0).to_numpy())
    found = {}
    for name, column in zip(names, table.columns[1:], strict=True):
        told = column.to_numpy() if pa.types.is_float64(column.type) else json_column(column)
        found[name] = placed(told, place, len(row))
    return found
