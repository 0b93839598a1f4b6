"""Rows of the picked outputs out of the lake in stripes of little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from db.columns import JSON, KEPT_BACK, MASKED, TEXT, columns
from db.warehouse import Connection

WIDEST = 50_000
"""Rows of a stripe at most."""
HEAVY = 32 * 2**20
"""Bytes a stripe may take, as far as the files' sizes tell."""
LONG = {"outputs": "response", "scores": "raw", "steps": "content"}
"""The column whose texts make a row heavy."""
KEY = "run_id, item_id, sample"
SAID = "STRUCT(field VARCHAR, person VARCHAR, value VARCHAR)[]"


@dataclass(frozen=True, slots=True)
class Shape:
    """How rows come out.

    `kind` is `rows` (Arrow columns), `json` or `csv` (one text a row, in a column `line`).
    `risky` is the expression of cells that a spreadsheet would run. `mask` and `mask_json` change a
    text, or the texts in a JSON text; None leaves all as it is.
    """

    kind: str = "rows"
    risky: str = ""
    mask: Callable[[str], str] | None = None
    mask_json: Callable[[str], str] | None = None


def prepare(
    cursor: Connection, facts: pa.Table, said: pa.Table | None, events: Iterator[pa.Table]
) -> None:
    """Makes ready what the rows are joined with.

    `facts` has a row a run: run_id, license, withheld. `said` has a row a labeled case: the case
    and the label columns. `events` are the label events, some thousand at a time.
    """
    cursor.register("told_facts", facts)
    cursor.execute("CREATE OR REPLACE TABLE facts AS SELECT * FROM told_facts")
    cursor.execute(
        f"""CREATE OR REPLACE TABLE keys AS SELECT p.o, {KEY} FROM picks p
            JOIN lake.outputs o ON o.rowid = p.o"""
    )
    cursor.execute(f"CREATE OR REPLACE TABLE said (o BIGINT, annotations {SAID})")
    if said is not None:
        cursor.register("told_said", said)
        cursor.execute(
            f"""CREATE OR REPLACE TABLE said AS SELECT k.o, s.* EXCLUDE ({KEY})
                FROM told_said s JOIN keys k USING ({KEY})"""
        )
    for name in ("scores", "steps", "acts"):
        lost = ", s.value IS NULL AS lost" if name == "scores" else ""
        cursor.execute(
            f"""CREATE OR REPLACE TABLE rows_{name} AS SELECT s.rowid AS o, k.o AS k{lost}
                FROM lake.{name} s JOIN keys k USING ({KEY}) ORDER BY 1"""
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
        """CREATE OR REPLACE TABLE rows_labels AS
           SELECT row_number() OVER (ORDER BY o, made_at, event, field) - 1 AS place, *
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


def stream(
    cursor: Connection, table: str, names: Sequence[str], shape: Shape, part: str | None = None
) -> Iterator[pa.Table]:
    """The rows of a table of the export, stripe by stripe, always in the same order.

    Outputs, scores, steps and acts come as they were loaded, labels by output and time. `names` are
    the columns; `part` keeps outputs of one part of the split.
    """
    selected = _selected(cursor, table, names, shape)
    cursor.execute("BEGIN")  # one look at the catalog for all stripes
    try:
        for query in _stripes(cursor, table, part, names):
            yield cursor.execute(query.replace("SELECTED", selected)).to_arrow_table()
    finally:
        with suppress(duckdb.ConnectionException):  # cut short, the connection may be gone
            cursor.execute("ROLLBACK")


BESIDE = {
    "scores": "{'dimension': dimension, 'scorer': scorer, 'value': value, 'up': up}",
    "steps": "{'role': role, 'content': content}",
}
"""What may stand beside an output as a list: scores by name, steps in order."""


def _beside(names: Sequence[str]) -> str:
    order = {"scores": "dimension, scorer", "steps": "step"}
    return " ".join(
        f"""LEFT JOIN (SELECT k.o, list({BESIDE[name]} ORDER BY {order[name]}) AS told
            FROM lake.{name} JOIN keys k USING ({KEY}) WHERE k.o BETWEEN LOW AND HIGH
            GROUP BY k.o) {name} ON {name}.o = p.o"""
        for name in names
        if name in BESIDE
    )


def _stripes(
    cursor: Connection, table: str, part: str | None, names: Sequence[str]
) -> Iterator[str]:
    source = {"outputs": "picks", "labels": "(SELECT place AS o FROM rows_labels)"}
    only = "" if part is None else f"WHERE split = '{part.replace(chr(39), chr(39) * 2)}'"
    more = ", min(i), max(i)" if table == "outputs" else ", NULL, NULL"
    edges = cursor.execute(
        f"""SELECT min(o), max(o) {more} FROM (
              SELECT *, (row_number() OVER (ORDER BY o) - 1) // {_size(cursor, table)} AS stripe
              FROM {source.get(table, f"rows_{table}")} {only})
            GROUP BY stripe ORDER BY stripe"""
    ).fetchall()
    for low, high, first, last in edges:
        within = f"BETWEEN {low} AND {high}"
        if table == "labels":
            yield f"SELECT SELECTED FROM rows_labels t WHERE place {within} ORDER BY place"
        elif table == "outputs":
            items = f"BETWEEN {first} AND {last}" if first is not None else "IS NULL"
            beside = _beside(names).replace("LOW AND HIGH", f"{low} AND {high}")
            yield f"""SELECT SELECTED
                      FROM (SELECT * FROM picks {only or "WHERE true"} AND o {within}) p
                      JOIN (SELECT *, rowid AS o FROM lake.outputs WHERE rowid {within}) o USING (o)
                      JOIN lake.runs r USING (run_id) JOIN facts f USING (run_id)
                      LEFT JOIN (SELECT *, rowid AS i FROM lake.items WHERE rowid {items}) i
                        ON i.i = p.i
                      LEFT JOIN said l ON l.o = p.o {beside} ORDER BY p.o"""
        else:
            yield f"""SELECT SELECTED
                      FROM (SELECT o FROM rows_{table} WHERE o {within}) p
                      JOIN (SELECT *, rowid AS o FROM lake.{table} WHERE rowid {within}) t USING (o)
                      JOIN facts f USING (run_id) ORDER BY p.o"""


def _size(cursor: Connection, table: str) -> int:
    """Rows of a stripe: fewer where the first or the last rows are heavy.

    Told by the rows themselves, so that the same rows are cut alike on any day.
    """
    if table not in LONG:
        return WIDEST
    source = "picks" if table == "outputs" else f"rows_{table}"
    weight = 0.0
    for way in ("ASC", "DESC"):
        row = cursor.execute(
            f"""SELECT avg(coalesce(strlen(t.{LONG[table]}), 0))
                FROM (SELECT o FROM {source} ORDER BY o {way} LIMIT 1000) p
                JOIN lake.{table} t ON t.rowid = p.o"""
        ).fetchone()
        weight = max(weight, float(row[0] or 0) if row else 0.0)
    return int(min(max(HEAVY / (weight + 200), 64), WIDEST))


def _selected(cursor: Connection, table: str, names: Sequence[str], shape: Shape) -> str:
    """The columns of a query, masked, kept back and written as asked."""
    found = {}
    told = columns(table)
    for name in names:
        source = told.get(name, f"l.{_named(name)}")
        if shape.mask and name in MASKED[table]:
            inside = name in JSON[table]
            source = f"{_function(cursor, shape, inside)}({source})"
        if name in KEPT_BACK[table]:
            source = f"CASE WHEN f.withheld THEN NULL ELSE {source} END"
        found[name] = source
    if shape.kind == "json":
        body = ", ".join(f"""'{name.replace("'", "''")}': {sql}""" for name, sql in found.items())
        return f"to_json({{{body}}})::VARCHAR || chr(10) AS line"
    if shape.kind == "csv":
        cells = [_cell(name, sql, table, shape) for name, sql in found.items()]
        return " || ',' || ".join(cells) + " || chr(10) AS line"
    return ", ".join(f"{sql} AS {_named(name)}" for name, sql in found.items())


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _function(cursor: Connection, shape: Shape, inside: bool) -> str:
    """The name under which the connection knows the masking function."""
    name, work = ("masked_json", shape.mask_json) if inside else ("masked", shape.mask)
    there = cursor.execute(
        "SELECT 1 FROM duckdb_functions() WHERE function_name = ?", [name]
    ).fetchall()
    if not there and work is not None:
        masked = work

        def each(texts: pa.ChunkedArray) -> Any:
            return pa.array(
                [None if one is None else masked(one) for one in texts.to_pylist()], pa.string()
            )

        cursor.create_function(name, each, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW,
                               null_handling=FunctionNullHandling.SPECIAL)  # fmt: skip
    return name


def _cell(name: str, source: str, table: str, shape: Shape) -> str:
    """A cell in quotes; what is missing is empty, and a text that would run is made inert."""
    if name not in TEXT[table] and not name.startswith("label_"):
        plain = f"to_json({source})::VARCHAR" if name in LISTS or name.startswith("soft_") else (
            f"({source})::VARCHAR")  # fmt: skip
        return f"""coalesce('"' || replace({plain}, '"', '""') || '"', '')"""
    risky = shape.risky.replace("'", "''")
    told = f"replace(replace({source}, '␀', '␀␀'), chr(0), '␀0')"
    mark = f"CASE WHEN regexp_matches({source}, '{risky}') THEN '\"''' ELSE '\"' END"
    return f"""coalesce({mark} || replace({told}, '"', '""') || '"', '')"""


LISTS = ("option_logprobs", "tags", "annotations")
"""Columns that are lists: JSON in a CSV."""
