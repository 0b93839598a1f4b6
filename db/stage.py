"""The stage: what a file holds, kept aside until all of it is read, then shown all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from db import checks, warehouse
from db.checks import Checked
from db.inflow import Inflow
from db.warehouse import OPENING, Connection

TEXT, REAL, INT = pa.string(), pa.float64(), pa.int64()
SHAPES: dict[str, pa.Schema] = {
    "items": pa.schema([
        ("dataset", TEXT), ("item_id", TEXT), ("prompt", TEXT), ("category", TEXT),
        ("target", TEXT), ("choices", TEXT), ("answerable", pa.bool_()),
        ("should_abstain", pa.bool_()), ("tags", pa.map_(TEXT, TEXT)),
    ]),
    "outputs": pa.schema([
        ("run_id", TEXT), ("item_id", TEXT), ("sample", INT), ("response", TEXT),
        ("option_logprobs", pa.map_(TEXT, REAL)), ("finish", TEXT), ("n_tokens", INT),
        ("meta", TEXT),
    ]),
    "scores": pa.schema([
        ("run_id", TEXT), ("item_id", TEXT), ("sample", INT), ("dimension", TEXT),
        ("scorer", TEXT), ("value", REAL), ("raw", TEXT), ("up", TEXT),
    ]),
    "steps": pa.schema([
        ("run_id", TEXT), ("item_id", TEXT), ("sample", INT), ("step", INT), ("role", TEXT),
        ("content", TEXT), ("state", TEXT), ("flags", pa.list_(TEXT)),
    ]),
    "labels": pa.schema([
        ("run_id", TEXT), ("item_id", TEXT), ("sample", INT), ("person", TEXT), ("field", TEXT),
        ("value", TEXT),
    ]),
    "acts": pa.schema([
        ("run_id", TEXT), ("item_id", TEXT), ("sample", INT), ("act", TEXT), ("origin", TEXT),
        ("why", TEXT),
    ]),
    "reported": pa.schema([
        ("run_id", TEXT), ("metric", TEXT), ("value", REAL), ("how", TEXT), ("dimension", TEXT),
        ("scorer", TEXT),
    ]),
    "refused": pa.schema([("line", INT), ("why", TEXT), ("raw", TEXT)]),
}  # fmt: skip


@runtime_checkable
class Constant(Protocol):
    """A column that holds the same value in every row."""

    value: Any
    size: int


class Stage:
    """Temporary tables of one load, on a cursor of their own; nothing of them is in the lake."""

    def __init__(self, cursor: Connection) -> None:
        self.counts = dict.fromkeys(SHAPES, 0)
        self._cursor = cursor
        self._inflow = Inflow(cursor)

    def add(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Appends rows whose fields stand in the order of SHAPES."""
        if rows:
            self.add_columns(table, list(zip(*rows, strict=True)))

    def add_columns(self, table: str, columns: Sequence[Sequence[Any] | Constant]) -> None:
        """Appends rows that are given as columns, in the order of SHAPES.

        They are taken in by a thread; what it raises is raised by the next call.
        """
        shape = SHAPES[table]
        arrays = [_array(c, f.type) for c, f in zip(columns, shape, strict=True)]
        incoming = pa.Table.from_arrays(arrays, schema=shape)
        if incoming.num_rows:
            self._inflow.put(f"temp.staged_{table}", incoming)
            self.counts[table] += incoming.num_rows

    @property
    def cursor(self) -> Connection:
        """The cursor that sees the staged tables, once all that was added is in them."""
        self._inflow.settle()
        return self._cursor

    def close(self) -> None:
        """Drops what was staged."""
        self._inflow.close()
        for table in SHAPES:
            self._cursor.execute(f"DROP TABLE IF EXISTS temp.staged_{table}")
        self._cursor.close()


def _array(column: Sequence[Any] | Constant, kind: pa.DataType) -> pa.Array:
    if isinstance(column, Constant):
        if column.value is None:
            return pa.nulls(column.size, kind)
        return pa.array([column.value], kind).take(pa.array(np.zeros(column.size, np.int64)))
    return pa.array(column, type=kind)


def open_stage(connection: Connection) -> Stage:
    """An empty stage."""
    cursor = connection.cursor()
    for table, shape in SHAPES.items():
        cursor.register("shape", shape.empty_table())
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE staged_{table} AS FROM shape")
        cursor.unregister("shape")
    return Stage(cursor)


def labels(stage: Stage) -> list[tuple[Any, ...]]:
    """The staged labels as (run_id, item_id, sample, person, field, value)."""
    return stage.cursor.execute("FROM temp.staged_labels").fetchall()


def rows(stage: Stage, table: str) -> Counter[str]:
    """Run -> how many rows of a table are staged for it."""
    found = stage.cursor.execute(f"SELECT run_id, count(*) FROM temp.staged_{table} GROUP BY 1")
    return Counter(dict(found.fetchall()))


