"""The texts of several answers at once, and how long they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from db.filter import Case, only
from db.outputs import rows
from db.warehouse import Connection

JOINED = """JOIN lake.runs r ON r.run_id = o.run_id
            LEFT JOIN lake.items i ON i.dataset = r.dataset AND i.item_id = o.item_id"""


def several(connection: Connection, cases: Iterable[Case]) -> dict[Case, dict[str, Any]]:
    """Case -> prompt as sent, response, finish, category, model, data set; none where there is no
    such answer."""
    cursor = connection.cursor()
    with only(cursor, cases) as join:
        cursor.execute(
            f"""SELECT o.run_id, o.item_id, o.sample, o.response, o.finish, r.dataset, r.model,
                       i.category,
                       coalesce(o.meta->>'prompt', i.prompt) AS prompt
                FROM lake.outputs o {join} {JOINED}"""
        )
        found = rows(cursor)
    return {(row["run_id"], row["item_id"], row["sample"]): row for row in found}


def bare(connection: Connection, cases: Iterable[Case]) -> dict[Case, dict[str, Any]]:
    """The same for cases whose prompt is there while no model's answer is."""
    cursor = connection.cursor()
    with only(cursor, cases) as join:
        cursor.execute(
            f"""SELECT o.run_id, o.item_id, o.sample, r.dataset, r.model, i.category, i.prompt
                FROM (SELECT run_id, item_id, sample FROM kept) o {join} {JOINED}"""
        )
        found = rows(cursor)
    return {(row["run_id"], row["item_id"], row["sample"]): row for row in found}


def lengths(connection: Connection, cases: Iterable[Case]) -> dict[Case, int]:
    """Case -> characters of its prompt and answer together."""
    cursor = connection.cursor()
    with only(cursor, cases) as join:
        cursor.execute(
            f"""SELECT o.run_id, o.item_id, o.sample, coalesce(length(o.response), 0)
                       + coalesce(length(coalesce(o.meta->>'prompt', i.prompt)), 0)
                FROM lake.outputs o {join} {JOINED}"""
        )
        found = cursor.fetchall()
    return {(str(run), str(item), int(sample)): int(n) for run, item, sample, n in found}
