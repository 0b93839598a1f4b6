"""What an export is written by, beside the lake: facts of runs, blocks of outputs, rows."""

from __future__ import annotations

import pyarrow as pa

from db.columns import WEIGHT
from db.warehouse import Connection

KEY = "run_id, item_id, sample"
SAID = "STRUCT(field VARCHAR, person VARCHAR, value VARCHAR)[]"

BLOCK = 64
"""Rows that are weighed together, and stay together."""


def prepare(cursor: Connection, facts: pa.Table) -> None:
    """Makes ready what the rows are joined with; `db.told` and `db.votes` do so for labels.

    `facts` has a row a run: its columns of the export, and whether its texts are withheld; the
    table gets a number `n` from 0, its row in the lake, `run`, and the `probability` with which its
    answers were drawn, where that is one, too.
    """
    cursor.register("told_facts", facts)
    cursor.execute(
        """CREATE OR REPLACE TABLE facts AS
           SELECT f.*, (row_number() OVER (ORDER BY run_id) - 1)::INTEGER AS n, run,
                  CASE WHEN low = high THEN low END AS probability
           FROM told_facts f
           JOIN (SELECT run_id, run, min(probability) AS low, max(probability) AS high
                 FROM picks GROUP BY ALL) USING (run_id)"""
    )
    cursor.execute(
        f"""CREATE OR REPLACE TABLE blocks AS
            SELECT split, min(o) AS low, max(o) AS high, coalesce(min(i), {2**62}) AS first,
                   coalesce(max(i), -1) AS last, count(*) AS n,
                   sum(weight + coalesce(length, 0))::BIGINT AS weight,
                   count(*) FILTER (blank) AS blank, count(*) FILTER (cut) AS cut,
                   count(*) FILTER (length IS NULL) AS bare
            FROM picks GROUP BY split, o // {BLOCK} ORDER BY low"""
    )
    for name in ("scores", "steps", "acts"):
        more = ", dimension, up, value" if name == "scores" else ""
        cursor.execute(
            f"""CREATE OR REPLACE TABLE rows_{name} AS
                SELECT s.o, k.o AS k, s.weight{more}
                FROM (SELECT *, rowid AS o, ({WEIGHT[name]})::INTEGER AS weight FROM lake.{name}) s
                JOIN picks k USING ({KEY})"""
        )


def counts(cursor: Connection) -> dict[str, int]:
    """How many rows each table of the export has."""
    labels = f"told_events JOIN told_cases USING ({KEY}) WHERE o IS NOT NULL"
    tables = {"outputs": "picks", "scores": "rows_scores", "labels": labels, "steps": "rows_steps",
              "acts": "rows_acts"}  # fmt: skip
    found = {}
    for name, table in tables.items():
        row = cursor.execute(f"SELECT count(*) FROM {table}").fetchone()
        found[name] = int(row[0]) if row else 0
    return found
