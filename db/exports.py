"""Rows out of the warehouse into files, straight from DuckDB, and the record that it was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import sqlalchemy as sa

from db import ledger
from db.filter import OUTPUTS, Case, Filter, only, where
from db.outputs import ORDER
from db.warehouse import Connection

Format = Literal["jsonl", "parquet"]
HOW = {
    "jsonl": "(FORMAT json)",
    "parquet": "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 50000)",
}
OPTIONS = """list_transform(map_entries(o.option_logprobs),
  e -> {'option': e.key, 'logprob': CASE WHEN isfinite(e.value) THEN e.value END})"""
"""Option log-probabilities with null for minus infinity, which JSON cannot write."""
TAGS = "list_transform(map_entries(i.tags), e -> {'name': e.key, 'value': e.value})"

# maps become lists and JSON becomes text: both file formats then hold the same columns, and every
# reader takes them, also those that know no maps or want one type a column
COLUMNS = f"""i.answerable, i.category, i.choices::VARCHAR AS choices, r.dataset, o.finish,
  o.item_id, o.meta::VARCHAR AS meta, r.model, o.n_tokens, {OPTIONS} AS option_logprobs,
  coalesce(o.meta->>'prompt', i.prompt) AS prompt, o.response, r.revision, o.run_id, o.sample,
  r.sha256 AS source_sha256, i.should_abstain, {TAGS} AS tags, i.target"""


def copy(
    connection: Connection,
    chosen: Filter,
    cases: Iterable[Case] | None,
    labels: list[dict[str, Any]],
    resolved: Mapping[str, Mapping[Case, str]],
    folder: Path,
    format: Format,
) -> tuple[int, dict[str, int]]:
    """Writes outputs, scores and labels of the chosen cases into `folder`, all as of one snapshot.

    Returns that snapshot and how many rows each file has. `resolved` adds a column `label_FIELD`
    to the outputs for each field.
    """
    condition, values = where(chosen)
    cursor = connection.cursor()
    cursor.execute("BEGIN")
    try:
        row = cursor.execute("FROM lake.current_snapshot()").fetchone()
        with only(cursor, cases) as join:
            cursor.execute(
                f"""CREATE OR REPLACE TEMP TABLE picked AS
                    SELECT o.run_id, o.item_id, o.sample FROM {OUTPUTS} {join} WHERE {condition}""",
                values,
            )
        rows = {}
        for name, query in _queries(cursor, labels, resolved).items():
            path = str(folder / f"{name}.{format}").replace("'", "''")
            done = cursor.execute(f"COPY ({query}) TO '{path}' {HOW[format]}").fetchone()
            rows[name] = int(done[0]) if done else 0
        return (int(row[0]) if row else 0), rows
    finally:
        cursor.execute("ROLLBACK")
        cursor.close()


def _queries(
    cursor: Connection, labels: list[dict[str, Any]], resolved: Mapping[str, Mapping[Case, str]]
) -> dict[str, str]:
    names, joins = [], []
    for place, (field, values) in enumerate(sorted(resolved.items())):
        cursor.register(f"resolved_{place}", _cases(values))
        alias = field.replace('"', "")
        names.append(f', l{place}.value AS "label_{alias}"')
        joins.append(f"LEFT JOIN resolved_{place} l{place} ON {_same(f'l{place}')}")
    cursor.register("told", _labels(labels))
    by = "run_id, item_id, sample"
    return {
        "outputs": f"""SELECT {COLUMNS} {"".join(names)}
                       FROM {OUTPUTS} JOIN picked p ON {_same("p")} {" ".join(joins)}
                       ORDER BY {ORDER}""",
        "scores": f"""SELECT dimension, item_id, raw, run_id, sample, scorer, up, value
                      FROM lake.scores JOIN picked USING ({by}) ORDER BY {by}, dimension, scorer""",
        "labels": f"""SELECT t.* FROM told t JOIN picked USING ({by})
                      ORDER BY {by}, made_at, event, field""",
    }


def _same(alias: str) -> str:
    """That a joined row is about the same case as the output."""
    columns = ("run_id", "item_id", "sample")
    return " AND ".join(f"{alias}.{name} = o.{name}" for name in columns)


def _cases(values: Mapping[Case, str]) -> pa.Table:
    run, item, sample = zip(*values, strict=True) if values else ((), (), ())
    return pa.table({
        "run_id": pa.array(run, pa.string()),
        "item_id": pa.array(item, pa.string()),
        "sample": pa.array(sample, pa.int64()),
        "value": pa.array(list(values.values()), pa.string()),
    })  # fmt: skip


LABELS = pa.schema([
    ("campaign", pa.string()), ("event", pa.string()), ("field", pa.string()),
    ("guideline_version", pa.int64()), ("item_id", pa.string()), ("made_at", pa.string()),
    ("person", pa.string()), ("run_id", pa.string()), ("sample", pa.int64()),
    ("scheme", pa.string()), ("scheme_version", pa.int64()), ("seconds", pa.float64()),
    ("shown", pa.string()), ("undoes", pa.string()), ("value", pa.string()), ("what", pa.string()),
])  # fmt: skip


def _labels(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=LABELS)


@ledger.patient
def record(engine: sa.Engine, row: Mapping[str, Any]) -> None:
    """Notes that an export was made: export, recipe, snapshot, rows, sha256, made_by."""
    with engine.begin() as connection:
        connection.execute(sa.insert(ledger.exports), [{**row, "made_at": ledger.now()}])


def every(engine: sa.Engine) -> list[dict[str, Any]]:
    """The exports made so far, the newest first."""
    query = sa.select(ledger.exports).order_by(ledger.exports.c.made_at.desc())
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
