"""What a lens may read of a run's answers beside their plain columns: options, choices, scores."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from db.arrays import Arrays, coded, where
from db.warehouse import Connection

PLACED = """(SELECT item_id, sample, row_number() OVER (ORDER BY item_id, sample) - 1 AS place
             FROM lake.outputs WHERE run_id = ?) o"""
"""The outputs of a run numbered from 0 in the order of `outputs.columns`."""
OF_ITEMS = """lake.outputs o JOIN lake.runs r USING (run_id)
              LEFT JOIN lake.items i ON i.dataset = r.dataset AND i.item_id = o.item_id"""
"""The outputs with their items."""


def options(
    connection: Connection, run_id: str, row: NDArray[np.int64], limit: int = 0
) -> NDArray[Any]:
    """Natural log-probability by option, one dict an answer (N,); None where there is none.

    `row` (N,) is that of `outputs.columns`. With `limit` only so many that have any are filled:
    enough to see that there are.
    """
    table = (
        connection.cursor()
        .execute(
            f"""SELECT rowid, option_logprobs FROM lake.outputs
                WHERE run_id = ? AND option_logprobs IS NOT NULL
                {f"LIMIT {int(limit)}" if limit else ""}""",
            [run_id],
        )
        .to_arrow_table()
    )
    found = np.full(len(row), None, dtype=object)
    maps = table.column("option_logprobs").combine_chunks()
    # The flat arrays of an Arrow map hold every row's entries end to end: far faster than to_pylist
    values = maps.items.to_numpy(zero_copy_only=False).tolist()
    pairs = zip(coded(maps.keys).cells.tolist(), values, strict=True)
    sizes = np.diff(maps.offsets.to_numpy()).tolist()
    places = where(row, table.column("rowid").to_numpy()).tolist()
    for place, size in zip(places, sizes, strict=True):
        found[place] = dict(islice(pairs, size)) or None
    return found


def optioned(connection: Connection, run_ids: Collection[str]) -> set[str]:
    """Those of the runs whose answers have log-probabilities of options, one known to be right."""
    found = connection.cursor().execute(
        """SELECT DISTINCT o.run_id FROM lake.outputs o JOIN lake.runs r USING (run_id)
           JOIN lake.items i ON i.dataset = r.dataset AND i.item_id = o.item_id
           WHERE o.run_id IN (SELECT unnest(?)) AND cardinality(o.option_logprobs) > 0
             AND i.target IS NOT NULL""",
        [list(run_ids)],
    )
    return {run for (run,) in found.fetchall()}


def choices(connection: Connection, run_id: str, rows: int) -> NDArray[Any]:
    """The texts of the options offered, one list a row (rows,); None where there are none."""
    told = connection.cursor().execute(
        f"""SELECT o.place, i.choices::VARCHAR FROM {PLACED}
            JOIN lake.runs r ON r.run_id = ?
            JOIN lake.items i ON i.dataset = r.dataset AND i.item_id = o.item_id
            WHERE i.choices IS NOT NULL""",
        [run_id, run_id],
    )
    found = np.full(rows, None, dtype=object)
    for place, text in told.fetchall():
        listed = orjson.loads(text)
        if isinstance(listed, list) and listed:
            found[place] = [str(choice) for choice in listed]
    return found


def categories(connection: Connection, run_id: str, rows: int, dimension: str) -> Arrays:
    """The category that the scorers of a dimension named (rows,), None where none did.

    As `<dimension>_category`; empty where no answer has one. Of several scorers the first by name.
    """
    table = (
        connection.cursor()
        .execute(
            f"""SELECT o.place, arg_min(s.category, s.scorer) AS value
                FROM (SELECT item_id, sample, scorer,
                             CASE WHEN contains(raw, '"category"') AND json_valid(raw)
                                  THEN (raw ->> '$.category') END AS category
                      FROM lake.scores WHERE run_id = ? AND dimension = ?) s
                JOIN {PLACED} USING (item_id, sample) WHERE s.category IS NOT NULL
                GROUP BY o.place""",
            [run_id, dimension, run_id],
        )
        .to_arrow_table()
    )
    if table.num_rows == 0:
        return {}
    found = np.full(rows, None, dtype=object)
    found[table.column("place").to_numpy()] = table.column("value").to_pylist()
    return {f"{dimension}_category": found}


def directions(connection: Connection, run_id: str) -> dict[str, str]:
    """Which way each scored dimension of a run goes: harm, good or neither."""
    told = connection.cursor().execute(
        """SELECT dimension, any_value(up) FROM lake.scores WHERE run_id = ?
           GROUP BY dimension ORDER BY dimension""",
        [run_id],
    )
    return {str(name): str(up) for name, up in told.fetchall()}


def texts(
    connection: Connection,
    run_id: str,
    row: NDArray[np.int64],
    name: str,
    limit: int = 0,
    own: bool = True,
) -> NDArray[Any]:
    """The answers' `response` or `prompt` as sent (N,), None where there is none.

    `row` (N,) is that of `outputs.columns`; `own`: an answer may keep a prompt of its own, as it
    was sent. With `limit` only so many are filled: enough to see that there are texts.
    """
    # few rows keep a prompt of their own: the rest need not be parsed for it
    sent = """CASE WHEN contains(o.meta, '"prompt"') THEN o.meta->>'prompt' END"""
    prompt = f"coalesce({sent}, i.prompt)" if own else "i.prompt"
    column = {"response": "o.response", "prompt": prompt}[name]
    asked = "lake.outputs o" if name == "response" else OF_ITEMS
    table = (
        connection.cursor()
        .execute(
            f"""SELECT o.rowid, {column} AS value FROM {asked} WHERE o.run_id = ?
                {f"LIMIT {int(limit)}" if limit else ""}""",
            [run_id],
        )
        .to_arrow_table()
    )
    found = np.full(len(row), None, dtype=object)
    found[where(row, table.column("rowid").to_numpy())] = table.column("value").to_numpy()
    return found


def held(connection: Connection, run_id: str) -> tuple[set[str], list[tuple[list[str], Any]]]:
    """What the first thousand answers of a run hold, and the options of the first twenty.

    Of: options, gold, confidence, correct, answerable, should_abstain. The options are the keys
    and the list of choices (None without) of those that have any.
    """
    cursor = connection.cursor()
    row = cursor.execute(
        """SELECT bool_or(o.option_logprobs IS NOT NULL) AS options,
                  bool_or(i.target IS NOT NULL) AS gold,
                  bool_or(contains(o.meta, '"confidence"')) AS confidence,
                  bool_or(contains(o.meta, '"correct"')) AS correct,
                  bool_or(i.answerable IS NOT NULL) AS answerable,
                  bool_or(i.should_abstain IS NOT NULL) AS should_abstain,
                  list((map_keys(o.option_logprobs), i.choices::VARCHAR))
                    FILTER (o.option_logprobs IS NOT NULL)[:20] AS some
           FROM (SELECT * FROM lake.outputs WHERE run_id = ? LIMIT 1000) o
           JOIN lake.runs r USING (run_id)
           LEFT JOIN lake.items i ON i.dataset = r.dataset AND i.item_id = o.item_id""",
        [run_id],
    ).fetchone()
    names = [column[0] for column in cursor.description or ()][:-1]
    *there, some = row or (None,)
    options = [(keys, orjson.loads(text) if text else None) for keys, text in some or ()]
    return {name for name, yes in zip(names, there, strict=False) if yes}, options


def told_acts(connection: Connection) -> set[str]:
    """The runs whose logs say what the model did."""
    return {run for (run,) in connection.cursor().execute(
        "SELECT DISTINCT run_id FROM lake.acts"
    ).fetchall()}  # fmt: skip
