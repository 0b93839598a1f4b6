"""What people said about the picked outputs: label events beside the lake, and which of them hold.

Events stream out of the ledger into a file, `told_events`; `told_cases` numbers the cases they are
about in order (`o` is the picked output's row, empty where it is not picked), `held` are the labels
that hold, and `votes` what each person said of a case in a field, of several campaigns the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet

from db.columns import WEIGHT
from db.exports import KEY
from db.labels import ADJUDICATOR
from db.warehouse import Connection

CHUNK = 50_000
"""Labeled cases that are worked on at a time."""
BATCH = 8192
UNDONE = "SELECT undoes FROM told_events WHERE undoes IS NOT NULL"


def gather(cursor: Connection, parts: Iterable[pa.Table], folder: Path) -> Iterator[int]:
    """Puts label events aside in `folder`, to be read from there; yields how many so far.

    The parts have the columns of the ledger; the first may be empty and tells the types.
    """
    told, n = iter(parts), 0
    first = next(told)
    path = folder / "events.parquet"
    with parquet.ParquetWriter(path, first.schema, compression="zstd") as writer:
        for part in chain([first], told):
            writer.write_table(part)
            n += part.num_rows
            yield n
    named = str(path).replace("'", "''")
    cursor.execute(f"CREATE OR REPLACE VIEW told_events AS FROM read_parquet('{named}')")


def place(cursor: Connection) -> None:
    """Makes `told_cases`, and `told_masks` empty (see `mask`)."""
    cursor.execute(
        f"""CREATE OR REPLACE TABLE told_cases AS
            SELECT row_number() OVER (ORDER BY {KEY}) - 1 AS c, *
            FROM (SELECT DISTINCT {KEY} FROM told_events)
            LEFT JOIN (SELECT o, {KEY} FROM picks) USING ({KEY})"""
    )
    cursor.execute("CREATE OR REPLACE TABLE told_masks (value VARCHAR, masked VARCHAR)")


def values(cursor: Connection) -> Iterator[dict[str, int]]:
    """Every label there is of what is picked, with how many events say so, some thousand at a
    time."""
    reader = cursor.cursor()
    try:
        query = f"""SELECT value, count(*) AS n FROM told_events JOIN told_cases USING ({KEY})
                    WHERE o IS NOT NULL GROUP BY value ORDER BY value"""
        for part in reader.execute(query).to_arrow_reader(BATCH):
            yield dict(zip(*(part[name].to_pylist() for name in ("value", "n")), strict=True))
    finally:
        reader.close()


def mask(cursor: Connection, masked: dict[str, str]) -> None:
    """Keeps how these labels may be passed on; all others stay as they are."""
    cursor.register("told_masked", _pairs("value", "masked", masked))
    cursor.execute("INSERT INTO told_masks FROM told_masked")


def hold(cursor: Connection) -> Iterator[str]:
    """Makes `held` and `votes`; yields what it is about to do.

    A label holds as in the ledger: of each campaign, person and case the latest save not undone, of
    an import field by field. `masked` is its value as it may be passed on.
    """
    yield "which of them hold"
    cursor.execute(
        f"""CREATE OR REPLACE TABLE held AS
            SELECT seq, c, o, campaign, person, field, value, coalesce(masked, value) AS masked,
                   scheme, scheme_version, guideline_version
            FROM (SELECT e.*, c, o, first_value(event) OVER (
                    PARTITION BY campaign, person, c, if(what = 'import', field, '')
                    ORDER BY seq DESC) AS latest
                  FROM told_events e JOIN told_cases USING ({KEY})
                  WHERE what IN ('label', 'import') AND event NOT IN ({UNDONE}))
            LEFT JOIN told_masks USING (value) WHERE event = latest"""
    )
    yield "what each person said"
    cursor.execute(
        """CREATE OR REPLACE TABLE votes AS
           SELECT c, o, field, person, max_by(value, seq) AS value, max_by(masked, seq) AS masked
           FROM held GROUP BY c, o, field, person ORDER BY o, c"""
    )


def order(cursor: Connection, named: dict[str, str]) -> Iterator[int]:
    """Makes `rows_labels`: every event about what is picked, by output and time; yields how many.

    `named` says under which name a person appears.
    """
    cursor.register("told_names", _pairs("person", "name", named))
    done = 0
    for number, (low, high) in enumerate(chunks(cursor) or [(0, 0)]):
        do = "INSERT INTO rows_labels" if number else "CREATE OR REPLACE TABLE rows_labels AS"
        cursor.execute(
            f"""{do} SELECT * EXCLUDE (case_o), {WEIGHT["labels"]} AS weight,
                   row_number() OVER (ORDER BY case_o, made_at, event, field) - 1 + {done} AS o
            FROM (SELECT e.* EXCLUDE (seq, person, value), n.name AS person,
                         coalesce(masked, value) AS value, h.seq IS NOT NULL AS holds, c.o AS case_o
                  FROM told_events e JOIN told_cases c USING ({KEY})
                  JOIN told_names n ON n.person = e.person LEFT JOIN told_masks USING (value)
                  LEFT JOIN (SELECT seq FROM held WHERE o BETWEEN {low} AND {high}) h USING (seq)
                  WHERE c.o BETWEEN {low} AND {high})
            ORDER BY o"""
        )
        row = cursor.execute("SELECT count(*) FROM rows_labels").fetchone()
        yield (done := int(row[0]) if row else 0)


def leave(cursor: Connection) -> None:
    """Gives back the room of what only `rows_labels` and `said` were made of."""
    for table in ("told_cases", "told_masks", "held", "votes"):
        cursor.execute(f"DROP TABLE {table}")


def people(cursor: Connection) -> list[str]:
    """Everybody who left an event, in order."""
    return _column(cursor, "SELECT DISTINCT person FROM told_events ORDER BY 1")


def fields(cursor: Connection) -> list[str]:
    """The label fields of what is picked, in order."""
    return _column(cursor, "SELECT DISTINCT field FROM votes WHERE o IS NOT NULL ORDER BY 1")


def facts(cursor: Connection) -> dict[str, Any]:
    """How what is picked was labeled.

    `people` without the adjudicator, cases `labeled` and `adjudicated`, `schemes` with versions,
    `guidelines` as (campaign, version), and when the `last_label` was made ('' for none).
    """
    n = cursor.execute(
        """SELECT count(DISTINCT person) FILTER (person <> $who), count(DISTINCT c),
                  count(DISTINCT c) FILTER (person = $who)
           FROM held WHERE o IS NOT NULL""",
        {"who": ADJUDICATOR},
    ).fetchone() or (0, 0, 0)  # fmt: skip
    last = cursor.execute(
        """SELECT max(made_at) FROM told_events
           SEMI JOIN (SELECT seq FROM held WHERE o IS NOT NULL) USING (seq)"""
    ).fetchone()
    told = "SELECT DISTINCT {} FROM held WHERE o IS NOT NULL"
    schemes = cursor.execute(told.format("scheme, scheme_version")).fetchall()
    guided = told.format("campaign, guideline_version") + " AND guideline_version IS NOT NULL"
    return {
        **dict(zip(("people", "labeled", "adjudicated"), map(int, n), strict=True)),
        "schemes": sorted((str(name), int(version)) for name, version in schemes),
        "guidelines": cursor.execute(guided).fetchall(),
        "last_label": str(last[0]) if last and last[0] else "",
    }


def chunks(cursor: Connection) -> list[tuple[int, int]]:
    """The first and the last picked output of each CHUNK labeled ones."""
    return [
        (int(low), int(high))
        for low, high in cursor.execute(
            f"""SELECT min(o), max(o) FROM (
                  SELECT o, (row_number() OVER (ORDER BY o) - 1) // {CHUNK} AS part
                  FROM told_cases WHERE o IS NOT NULL)
                GROUP BY part ORDER BY part"""
        ).fetchall()
    ]


def _pairs(one: str, other: str, told: dict[str, str]) -> pa.Table:
    return pa.table({
        one: pa.array(list(told), pa.string()), other: pa.array(list(told.values()), pa.string()),
    })  # fmt: skip


def _column(cursor: Connection, query: str) -> list[str]:
    return [str(value) for (value,) in cursor.execute(query).fetchall()]
