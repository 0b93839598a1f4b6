"""What a scorer is given: prompts of a data set, or answers with the prompts they were given to."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import pyarrow as pa

from db.filter import OUTPUTS, Case, Filter, only, where
from db.outputs import rows
from db.warehouse import Connection

PROMPT = "i.item_id, i.category, i.target, i.choices, i.should_abstain, i.tags"

OFFERS = "coalesce(json_array_length(i.choices), 0) > 0"


def prompts(connection: Connection, dataset: str, items: Sequence[str]) -> list[dict[str, Any]]:
    """These prompts, in this order, with what is known of each; one that has no text is left out.

    item_id, prompt, category, target, choices (a list or None), should_abstain, tags.
    """
    table = pa.table({
        "item_id": pa.array(items, pa.string()),
        "place": pa.array(range(len(items)), pa.int64()),
    })  # fmt: skip
    cursor = connection.cursor()
    cursor.register("asked", table)
    try:
        found = cursor.execute(
            f"""SELECT i.prompt, {PROMPT} FROM lake.items i JOIN asked a USING (item_id)
                WHERE i.dataset = ? AND i.prompt IS NOT NULL ORDER BY a.place""",
            [dataset],
        )
        return [_told(row) for row in rows(found)]
    finally:
        cursor.unregister("asked")


def answers(connection: Connection, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """These answers, in this order: the prompt as it was sent, response, finish, meta, and all
    that `prompts` tells."""
    cursor = connection.cursor()
    with only(cursor, cases) as join:
        cursor.execute(
            f"""SELECT o.run_id, o.sample, coalesce(o.meta->>'prompt', i.prompt) AS prompt,
                       o.response, o.finish, o.meta, o.item_id, {PROMPT.partition(", ")[2]}
                FROM {OUTPUTS} {join} ORDER BY k.place"""
        )
        return [_told(row) for row in rows(cursor)]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    for name in ("choices", "meta"):
        if isinstance(row.get(name), str):
            row[name] = json.loads(row[name])
    return row


def items(
    connection: Connection, datasets: Collection[str], categories: Collection[str]
) -> list[tuple[Case, bool]]:
    """Every prompt of these data sets and categories (none: all), answered or not.

    As ((data set, item, 0), whether it offers options), by data set and item.
    """
    parts, values = ["i.prompt IS NOT NULL"], list[Any]()
    for column, wanted in (("i.dataset", datasets), ("i.category", categories)):
        if wanted:
            parts.append(f"{column} IN (SELECT unnest(?))")
            values.append(list(wanted))
    found = connection.cursor().execute(
        f"""SELECT i.dataset, i.item_id, {OFFERS} FROM lake.items i
            WHERE {" AND ".join(parts)} ORDER BY 1, 2""",
        values,
    )
    return [((dataset, item, 0), offers) for dataset, item, offers in found.fetchall()]


def behind(
    connection: Connection, chosen: Filter, cases: Sequence[Case] | None
) -> list[tuple[Case, bool]]:
    """The prompts behind the answers a filter lets through, as `items` gives them."""
    condition, values = where(chosen)
    cursor = connection.cursor()
    with only(cursor, cases) as join:
        cursor.execute(
            f"""SELECT DISTINCT r.dataset, o.item_id, {OFFERS} FROM {OUTPUTS} {join}
                WHERE {condition} AND i.prompt IS NOT NULL ORDER BY 1, 2""",
            values,
        )
        return [((dataset, item, 0), offers) for dataset, item, offers in cursor.fetchall()]


def size(connection: Connection, cases: Sequence[Case], answered: bool) -> tuple[int, int]:
    """How many characters the prompts of these cases have, and the answers where they count."""
    table = pa.table({
        "run_id": pa.array([run for run, _, _ in cases], pa.string()),
        "item_id": pa.array([item for _, item, _ in cases], pa.string()),
        "sample": pa.array([sample for _, _, sample in cases], pa.int64()),
    })  # fmt: skip
    cursor = connection.cursor()
    cursor.register("asked", table)
    joined = (
        f"{OUTPUTS} JOIN asked a ON a.run_id = o.run_id AND a.item_id = o.item_id "
        "AND a.sample = o.sample"
        if answered
        else "lake.items i JOIN asked a ON i.dataset = a.run_id AND i.item_id = a.item_id"
    )
    said = "coalesce(sum(length(o.response)), 0)" if answered else "0"
    try:
        row = cursor.execute(f"SELECT coalesce(sum(length(i.prompt)), 0), {said} FROM {joined}")
        asked, answer = row.fetchone() or (0, 0)
        return int(asked), int(answer)
    finally:
        cursor.unregister("asked")
