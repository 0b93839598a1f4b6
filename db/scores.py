"""What judges, classifiers and metrics said of the outputs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from db.arrays import Arrays, arrays, coded, words
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


def rows_of(connection: Connection, run_id: str) -> Arrays:
    """Every score of a run's answers, by answer, dimension and scorer, told by places and codes.

    place (of the output in the order of `outputs.columns`), dimension, scorer, value and up; and
    `code`, the place of the dimension among those there are, by name.
    """
    table = (
        connection.cursor()
        .execute(
            f"""SELECT o.place, s.dimension, s.scorer, s.value, s.up
                FROM (SELECT * FROM lake.scores WHERE run_id = ?) s
                JOIN {PLACED} USING (item_id, sample)""",
            [run_id, run_id],
        )
        .to_arrow_table()
    )
    place, value = (table.column(name).to_numpy() for name in ("place", "value"))
    names, code = coded(table.column("dimension"))
    voices, voice = coded(table.column("scorer"))
    order = np.argsort((place * len(names) + code) * len(voices) + voice, kind="stable")
    return {
        "place": place[order],
        "code": code[order],
        "dimension": names[code[order]],
        "scorer": voices[voice[order]],
        "value": value[order],
        "up": words(table.column("up"))[order],
    }


def means(told: Arrays, rows: int) -> Arrays:
    """Every scored dimension of `rows_of` under its name: the mean of its scorers (rows,).

    NaN where unscored; a score a judge gave no number for counts for nothing.
    """
    found: Arrays = {}
    known = ~np.isnan(told["value"])
    codes, first = np.unique(told["code"], return_index=True)
    for code, name in zip(codes.tolist(), told["dimension"][first].tolist(), strict=True):
        mine = known & (told["code"] == code)
        at = told["place"][mine]
        held = np.bincount(at, minlength=rows)
        sums = np.bincount(at, told["value"][mine], rows)
        found[str(name)] = np.divide(sums, held, out=np.full(rows, np.nan), where=held > 0)
    return found


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
