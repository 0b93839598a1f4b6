"""Rows of the picked outputs out of the lake in stripes of little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from db.columns import JSON, KEPT_BACK, LISTS, MASKED, columns
from db.exports import BLOCK, KEY
from db.warehouse import Connection

HEAVY = 24 * 2**20
"""Bytes of a stripe, as its long texts and the number of its rows tell."""
TOGETHER = 4
"""Stripes that one query brings: each costs a look at the files, whatever it brings."""
PIECE = 4 * 2**20
"""Bytes of a piece of a stripe, roughly."""
VECTOR = 2048
"""Rows that DuckDB has in hand at a time: a piece of a stripe at least, four times as many at
most."""
MOST = 100
"""Runs that are put in order at most; more are sorted row by row."""
AS_WRITTEN = "SET disabled_optimizers = 'join_order,build_side_probe_side'"
"""Joins stay as they are written: the wide rows pass by, what is narrow is held. The optimizer,
which knows neither, holds the wide ones."""


class Edge(NamedTuple):
    """A stripe: its first and its last row, those of its prompts, how many rows, their bytes."""

    low: int
    high: int
    first: int
    last: int
    n: int
    weight: int


@dataclass(frozen=True, slots=True)
class Shape:
    """How rows come out.

    `kind` is `rows`, `flat` (lists as JSON text) or `json` (one text a row, in a column `line`).
    `mask` and `mask_json` change a text, or the texts in a JSON text; None leaves all as it is.
    """

    kind: str = "rows"
    mask: Callable[[str], str] | None = None
    mask_json: Callable[[str], str] | None = None


def stream(
    cursor: Connection, table: str, names: Sequence[str], shape: Shape, part: str | None = None
) -> Iterator[pa.Table]:
    """The rows of a table of the export, stripe by stripe, always in the same order.

    Outputs, scores, steps and acts come as they were loaded, labels by output and time. `names` are
    the columns; `part` keeps outputs of one part of the split.
    """
    selected = _selected(cursor, table, names, shape)
    cursor.execute("BEGIN")  # one look at the catalog for all stripes
    cursor.execute(AS_WRITTEN)
    try:
        only = "" if part is None else f"WHERE split = '{part.replace(chr(39), chr(39) * 2)}'"
        edges = list(_edges(cursor, table, only))
        for start in range(0, len(edges), TOGETHER):
            several = edges[start : start + TOGETHER]
            query = _query(table, only, names, several).replace("SELECTED", selected)
            yield from _cut(cursor.sql(query).to_arrow_reader(_piece(several)), several)
    finally:
        with suppress(duckdb.ConnectionException):  # cut short, the connection may be gone
            cursor.execute("ROLLBACK")
            cursor.execute("RESET disabled_optimizers")


def _piece(edges: Sequence[Edge]) -> int:
    """Rows of a piece: fewer where they are long."""
    longest = max(edge.weight // edge.n for edge in edges)
    return min(max(PIECE // max(longest, 1), VECTOR), 4 * VECTOR)


def _cut(reader: Iterable[pa.RecordBatch], edges: Sequence[Edge]) -> Iterator[pa.Table]:
    """The stripes, each once its rows are there: threads bring them in pieces and not in order."""
    first = np.array([edge.low for edge in edges])
    parts: list[list[pa.RecordBatch]] = [[] for _ in edges]
    left, at = [edge.n for edge in edges], 0
    for batch in reader:
        place = np.searchsorted(first, batch.column("o").to_numpy(), side="right") - 1
        cuts = [0, *(np.flatnonzero(np.diff(place)) + 1).tolist(), len(place)]
        for start, end in pairwise(cuts):
            parts[place[start]].append(batch.slice(start, end - start))
            left[place[start]] -= end - start
        while at < len(edges) and not left[at]:
            yield ordered(pa.Table.from_batches(parts[at]))
            parts[at] = []
            at += 1


def ordered(table: pa.Table) -> pa.Table:
    """The rows by the column `o`, which is taken off.

    They come in a few long runs, one a thread and piece, so it is the runs that are put in order,
    and no text is copied.
    """
    by = np.argsort(table.column("o").to_numpy(), kind="stable")
    table = table.drop_columns("o")
    edges = np.flatnonzero(np.diff(by) != 1) + 1
    if not len(edges):
        return table
    if len(edges) > MOST:
        return table.take(by)
    runs = zip([0, *edges.tolist()], [*edges.tolist(), len(by)], strict=True)
    return pa.concat_tables(table.slice(by[first], last - first) for first, last in runs)


BESIDE = {
    "scores": "{'dimension': dimension, 'scorer': scorer, 'value': value, 'up': up}",
    "steps": "{'role': role, 'content': content}",
}
"""What may stand beside an output as a list: scores by name, steps in order."""


def _beside(names: Sequence[str]) -> str:
    order = {"scores": "dimension, scorer", "steps": "step"}
    return " ".join(
        f"""LEFT JOIN (SELECT k.o, list({BESIDE[name]} ORDER BY {order[name]}) AS told
            FROM lake.{name} JOIN picks k USING ({KEY}) WHERE k.o BETWEEN LOW AND HIGH
            GROUP BY k.o) {name} ON {name}.o = p.o"""
        for name in names
        if name in BESIDE
    )


def _query(table: str, only: str, names: Sequence[str], edges: Sequence[Edge]) -> str:
    """What brings the rows of stripes that follow one another."""
    low, high = edges[0].low, edges[-1].high
    first, last = min(edge.first for edge in edges), max(edge.last for edge in edges)
    within = f"BETWEEN {low} AND {high}"
    if table == "labels":
        return f"SELECT SELECTED, o FROM rows_labels t WHERE o {within}"
    if table == "outputs":
        beside = _beside(names).replace("LOW AND HIGH", f"{low} AND {high}")
        return f"""SELECT SELECTED, p.o
                   FROM (SELECT *, rowid AS o FROM lake.outputs WHERE rowid {within}) o
                   JOIN (SELECT o, i, probability, split FROM picks
                         {only or "WHERE true"} AND o {within}) p USING (o)
                   JOIN lake.runs r USING (run_id) JOIN facts f USING (run_id)
                   LEFT JOIN (SELECT *, rowid AS i FROM lake.items
                              WHERE rowid BETWEEN {first} AND {last}) i
                     ON i.i = p.i
                   LEFT JOIN (SELECT * FROM said WHERE o {within}) l ON l.o = p.o {beside}"""
    gaps = high - low + 1 > sum(edge.n for edge in edges)  # else all that lies there is taken
    taken = f"JOIN (SELECT o FROM rows_{table} WHERE o {within}) USING (o)" if gaps else ""
    return f"""SELECT SELECTED, t.o
               FROM (SELECT *, rowid AS o FROM lake.{table} WHERE rowid {within}) t {taken}
               JOIN facts f USING (run_id)"""


def _edges(cursor: Connection, table: str, only: str) -> Iterator[Edge]:
    """The stripes, told by the rows themselves, BLOCK by BLOCK, so that the same rows are cut alike
    on any day."""
    query = f"SELECT {', '.join(Edge._fields)} FROM blocks {only} ORDER BY low"
    if table != "outputs":
        query = f"""SELECT min(o) AS low, max(o) AS high, 0 AS first, 0 AS last, count(*) AS n,
                           sum(weight)::BIGINT AS weight
                    FROM rows_{table} GROUP BY o // {BLOCK} ORDER BY low"""
    told = cursor.execute(query).to_arrow_table().columns
    low, high, first, last, n, weight = (column.to_numpy() for column in told)
    so_far, start = np.cumsum(weight), 0
    while start < len(low):
        before = so_far[start - 1] if start else 0
        end = max(int(np.searchsorted(so_far, before + HEAVY, side="right")), start + 1)
        part = slice(start, end)
        yield Edge(int(low[start]), int(high[end - 1]), int(first[part].min()),
                   int(last[part].max()), int(n[part].sum()), int(weight[part].sum()))  # fmt: skip
        start = end


def _selected(cursor: Connection, table: str, names: Sequence[str], shape: Shape) -> str:
    """The columns of a query, masked, kept back and written as asked."""
    found = {}
    told = columns(table)
    withheld = cursor.execute("SELECT bool_or(withheld) FROM facts").fetchall()[0][0]
    for name in names:
        source = told.get(name, f"l.{_named(name)}")
        if shape.mask and name in MASKED[table]:
            inside = name in JSON[table]
            source = f"{_function(cursor, shape, inside)}({source})"
        if withheld and name in KEPT_BACK[table]:
            source = f"CASE WHEN f.withheld THEN NULL ELSE {source} END"
        if shape.kind == "flat" and (name in LISTS or name.startswith("soft_")):
            source = f"to_json({source})::VARCHAR"
        found[name] = source
    if shape.kind == "json":
        body = ", ".join(f"""'{name.replace("'", "''")}': {sql}""" for name, sql in found.items())
        return f"to_json({{{body}}})::VARCHAR || chr(10) AS line"
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
