"""What the models answered: lists without long texts, one case whole, one item across models."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from db.arrays import Columns
from db.arrays import columns as in_columns
from db.filter import OUTPUTS, Case, Filter, only, where
from db.warehouse import Connection

HEAD = """o.run_id, o.item_id, o.sample, r.model, r.dataset, i.category,
          i.opening AS prompt, o.opening AS response, o.finish, o.n_tokens"""
"""What a list shows: the first words, never the long texts."""

ORDER = "r.dataset, o.item_id, r.model, o.sample, o.run_id"
"""Of a list and of an export: no two outputs stand level, so that pages neither repeat nor skip."""


def rows(cursor: Connection) -> list[dict[str, Any]]:
    """The answer of the last query, a dictionary a row."""
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def count(connection: Connection, chosen: Filter, cases: Iterable[Case] | None = None) -> int:
    """How many outputs the filter lets through."""
    condition, values = where(chosen)
    cursor = connection.cursor()
    with only(cursor, cases) as join:
        found = cursor.execute(f"SELECT count(*) FROM {OUTPUTS} {join} WHERE {condition}", values)
        row = found.fetchone()
    return int(row[0]) if row else 0


def page(
    connection: Connection,
    chosen: Filter,
    cases: Iterable[Case] | None = None,
    limit: int = 25,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """One page of the list: HEAD of each output, by data set, item and model.

    With `cases` the list is cut to them and keeps their order.
    """
    condition, values = where(chosen)
    order = ORDER if cases is None else "k.place"
    cursor = connection.cursor()
    with only(cursor, cases) as join:
        cursor.execute(
            f"""SELECT {HEAD} FROM {OUTPUTS} {join} WHERE {condition}
                ORDER BY {order} LIMIT {int(limit)} OFFSET {int(offset)}""",
            values,
        )
        return rows(cursor)


def keys(
    connection: Connection, chosen: Filter, cases: Iterable[Case] | None = None, limit: int = 0
) -> list[Case]:
    """The cases the filter lets through, all of them or the first `limit`."""
    condition, values = where(chosen)
    order = ORDER if cases is None else "k.place"
    cursor = connection.cursor()
    with only(cursor, cases) as join:
        cursor.execute(
            f"""SELECT o.run_id, o.item_id, o.sample FROM {OUTPUTS} {join} WHERE {condition}
                ORDER BY {order} {f"LIMIT {int(limit)}" if limit else ""}""",
            values,
        )
        return [(str(run), str(item), int(sample)) for run, item, sample in cursor.fetchall()]


def one(connection: Connection, run_id: str, item_id: str, sample: int) -> dict[str, Any] | None:
    """One case whole: prompt as sent, response, item and run; None where there is none."""
    found = connection.cursor().execute(
        """SELECT o.run_id, o.item_id, o.sample, r.model, r.revision, r.dataset, r.source,
                  i.category, i.prompt AS item_prompt,
                  coalesce(o.meta->>'prompt', i.prompt) AS prompt,
                  o.response, o.finish, o.n_tokens, o.option_logprobs, o.meta, i.target, i.choices,
                  i.answerable, i.should_abstain, i.tags
           FROM lake.runs r
           JOIN lake.items i ON i.dataset = r.dataset
           LEFT JOIN lake.outputs o
             ON o.run_id = r.run_id AND o.item_id = i.item_id AND o.sample = ?
           WHERE r.run_id = ? AND i.item_id = ?""",
        [sample, run_id, item_id],
    )
    found_rows = rows(found)
    if not found_rows:
        return None
    case = found_rows[0] | {"run_id": run_id, "item_id": item_id, "sample": sample}
    case["meta"] = json.loads(case["meta"]) if case["meta"] else {}
    return case


def siblings(connection: Connection, dataset: str, item_id: str) -> list[dict[str, Any]]:
    """Every answer to one item, by model: run_id, sample, model, response, finish."""
    return rows(
        connection.cursor().execute(
            """SELECT o.run_id, o.item_id, o.sample, r.model, o.response, o.finish, o.n_tokens
               FROM lake.outputs o JOIN lake.runs r USING (run_id)
               WHERE r.dataset = ? AND o.item_id = ?
               ORDER BY r.model, r.made_at, o.run_id, o.sample""",
            [dataset, item_id],
        )
    )


def columns(connection: Connection, run_id: str) -> Columns:
    """Every output of a run, one value a row, for a lens: item_id, sample, category, target,
    answerable, should_abstain, finish, n_tokens (NaN where unknown), prompt_is; and `row`, by which
    it is found again in the lake."""
    return in_columns(
        connection.cursor().execute(
            """SELECT o.item_id, o.sample, i.category, i.target, i.answerable, i.should_abstain,
                      o.finish, o.n_tokens::DOUBLE AS n_tokens, i.tags['prompt_is'] AS prompt_is,
                      o.rowid AS row
               FROM lake.outputs o JOIN lake.runs r USING (run_id)
               LEFT JOIN lake.items i ON i.dataset = r.dataset AND i.item_id = o.item_id
               WHERE o.run_id = ? ORDER BY o.item_id, o.sample""",
            [run_id],
        )
    )


def by_category(connection: Connection, run_ids: Iterable[str]) -> dict[str, dict[str | None, int]]:
    """Run -> category (None: none given) -> how many of its answers are to such prompts."""
    cursor = connection.cursor().execute(
        """SELECT o.run_id, i.category, count(*) FROM lake.outputs o JOIN lake.runs r USING (run_id)
           LEFT JOIN lake.items i ON i.dataset = r.dataset AND i.item_id = o.item_id
           WHERE o.run_id IN (SELECT unnest(?)) GROUP BY ALL""",
        [list(run_ids)],
    )
    found: dict[str, dict[str | None, int]] = {}
    for run_id, category, n in cursor.fetchall():
        found.setdefault(run_id, {})[category] = int(n)
    return found


def by_run(
    connection: Connection, chosen: Filter, cases: Iterable[Case] | None = None
) -> dict[str, int]:
    """Run -> how many of its outputs the filter lets through."""
    condition, values = where(chosen)
    cursor = connection.cursor()
    with only(cursor, cases) as join:
        cursor.execute(
            f"SELECT o.run_id, count(*) FROM {OUTPUTS} {join} WHERE {condition} GROUP BY 1", values
        )
        return {str(run): int(n) for run, n in cursor.fetchall()}


def gaps(
    connection: Connection, chosen: Filter, cases: Iterable[Case] | None = None
) -> dict[str, int]:
    """What is missing among the outputs the filter lets through, in words, and how often."""
    condition, values = where(chosen)
    cursor = connection.cursor()
    with only(cursor, cases) as join:
        row = cursor.execute(
            f"""SELECT count(*) FILTER (o.response IS NULL OR trim(o.response) = ''),
                       count(*) FILTER (o.finish = 'length'),
                       count(*) FILTER (i.prompt IS NULL)
                FROM {OUTPUTS} {join} WHERE {condition}""",
            values,
        ).fetchone()
        lost = cursor.execute(
            f"""SELECT count(*) FROM lake.scores s SEMI JOIN (
                  SELECT o.run_id, o.item_id, o.sample FROM {OUTPUTS} {join} WHERE {condition}
                ) USING (run_id, item_id, sample) WHERE s.value IS NULL""",
            values,
        ).fetchone()
    named = (
        "outputs have no text",
        "outputs were cut off by a length limit",
        "outputs have no prompt",
        "scores have no value: the judge gave none",
    )
    return dict(zip(named, (int(n) for n in (*(row or ()), *(lost or ()))), strict=True))
