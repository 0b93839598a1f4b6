"""Which outputs: the one filter that Cases, Export and campaigns share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from db.warehouse import Connection

Case = tuple[str, str, int]
"""One answer: run_id, item_id, sample."""

OUTPUTS = """lake.outputs o JOIN lake.runs r USING (run_id)
             LEFT JOIN lake.items i ON i.dataset = r.dataset AND i.item_id = o.item_id"""


@dataclass(frozen=True, slots=True)
class Filter:
    """Empty fields let everything through; filled ones are all met at once.

    `words` are looked for in prompt and answer, upper and lower case alike; "two words" in quotes
    stand together. `dimension` with `low` and `high` bounds the mean of its judges' scores.
    """

    runs: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    words: str = ""
    dimension: str = ""
    low: float = 0.0
    high: float = 1.0


def terms(words: str) -> list[str]:
    """The words and quoted phrases of a search, in lower case.

    >>> terms('Harbor "two words" ')
    ['harbor', 'two words']
    """
    found = re.findall(r'"([^"]+)"|(\S+)', words.lower())
    return [phrase or word for phrase, word in found if (phrase or word).strip('"')]


def where(chosen: Filter) -> tuple[str, list[Any]]:
    """The filter as a condition over OUTPUTS, with the values to bind."""
    parts: list[str] = []
    values: list[Any] = []
    for column, wanted in (
        ("o.run_id", chosen.runs),
        ("r.model", chosen.models),
        ("r.dataset", chosen.datasets),
        ("i.category", chosen.categories),
    ):
        if wanted:
            parts.append(f"{column} IN (SELECT unnest(?))")
            values.append(list(wanted))
    for term in terms(chosen.words):
        parts.append("(contains(lower(o.response), ?) OR contains(lower(i.prompt), ?))")
        values += [term, term]
    if chosen.dimension:
        parts.append(
            "(o.run_id, o.item_id, o.sample) IN (SELECT (run_id, item_id, sample) FROM lake.scores "
            "WHERE dimension = ? GROUP BY ALL HAVING round(avg(value), 12) BETWEEN ? AND ?)"
        )
        values += [chosen.dimension, chosen.low, chosen.high]
    return " AND ".join(parts) or "true", values


@contextmanager
def only(cursor: Connection, cases: Iterable[Case] | None) -> Iterator[str]:
    """A join that keeps just these cases, in their order (`k.place`); nothing for None."""
    if cases is None:
        yield ""
        return
    rows = list(cases)
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    run, item, sample = columns
    table = pa.table({
        "run_id": pa.array(run, pa.string()),
        "item_id": pa.array(item, pa.string()),
        "sample": pa.array(sample, pa.int64()),
        "place": pa.array(range(len(rows)), pa.int64()),
    })  # fmt: skip
    cursor.register("kept", table)
    try:
        yield (
            "JOIN kept k ON k.run_id = o.run_id AND k.item_id = o.item_id AND k.sample = o.sample"
        )
    finally:
        cursor.unregister("kept")
