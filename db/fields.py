"""Tags of the items and fields kept in `meta`, by name, as columns for a lens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.arrays import json_column, words
from db.features import PLACED
from db.warehouse import Connection


def named(connection: Connection, run_id: str) -> tuple[set[str], set[str]]:
    """The names of all tags of the run's items, and of all fields kept in `meta`."""
    cursor = connection.cursor().execute(
        """SELECT DISTINCT false, json_keys(meta) FROM lake.outputs
           WHERE run_id = ? AND meta IS NOT NULL
           UNION ALL SELECT DISTINCT true, map_keys(i.tags) FROM lake.items i
           JOIN lake.runs r USING (dataset) WHERE r.run_id = ? AND i.tags IS NOT NULL""",
        [run_id, run_id],
    )
    found: tuple[set[str], set[str]] = (set(), set())
    for tag, names in cursor.fetchall():
        found[0 if tag else 1].update(names)
    return found


def tags(
    connection: Connection, run_id: str, rows: int, names: Sequence[str]
) -> dict[str, NDArray[Any]]:
    """Tags of the items by name (rows,): text, None where absent."""
    table = (
        connection.cursor()
        .execute(
            f"""SELECT o.place{"".join(f", i.tags[?] AS t{at}" for at in range(len(names)))}
                FROM {PLACED} JOIN lake.runs r ON r.run_id = ?
                JOIN lake.items i ON i.dataset = r.dataset AND i.item_id = o.item_id""",
            [*names, run_id, run_id],
        )
        .to_arrow_table()
    )
    place = table.column("place").to_numpy()
    found = {name: np.full(rows, None, dtype=object) for name in names}
    for at, name in enumerate(names):
        found[name][place] = words(table.column(f"t{at}"))
    return found


def fields(
    connection: Connection, run_id: str, rows: int, names: Sequence[str]
) -> dict[str, NDArray[Any]]:
    """Fields kept in `meta` by name (rows,).

    Floats where a field is a number wherever it is there; else text, None where absent. `meta` is
    parsed once for all names.
    """
    pointers = ["/" + name.replace("~", "~0").replace("/", "~1") for name in names]
    table = (
        connection.cursor()
        .execute(
            f"""SELECT place{"".join(f", told[{at}] AS f{at}" for at in range(1, len(names) + 1))}
                FROM (SELECT o.place, json_extract(m.meta, ?) AS told
                      FROM (SELECT * FROM lake.outputs WHERE run_id = ?) m
                      JOIN {PLACED} USING (item_id, sample) WHERE m.meta IS NOT NULL)""",
            [pointers, run_id, run_id],
        )
        .to_arrow_table()
    )
    place = table.column("place").to_numpy()
    found = {}
    for at, name in enumerate(names, start=1):
        told = json_column(table.column(f"f{at}"))
        empty = np.nan if told.dtype.kind == "f" else None
        found[name] = np.full(rows, empty, dtype=told.dtype)
        found[name][place] = told
    return found
