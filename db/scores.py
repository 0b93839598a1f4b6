"""What judges, classifiers and metrics said of the outputs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from db.arrays import Arrays, arrays
from db.filter import Case, only
from db.outputs import rows
from db.warehouse import Connection

TAGS = frozenset({"pair_id", "prompt_variant"})
"""Tags of the prompt that lenses of scores may ask for."""


def columns(connection: Connection, run_id: str, tags: Collection[str] = ()) -> Arrays:
    """Every score of a run, one value a row, for a lens: item_id, sample, category, dimension,
    scorer, value (NaN where a judge gave no number), up; and those of TAGS that are asked for."""
    more = "".join(f", i.tags['{name}'] AS {name}" for name in sorted(TAGS.intersection(tags)))
    return arrays(
        connection.cursor().execute(
            f"""SELECT s.item_id, s.sample, i.category, s.dimension, s.scorer, s.value, s.up{more}
               FROM lake.scores s JOIN lake.runs r USING (run_id)
               LEFT JOIN lake.items i ON i.dataset = r.dataset AND i.item_id = s.item_id
               WHERE s.run_id = ? ORDER BY s.item_id, s.sample, s.dimension, s.scorer""",
            [run_id],
        )
    )


def of_cases(connection: Connection, cases: Iterable[Case]) -> list[dict[str, Any]]:
    """Every score of these cases: case, dimension, scorer, value, raw, up."""
    cursor = connection.cursor()
    with only(cursor, cases) as join:
        cursor.execute(
            f"""SELECT o.run_id, o.item_id, o.sample, o.dimension, o.scorer, o.value, o.raw, o.up
                FROM lake.scores o {join} ORDER BY o.dimension, o.scorer"""
        )
        return rows(cursor)


def dimensions(connection: Connection) -> list[dict[str, Any]]:
    """What is scored, in which run, which way is up, by which judges and how often."""
    return rows(
        connection.cursor().execute(
            """SELECT run_id, dimension, any_value(up) AS up, count(*) AS n,
                      count(*) FILTER (value IS NULL) AS lost,
                      list(DISTINCT scorer ORDER BY scorer) AS scorers
               FROM lake.scores GROUP BY 1, 2 ORDER BY 2, 1"""
        )
    )