def items(stage: Stage, runs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Run -> how many prompts it answers; for a run without answers, how many it holds."""
    answered = dict(
        stage.cursor.execute(
            "SELECT run_id, count(DISTINCT item_id) FROM temp.staged_outputs GROUP BY 1"
        ).fetchall()
    )
    held = dict(
        stage.cursor.execute(
            "SELECT dataset, count(*) FROM temp.staged_items GROUP BY 1"
        ).fetchall()
    )
    return {run: answered.get(run) or held.get(dataset, 0) for run, dataset in runs}


def differing(stage: Stage) -> tuple[int, int, str | None]:
    """How many staged prompts differ from those the data set has, of how many known; one such id.

    White space at the ends and its amount do not count as a difference.
    """
    squeezed = "trim(regexp_replace({}, '\\s+', ' ', 'g'))"
    row = stage.cursor.execute(
        f"""SELECT count(*) FILTER (differs), count(*), min(item_id) FILTER (differs) FROM (
              SELECT s.item_id, s.prompt IS NOT NULL AND i.prompt IS NOT NULL
                AND {squeezed.format("s.prompt")} <> {squeezed.format("i.prompt")} AS differs
              FROM temp.staged_items s JOIN lake.items i USING (dataset, item_id))"""
    ).fetchone()
    return (int(row[0]), int(row[1]), row[2]) if row else (0, 0, None)


def land(
    stage: Stage,
    runs: Sequence[Mapping[str, Any]],
    sha256: str,
    source: str,
    checked: Mapping[str, Sequence[Checked]] | None = None,
) -> list[str]:
    """Puts everything staged into the lake as one snapshot; returns the runs that were new.

    Loads go one by one (`take_turn`), so a run loaded by two processes at once lands once. A run
    that is there already gets the checks it lacks: its log's own numbers may have come later.
    """

    def work(cursor: Connection) -> list[str]:
        return _land(cursor, runs, sha256, source, checked or {})

    return warehouse.within(stage.cursor, work)


ALONE = f"""
    INSERT INTO lake.outputs
    SELECT run_id, item_id, sample, response, left(response, {OPENING}), option_logprobs, finish,
           n_tokens, meta
    FROM temp.staged_outputs"""
"""How answers land where the lake has no prompt of their data sets yet."""
# a prompt that another file gave otherwise stays with the answers that were given to it
BESIDE = f"""
    INSERT INTO lake.outputs
    SELECT o.run_id, o.item_id, o.sample, o.response, left(o.response, {OPENING}),
           o.option_logprobs, o.finish, o.n_tokens,
           CASE WHEN d.prompt IS NULL THEN o.meta
                ELSE json_merge_patch(json_object('prompt', d.prompt), coalesce(o.meta, '{{}}')) END
    FROM temp.staged_outputs o
    LEFT JOIN (SELECT run_id, dataset FROM lake.runs) r USING (run_id)
    LEFT JOIN (SELECT s.dataset, s.item_id, s.prompt
               FROM temp.staged_items s JOIN lake.items i USING (dataset, item_id)
               WHERE i.prompt <> s.prompt) d
      ON d.dataset = r.dataset AND d.item_id = o.item_id"""
"""How they land where it has."""
NEW = "ANTI JOIN lake.items USING (dataset, item_id)"


def _land(
    cursor: Connection,
    runs: Sequence[Mapping[str, Any]],
    sha256: str,
    source: str,
    checked: Mapping[str, Sequence[Checked]],
) -> list[str]:
    have = {run for (run,) in cursor.execute("SELECT run_id FROM lake.runs").fetchall()}
    new = [run for run in runs if run["run_id"] not in have]
    held = {run for (run,) in cursor.execute("SELECT run_id FROM lake.checks").fetchall()}
    unchecked = checked.keys() - held
    if not new and not unchecked:
        return []
    warehouse.take_turn(cursor)
    checks.land(cursor, checked, sorted(unchecked))
    if not new:
        return []
    ids = [run["run_id"] for run in new]
    for run in new:
        cursor.execute(
            "INSERT INTO lake.runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [run[name] for name in ("run_id", "model", "revision", "dataset", "format", "source",
                                    "sha256", "params", "made_at", "loaded_by")],
        )  # fmt: skip
    whole = len(new) == len(runs)
    mine = "" if whole else "WHERE run_id IN (SELECT unnest($ids))"
    told = {} if whole else {"ids": ids}
    known = cursor.execute(
        "SELECT 1 FROM lake.items WHERE dataset IN (SELECT DISTINCT dataset FROM temp.staged_items)"
        " LIMIT 1"
    ).fetchone()
    cursor.execute(f"{BESIDE if known else ALONE} {mine}", told)
    for table in ("scores", "steps", "acts"):
        cursor.execute(f"INSERT INTO lake.{table} FROM temp.staged_{table} {mine}", told)
    cursor.execute(
        f"""INSERT INTO lake.items
            SELECT dataset, item_id, prompt, left(prompt, {OPENING}), category, target, choices,
                   answerable, should_abstain, tags
            FROM temp.staged_items {NEW if known else ""}"""
    )
    cursor.execute(
        "INSERT INTO lake.refused_rows SELECT ?, ?, * FROM temp.staged_refused", [sha256, source]
    )
    return ids
