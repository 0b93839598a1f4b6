"""The same answer in several runs: two files may hold one model's answers, labeled apart."""

from __future__ import annotations

from collections.abc import Iterable

from db.filter import Case
from db.warehouse import Connection

WORDS = r"regexp_replace(lower(o.response), '[^\pL\pN]+', '', 'g')"

QUERY = f"""WITH asked AS (SELECT run_id, coalesce(model, '') AS model, dataset, made_at
              FROM lake.runs WHERE run_id IN (SELECT unnest(?))),
     alike AS (FROM asked WHERE (model, dataset) IN
               (SELECT (model, dataset) FROM asked GROUP BY ALL HAVING count(*) > 1)),
     held AS (SELECT a.run_id, a.made_at, a.model, a.dataset, o.item_id, o.sample,
                     hash({WORDS}) AS words
              FROM alike a JOIN lake.outputs o USING (run_id)
              UNION ALL
              SELECT a.run_id, a.made_at, a.model, a.dataset, i.item_id, 0, 0
              FROM alike a JOIN lake.items i USING (dataset) WHERE a.model = ''),
     told AS (SELECT run_id, item_id, sample, first_value(run_id) OVER (
                PARTITION BY model, dataset, item_id, sample, words
                ORDER BY made_at, run_id) AS first
              FROM held)
FROM told WHERE first <> run_id"""
"""Each case of the runs that are bound, whose answer another run held first, with that run."""


def firsts(connection: Connection, runs: Iterable[str]) -> dict[Case, str]:
    """Case -> the run loaded first that holds the same answer; only where that is another run.

    The same is: model, data set, item, sample and the words of the answer, whatever stands between
    them: copies lose a full stop or gain a line. Of prompts that nobody answered, data set and item
    alone count.
    """
    found = connection.cursor().execute(QUERY, [list(runs)])
    return {(run, item, sample): first for run, item, sample, first in found.fetchall()}
