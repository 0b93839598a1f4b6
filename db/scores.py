"""What judges, classifiers and metrics said of the outputs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.arrays import Arrays, Columns, arrays, coded
from db.features import PLACED
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


class Rows(NamedTuple):
    """Scores by answer, dimension and scorer: `place` of the output in the order of
    `outputs.columns`, `value`, and for dimension, scorer and up the texts with each row's code."""

    place: NDArray[np.int64]
    value: NDArray[np.float64]
    coded: Columns


def rows_of(connection: Connection, run_id: str) -> Rows:
    """Every score of a run's answers.

    The texts of dimension, scorer and up are told once for all rows that share them.
    """
    cursor = connection.cursor()
    kinds = cursor.execute(
        "SELECT dimension, scorer, up FROM lake.scores WHERE run_id = ? GROUP BY ALL ORDER BY ALL",
        [run_id],
    ).to_arrow_table()
    table = cursor.execute(
        f"""SELECT o.place, s.value, k.kind
            FROM (SELECT * FROM lake.scores WHERE run_id = ?) s
            JOIN {PLACED} USING (item_id, sample)
            JOIN (SELECT unnest(?::VARCHAR[]) AS dimension, unnest(?::VARCHAR[]) AS scorer,
                         unnest(?::VARCHAR[]) AS up, unnest(range(?))::INTEGER AS kind) k
              ON s.dimension IS NOT DISTINCT FROM k.dimension
             AND s.scorer IS NOT DISTINCT FROM k.scorer AND s.up IS NOT DISTINCT FROM k.up""",
        [run_id, run_id, *(column.to_pylist() for column in kinds.columns), len(kinds)],
    ).to_arrow_table()
    place, value, kind = (table.column(name).to_numpy() for name in ("place", "value", "kind"))
    told = {name: coded(kinds.column(name)) for name in ("dimension", "scorer", "up")}
    voices = len(told["scorer"].names)
    rank = told["dimension"].place * voices + told["scorer"].place
    order = np.argsort(place * (rank.max(initial=0) + 1) + rank[kind], kind="stable")
    each = kind[order]
    ordered: Columns = {name: one.at(each) for name, one in told.items()}
    return Rows(place[order], value[order], ordered)


def means(
    place: NDArray[np.int64],
    value: NDArray[np.float64],
    names: NDArray[Any],
    code: NDArray[np.int64],
    rows: int,
) -> Arrays:
    """Every scored dimension under its name: the mean of its scorers (rows,).

    NaN where unscored; a score a judge gave no number for counts for nothing.
    """
    known = ~np.isnan(value)
    cell, wide = (code * rows + place)[known], len(names) * rows
    held = np.bincount(cell, minlength=wide)
    sums = np.bincount(cell, value[known], wide)
    found = np.divide(sums, held, out=np.full(wide, np.nan), where=held > 0)
    return {str(n): one.copy() for n, one in zip(names, found.reshape(-1, rows), strict=True)}


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
