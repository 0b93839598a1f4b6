"""What the labels of picked outputs come to, by rule; and the labels of a field as codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from db import same, told
from db.columns import label_column
from db.exports import KEY, SAID
from db.labels import ADJUDICATOR
from db.warehouse import Connection

TALLY = f"""
  SELECT o, field, sum(k)::BIGINT AS n, max(masked) FILTER (ruled) AS ruled,
         (sum(k * (k - 1)) / nullif(sum(k) * (sum(k) - 1), 0))::DOUBLE AS agreement,
         CASE WHEN count(*) FILTER (k > 0) < 2 OR max(k, 2)[1] > max(k, 2)[2]
              THEN max_by(masked, k) FILTER (k > 0) END AS most
  FROM (SELECT o, field, value, any_value(masked) AS masked,
               bool_or(person = '{ADJUDICATOR}') AS ruled,
               count(*) FILTER (person <> '{ADJUDICATOR}') AS k
        FROM votes WHERE o BETWEEN LOW AND HIGH GROUP BY o, field, value)
  GROUP BY o, field"""
"""Of each picked output and field: how many labeled it, the share of pairs of them that agree, the
adjudicated label and the most frequent one (empty on a tie)."""
SHARES = f"""
  SELECT o, field, list_transform(told, x -> {{'value': x.value, 'share': x.k / n}}) AS shares
  FROM (SELECT o, field, list({{'value': masked, 'k': k}} ORDER BY masked) AS told, sum(k) AS n
        FROM (SELECT o, field, masked, count(*) AS k FROM votes
              WHERE person <> '{ADJUDICATOR}' AND o BETWEEN LOW AND HIGH GROUP BY o, field, masked)
        GROUP BY o, field)"""
"""Of each, every value with the share of people who gave it, in order."""
RULES = {
    "settled": "coalesce(t.ruled, t.most)", "majority": "t.most",
    "dawid_skene": "if(m.f IS NULL, t.most, m.label)",
}  # fmt: skip
"""Rule -> the label it comes to. Where a field was modeled, the model alone counts."""
ALL = (0, 2**62)


def said(cursor: Connection, fields: Sequence[str], rule: str) -> Iterator[int]:
    """Makes `said`, a row a labeled output with what its labels come to; yields how many so far.

    Beside the resolved value stand how many people labeled it, the share of pairs of them who
    agree, and every raw label, under the names of `told_names`.
    """
    columns = [f"coalesce(max(t.n) FILTER (t.f = {f}), 0) AS {label_column('people', name)}, "
               f"max(t.agreement) FILTER (t.f = {f}) AS {label_column('agreement', name)}"
               for f, name in enumerate(fields)]  # fmt: skip
    if rule == "soft":
        columns += [f"coalesce(any_value(t.shares) FILTER (t.f = {f}), []) AS "
                    f"{label_column('soft', name)}" for f, name in enumerate(fields)]  # fmt: skip
    elif rule != "raw":
        columns += [f"max({RULES[rule]}) FILTER (t.f = {f}) AS "
                    f"{label_column('label', name)}" for f, name in enumerate(fields)]  # fmt: skip
    numbered = _numbered(cursor, "told_fields", fields)
    soft = f"LEFT JOIN ({SHARES}) USING (o, field)" if rule == "soft" else ""
    modeled = "LEFT JOIN modeled m ON m.o = t.o AND m.f = t.f" if rule == "dawid_skene" else ""
    query = f"""
      SELECT * FROM (SELECT t.o, {", ".join(columns)} FROM (
                       SELECT * FROM ({TALLY}) {soft} JOIN {numbered} USING (field)) t {modeled}
                     GROUP BY t.o)
      JOIN (SELECT o, list({{'field': field, 'person': name, 'value': masked}}
                           ORDER BY field, name)::{SAID} AS annotations
            FROM votes JOIN told_names USING (person) WHERE o BETWEEN LOW AND HIGH GROUP BY o)
      USING (o) ORDER BY o"""
    done = 0
    for number, (low, high) in enumerate(told.chunks(cursor) or [ALL]):
        do = "INSERT INTO said" if number else "CREATE OR REPLACE TABLE said AS"
        cursor.execute(f"{do} {_within(query, low, high)}")
        yield (done := done + told.CHUNK)


def _within(query: str, low: int, high: int) -> str:
    return query.replace("LOW AND HIGH", f"{low} AND {high}")


def labeled(values: Mapping[str, Sequence[str]]) -> tuple[str, list[Any]]:
    """The query of the outputs whose labels come to one of these values in each field."""
    tally = _within(TALLY, *ALL)
    one = f"SELECT o FROM ({tally}) WHERE field = ? AND coalesce(ruled, most) IN (SELECT unnest(?))"
    bound = [part for field, wanted in values.items() for part in (field, list(wanted))]
    return " INTERSECT ".join([one] * len(values)), bound


def agreeing(least: int, asked: tuple[str, float, float] | None) -> tuple[str, list[Any]]:
    """The query of the outputs that so many people labeled, and who agree so far on a field."""
    enough = f"""SELECT o FROM votes WHERE o IS NOT NULL GROUP BY o
                 HAVING count(DISTINCT person) FILTER (person <> '{ADJUDICATOR}') >= ?"""
    if asked is None:
        return enough, [least]
    tally = _within(TALLY, *ALL)
    alike = f"SELECT o FROM ({tally}) WHERE field = ? AND agreement BETWEEN ? AND ?"
    return f"{enough} INTERSECT {alike}", [least, *asked]


class Codes(NamedTuple):
    """The labels of one field, the adjudicated ones left out, in the order of their cases.

    `case` is their number in `told_cases`, `item` counts those that are there from 0; `person` and
    `value` count among `people` and `values`, which are in order.
    """

    case: NDArray[np.int64]
    item: NDArray[np.int64]
    person: NDArray[np.int64]
    value: NDArray[np.int64]
    people: int
    values: list[str]


def of_runs(cursor: Connection, field: str) -> Codes:
    """The labels of all cases of the runs of which one with a label is picked."""
    runs = "SELECT run_id FROM told_cases JOIN (SELECT c FROM held WHERE o IS NOT NULL) USING (c)"
    source = f"""SELECT c, person, value FROM votes
                 WHERE field = ? AND person <> '{ADJUDICATOR}' AND c IN (
                   SELECT c FROM told_cases WHERE run_id IN ({runs}))"""
    return _codes(cursor, source, field)


def meet(cursor: Connection) -> None:
    """Makes `met`: the number of a case -> that of the answer it is about, and of its prompt.

    Several files may hold one answer: it counts as that of the run that was loaded first.
    """
    runs = cursor.execute(
        "SELECT DISTINCT run_id FROM told_cases JOIN held USING (c) WHERE held.o IS NOT NULL"
    ).fetchall()
    cursor.execute(
        f"""CREATE OR REPLACE TABLE met AS
            SELECT c, dense_rank() OVER (ORDER BY coalesce(f.first, t.run_id), item_id, sample) - 1
                     AS m,
                   dense_rank() OVER (ORDER BY r.dataset, item_id) - 1 AS prompt
            FROM told_cases t JOIN lake.runs r USING (run_id)
            LEFT JOIN (SELECT {KEY}, max(first) AS first FROM ({same.QUERY})
                       GROUP BY ALL) f USING ({KEY}) WHERE t.o IS NOT NULL""",
        [[run for (run,) in runs]],
    )


def prompts(cursor: Connection, answers: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """The prompt of each of these answers, numbers in `met`; None where each has one of its own."""
    of = cursor.execute("SELECT m, any_value(prompt) AS p FROM met GROUP BY m ORDER BY m")
    told = of.to_arrow_table()["p"].to_numpy()[np.unique(answers)]
    return None if np.unique(told).size == told.size else told


def of_picked(cursor: Connection, field: str) -> Codes:
    """The labels of what is picked (see `meet`); of what a person said twice the last holds."""
    source = f"""SELECT m AS c, person, max_by(value, seq) AS value FROM held JOIN met USING (c)
                 WHERE field = ? AND person <> '{ADJUDICATOR}' GROUP BY m, person"""
    return _codes(cursor, source, field)


def _codes(cursor: Connection, source: str, field: str) -> Codes:
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE coded AS {source}", [field])
    people, values = (
        [
            str(one)
            for (one,) in cursor.execute(f"SELECT DISTINCT {n} FROM coded ORDER BY 1").fetchall()
        ]
        for n in ("person", "value")
    )
    who = _numbered(cursor, "told_people", people, "person", "p")
    what = _numbered(cursor, "told_values", values, "value", "v")
    found = cursor.execute(
        f"""SELECT c, p, v FROM coded JOIN {who} USING (person) JOIN {what} USING (value)
            ORDER BY c, p"""
    ).to_arrow_table()
    case, person, value = (found[name].to_numpy() for name in ("c", "p", "v"))
    _, item = np.unique(case, return_inverse=True)
    return Codes(case, item, person, value, len(people), values)


def model(cursor: Connection) -> None:
    """Makes `modeled` empty: what a model says of an output (`o`) in a field (its number `f`)."""
    cursor.execute("CREATE OR REPLACE TABLE modeled (o BIGINT, f BIGINT, label VARCHAR)")


def modeled(
    cursor: Connection, field: int, case: NDArray[np.int64], label: Sequence[str | None]
) -> None:
    """Keeps the labels a model gives the cases, as they may be passed on, or None."""
    cursor.register("told_labels", pa.table({"c": case, "label": pa.array(label, pa.string())}))
    cursor.execute(
        f"INSERT INTO modeled SELECT o, {field}, label FROM told_labels JOIN told_cases USING (c) "
        "WHERE o IS NOT NULL"
    )


def masked(cursor: Connection, field: str) -> dict[str, str]:
    """Value of a field -> as it may be passed on."""
    found = cursor.execute(
        "SELECT value, any_value(masked) FROM votes WHERE field = ? GROUP BY value", [field]
    )
    return dict(found.fetchall())


def _each(cursor: Connection, query: str) -> list[str]:
    return [str(one) for (one,) in cursor.execute(f"{query} ORDER BY 1").fetchall()]


def _numbered(
    cursor: Connection, table: str, names: Sequence[str], name: str = "field", number: str = "f"
) -> str:
    """Registers names with their numbers; returns the table's own name."""
    cursor.register(table, pa.table({
        name: pa.array(names, pa.string()), number: np.arange(len(names), dtype=np.int64),
    }))  # fmt: skip
    return table
