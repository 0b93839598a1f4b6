"""More about answers that are loaded: scores and acts of another judge, as one snapshot."""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa

from db import warehouse
from db.filter import Case
from db.stage import Stage
from db.warehouse import Connection

KEYS = {
    "scores": "run_id, item_id, sample, dimension, scorer",
    "acts": "run_id, item_id, sample, origin",
}


def land(stage: Stage) -> dict[str, int]:
    """Puts staged scores and acts into the lake, save those that are there; how many were new.

    A score is the same where answer, dimension and scorer are, an act where answer and origin are.
    Writers take turns, so two that add the same at once add it once.
    """

    def work(cursor: Connection) -> dict[str, int]:
        warehouse.take_turn(cursor)
        told = {}
        for table, keys in KEYS.items():
            row = cursor.execute(
                f"INSERT INTO lake.{table} FROM temp.staged_{table} s "
                f"ANTI JOIN lake.{table} USING ({keys})"
            ).fetchone()
            told[table] = int(row[0]) if row else 0
        return told

    return warehouse.within(stage.cursor, work)


def scored(connection: Connection, name: str, runs: Collection[str]) -> set[Case]:
    """The answers of these runs that a scorer of this name has been at already."""
    table = pa.table({"run_id": pa.array(sorted(set(runs)), pa.string())})
    cursor = connection.cursor()
    cursor.register("asked", table)
    try:
        found = cursor.execute(
            """SELECT run_id, item_id, sample FROM lake.scores SEMI JOIN asked USING (run_id)
               WHERE scorer = $name UNION
               SELECT run_id, item_id, sample FROM lake.acts SEMI JOIN asked USING (run_id)
               WHERE origin = $name""",
            {"name": name},
        )
        return set(found.fetchall())
    finally:
        cursor.unregister("asked")
