"""The stage: what a file holds, kept aside until all of it is read, then shown all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from db import checks, warehouse
from db.checks import Checked
from db.inflow import Inflow
from db.shapes import SHAPES, Constant, array, quoted
from db.warehouse import OPENING, Connection


class Stage:
    """The rows of one load, in files that a cursor of their own sees as temporary tables.

    Nothing of them is in the lake, and nothing of the files stays once the stage is closed.
    """

    def __init__(self, cursor: Connection) -> None:
        self.counts = dict.fromkeys(SHAPES, 0)
        self._cursor = cursor
        self._inflow = Inflow()
        self._settled = False

    def add(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Appends rows whose fields stand in the order of SHAPES."""
        if rows:
            self.add_columns(table, list(zip(*rows, strict=True)))

    def add_columns(self, table: str, columns: Sequence[Sequence[Any] | Constant]) -> None:
        """Appends rows that are given as columns, in the order of SHAPES.

        They are taken in by a thread; what it raises is raised by the next call.
        """
        shape = SHAPES[table]
        arrays = [array(c, f.type) for c, f in zip(columns, shape, strict=True)]
        incoming = pa.Table.from_arrays(arrays, schema=shape)
        if incoming.num_rows:
            self._settled = False
            self._inflow.put(table, incoming)
            self.counts[table] += incoming.num_rows

    @property
    def cursor(self) -> Connection:
        """The cursor that sees the staged tables, once all that was added is in them."""
        if not self._settled:
            for table, shape in SHAPES.items():
                if not self.counts[table]:
                    self._inflow.put(table, shape.empty_table())
            self._inflow.settle()
            for table in SHAPES:
                places = ", ".join(map(quoted, self._inflow.files(table)))
                # that a table is empty is said aloud: what joins it is then not even read
                held = "" if self.counts[table] else " WHERE false"
                self._cursor.execute(
                    f"CREATE OR REPLACE TEMP VIEW staged_{table} AS "
                    f"FROM read_parquet([{places}]){held}"
                )
            self._settled = True
        return self._cursor

    def close(self) -> None:
        """Drops what was staged."""
        self._cursor.close()
        self._inflow.close()


def open_stage(connection: Connection) -> Stage:
    """An empty stage."""
    return Stage(connection.cursor())


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


def unread(stage: Stage) -> list[tuple[str, str, str, int, int, str]]:
    """(run, dimension, scorer, texts that are no number, texts, one such) of staged scores.

    Only where more than half are none: that a judge now and then gave no number is usual.
    """
    return stage.cursor.execute(
        """SELECT run_id, dimension, scorer, count(*) FILTER (value IS NULL) AS lost, count(*) AS n,
                  any_value(raw) FILTER (value IS NULL) AS one
           FROM temp.staged_scores WHERE raw IS NOT NULL GROUP BY run_id, dimension, scorer
           HAVING 2 * lost > n ORDER BY ALL"""
    ).fetchall()


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


def _in_order(table: str) -> str:
    """The staged rows one after the other: a count of them is nothing that threads can share.

    Without it, threads would write the row groups of a file in any order.
    """
    counted = f"SELECT *, row_number() OVER () AS line FROM temp.staged_{table}"
    return f"(FROM ({counted}) WHERE line > 0)"


ALONE = f"""
    INSERT INTO lake.outputs
    SELECT run_id, item_id, sample, response, left(response, {OPENING}), option_logprobs, finish,
           n_tokens, meta
    FROM {_in_order("outputs")}"""
"""How answers land where the lake has no prompt of their data sets yet."""
# a prompt that another file gave otherwise stays with the answers that were given to it; it is
# written in front, since a patch would take out whatever is null in what else the file held
BESIDE = f"""
    INSERT INTO lake.outputs
    SELECT o.run_id, o.item_id, o.sample, o.response, left(o.response, {OPENING}),
           o.option_logprobs, o.finish, o.n_tokens,
           CASE WHEN d.prompt IS NULL OR json_exists(o.meta, '$.prompt') THEN o.meta
                WHEN o.meta IS NULL OR json(o.meta) = '{{}}' THEN json_object('prompt', d.prompt)
                WHEN json_type(o.meta) <> 'OBJECT' THEN o.meta
                ELSE '{{"prompt":' || to_json(d.prompt) || ',' || json(o.meta)[2:] END
    FROM {_in_order("outputs")} o
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
        cursor.execute(
            f"INSERT INTO lake.{table} SELECT * EXCLUDE (line) FROM {_in_order(table)} {mine}", told
        )
    cursor.execute(
        f"""INSERT INTO lake.items
            SELECT dataset, item_id, prompt, left(prompt, {OPENING}), category, target, choices,
                   answerable, should_abstain, tags
            FROM {_in_order("items")} {NEW if known else ""}"""
    )
    cursor.execute(
        "INSERT INTO lake.refused_rows SELECT ?, ?, * FROM temp.staged_refused", [sha256, source]
    )
    return ids
