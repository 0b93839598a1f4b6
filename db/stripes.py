"""Rows of the picked outputs out of the lake in stripes of little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from db import alike
from db.edges import Edge, edges_of, together
from db.exports import KEY
from db.shape import Selected, Shape, selected
from db.spans import Span, spans, within
from db.warehouse import Connection

TOGETHER = 144 * 2**20
"""Bytes of the stripes that are read at a time, by one query or by several side by side: each costs
a look at the files, whatever it brings."""
OF_LINES = 96 * 2**20
"""The same of lines of JSON, which take half as much again as their rows weigh."""
PIECE = 2**20
"""Bytes of a piece of a stripe, roughly."""
VECTOR = 2048
"""Rows that DuckDB has in hand at a time: a piece of a stripe at least, four times as many at
most."""
HELD = 24 * 2**20
"""Bytes of such rows that all hands may have: with long answers there are fewer hands."""
MOST = 100
"""Runs that are put in order at most; more are sorted row by row."""
AS_WRITTEN = "SET disabled_optimizers = 'join_order,build_side_probe_side'"
"""Joins stay as they are written: the wide rows pass by, what is narrow is held. The optimizer,
which knows neither, holds the wide ones."""


Read = Callable[[Connection], Iterator[pa.Table]]
"""Brings some stripes that follow one another, by a cursor of its own."""


class Cut(NamedTuple):
    """What brings the rows of a table, in order, and how many may do so at a time."""

    reads: list[Read]
    hands: int


def cut(
    cursor: Connection, table: str, names: Sequence[str], shape: Shape, part: str | None = None,
    hands: int = 1,
) -> Cut:  # fmt: skip
    """What brings the rows of a table of the export: always the same stripes in the same order.

    The more of `hands` may read at a time, the less each brings.

    Outputs, scores, steps and acts come as they were loaded, labels by output and time. `names` are
    the columns; `part` keeps outputs of one part of the split. What a run alone tells (its model,
    say) comes as a dictionary, a column that nobody filled as one of type null.
    """
    known = alike.known(cursor, table, names)
    told = selected(cursor, table, names, shape, known)
    only = "" if part is None else f"WHERE split = '{part.replace(chr(39), chr(39) * 2)}'"
    added = None if shape.kind == "json" else partial(alike.added, found=known, names=names)
    edges = list(edges_of(cursor, table, only))
    hands = max(1, min(hands, HELD // (VECTOR * _longest(edges))))
    most = OF_LINES if shape.kind == "json" else TOGETHER
    files = {
        name: spans(cursor, name)
        for name in ({"outputs": ("outputs", "items"), "labels": ()}.get(table, (table,)))
    }
    reads: list[Read] = [
        partial(_read, _query(table, only, names, several, told, files), several, added)
        for several in together(edges, most // hands)
    ]
    return Cut(reads, hands)


def stream(cursor: Connection, cut: Cut) -> Iterator[pa.Table]:
    """The rows of a table, stripe by stripe, by one hand."""
    with looking(cursor, 1) as (one,):
        for read in cut.reads:
            yield from read(one)


def _read(
    query: str, edges: Sequence[Edge], added: Callable[[pa.Table], pa.Table] | None,
    cursor: Connection,
) -> Iterator[pa.Table]:  # fmt: skip
    first = np.array([edge.low for edge in edges])
    parts: list[list[pa.RecordBatch]] = [[] for _ in edges]
    left, at = [edge.n for edge in edges], 0
    for batch in cursor.sql(query).to_arrow_reader(_piece(edges)):
        place = np.searchsorted(first, batch.column("o").to_numpy(), side="right") - 1
        cuts = [0, *(np.flatnonzero(np.diff(place)) + 1).tolist(), len(place)]
        for start, end in pairwise(cuts):
            parts[place[start]].append(batch.slice(start, end - start))
            left[place[start]] -= end - start
        while at < len(edges) and not left[at]:
            stripe = ordered(pa.Table.from_batches(parts[at]))
            parts[at] = []
            yield added(stripe) if added else stripe
            at += 1
    if at < len(edges):
        raise RuntimeError(f"{left[at]} rows from {edges[at].low} on are not in the lake any more")


@contextmanager
def looking(cursor: Connection, hands: int) -> Iterator[list[Connection]]:
    """So many cursors to read stripes by, each with one look at the catalog for all it reads."""
    cursors = [cursor.cursor() for _ in range(hands)]
    cursor.execute(AS_WRITTEN)
    try:
        for one in cursors:
            one.execute("BEGIN")
        yield cursors
    finally:
        with suppress(duckdb.ConnectionException):  # cut short, the connection may be gone
            for one in cursors:
                one.close()
            cursor.execute("RESET disabled_optimizers")


def _piece(edges: Sequence[Edge]) -> int:
    """Rows of a piece: fewer where they are long."""
    return min(max(PIECE // _longest(edges), VECTOR), 4 * VECTOR)


def _longest(edges: Sequence[Edge]) -> int:
    """Bytes of a row where they are longest, as far as stripes tell."""
    return max((edge.weight // edge.n for edge in edges), default=0) or 1


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


def _query(
    table: str, only: str, names: Sequence[str], edges: Sequence[Edge], told: Selected,
    files: Mapping[str, list[Span]],
) -> str:  # fmt: skip
    """What brings the rows of stripes that follow one another."""
    low, high = edges[0].low, edges[-1].high
    first, last = min(edge.first for edge in edges), max(edge.last for edge in edges)
    between = f"BETWEEN {low} AND {high}"
    more = "".join(f', {sql} AS "{name}"' for name, sql in told.beside.items())
    facts = f"(SELECT *{more} FROM facts f) f"
    if table == "labels":
        return f"""SELECT {told.columns}, t.o
                   FROM (FROM rows_labels WHERE o {between}) t JOIN {facts} USING (run_id)"""
    if table == "outputs":
        beside = _beside(names).replace("LOW AND HIGH", f"{low} AND {high}")
        return f"""SELECT {told.columns}, p.o
                   FROM (SELECT *, rowid AS o FROM lake.outputs
                         WHERE {within(files["outputs"], low, high)}) o
                   JOIN (SELECT o, i, run, probability, split FROM picks
                         {only or "WHERE true"} AND o {between}) p USING (o)
                   JOIN {facts} ON f.run = p.run
                   LEFT JOIN (SELECT *, rowid AS i FROM lake.items
                              WHERE {within(files["items"], first, last)}) i
                     ON i.i = p.i
                   LEFT JOIN (SELECT * FROM said WHERE o {between}) l ON l.o = p.o {beside}"""
    gaps = high - low + 1 > sum(edge.n for edge in edges)  # else all that lies there is taken
    taken = f"JOIN (SELECT o FROM rows_{table} WHERE o {between}) USING (o)" if gaps else ""
    return f"""SELECT {told.columns}, t.o
               FROM (SELECT *, rowid AS o FROM lake.{table}
                     WHERE {within(files[table], low, high)}) t {taken}
               JOIN {facts} USING (run_id)"""
