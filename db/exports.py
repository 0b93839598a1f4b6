"""What the rows of an export are joined with, made ready beside the lake: facts, keys, labels."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from db.columns import WEIGHT
from db.warehouse import Connection

KEY = "run_id, item_id, sample"
SAID = "STRUCT(field VARCHAR, person VARCHAR, value VARCHAR)[]"


def prepare(
    cursor: Connection, facts: pa.Table, said: pa.Table | None, events: Iterator[pa.Table]
) -> None:
    """Makes ready what the rows are joined with.

    `facts` has a row a run: run_id, license, withheld. `said` has a row a labeled case: the case
    and the label columns. `events` are the label events, some thousand at a time.
    """
    cursor.register("told_facts", facts)
    cursor.execute("CREATE OR REPLACE TABLE facts AS SELECT * FROM told_facts")
    # what is long is measured before it is joined, so that only numbers are
    cursor.execute(
        f"""CREATE OR REPLACE TABLE keys AS
            SELECT o, i, split, {KEY}, weight + coalesce(prompt, 0) AS weight
            FROM (SELECT rowid AS o, {KEY}, {WEIGHT["outputs"]} AS weight FROM lake.outputs)
            JOIN picks USING (o)
            LEFT JOIN (SELECT rowid AS i, strlen(prompt) AS prompt FROM lake.items) USING (i)"""
    )
    cursor.execute(f"CREATE OR REPLACE TABLE said (o BIGINT, annotations {SAID})")
    if said is not None:
        cursor.register("told_said", said)
        cursor.execute(
            f"""CREATE OR REPLACE TABLE said AS SELECT k.o, s.* EXCLUDE ({KEY})
                FROM told_said s JOIN keys k USING ({KEY})"""
        )
    for name in ("scores", "steps", "acts"):
        more = ", dimension, up, value" if name == "scores" else ""
        cursor.execute(
            f"""CREATE OR REPLACE TABLE rows_{name} AS
                SELECT s.o, k.o AS k, s.weight{more}
                FROM (SELECT *, rowid AS o, {WEIGHT[name]} AS weight FROM lake.{name}) s
                JOIN keys k USING ({KEY})"""
        )
    _events(cursor, events)


def _events(cursor: Connection, events: Iterator[pa.Table]) -> None:
    made = False
    for number, table in enumerate(events):
        cursor.register("told_events", table)
        do = "INSERT INTO events" if number else "CREATE OR REPLACE TABLE events AS"
        cursor.execute(f"{do} SELECT t.*, k.o FROM told_events t JOIN keys k USING ({KEY})")
        made = True
    if not made:
        raise ValueError("give one table of events at least; it may be empty")
    cursor.execute(
        f"""CREATE OR REPLACE TABLE rows_labels AS
           SELECT * EXCLUDE (o), {WEIGHT["labels"]} AS weight,
                  row_number() OVER (ORDER BY o, made_at, event, field) - 1 AS o
           FROM events"""
    )


def counts(cursor: Connection) -> dict[str, int]:
    """How many rows each table of the export has."""
    tables = {"outputs": "picks", **{n: f"rows_{n}" for n in ("scores", "labels", "steps", "acts")}}
    found = {}
    for name, table in tables.items():
        row = cursor.execute(f"SELECT count(*) FROM {table}").fetchone()
        found[name] = int(row[0]) if row else 0
    return found
