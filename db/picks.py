"""The outputs an export takes: chosen, thinned out, drawn and split, each step counted.

They lie in the table `picks` beside the lake, in a connection of the export's own: `o`, `i` and
`run` are the rows of the answer, of its prompt and of its run in the lake, `probability` that with
which the answer was drawn, `split` its part or NULL; run, item and sample are its key, `category`
is its prompt's. Where they are weighed, `weight` is the bytes of an answer in memory and `length`
those of its prompt (NULL for none), `blank` whether it has no text, and `cut` whether a limit of
length cut it off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from db.columns import WEIGHT
from db.filter import OUTPUTS, Case, Filter, only, where
from db.outputs import rows
from db.warehouse import Connection

By = Literal["category", "model", "dataset"]
GROUPS: dict[str, str] = {"": "''", "category": "coalesce(p.category, 'none')",
                          "model": "coalesce(r.model, 'none')", "dataset": "r.dataset"}  # fmt: skip
PICKED = """picks p JOIN lake.outputs o ON o.rowid = p.o JOIN lake.runs r ON r.run_id = p.run_id
            LEFT JOIN lake.items i ON i.rowid = p.i"""
BLANK = """CASE WHEN response IS NULL THEN true
  WHEN response < '!' THEN trim(left(response, 160)) = '' ELSE false END"""
"""Whether an answer has no text: its first words are all blank. What comes later is not read."""
WEIGHED = {
    "weight": f"({WEIGHT['outputs']})::INTEGER", "blank": BLANK, "cut": "finish = 'length'",
}  # fmt: skip
LENGTH = "strlen(prompt)::INTEGER"
TEXTS = {
    "prompt": "coalesce(i.prompt, '')",
    "answer": "coalesce(o.response, '')",
    "both": "coalesce(i.prompt, '') || chr(10) || coalesce(o.response, '')",
}
"""What near-duplicates are told by -> its text."""
BATCH = 8192


def start(
    cursor: Connection, chosen: Filter, cases: Iterable[Case] | None = None, *, weigh: bool = True
) -> int:
    """Picks what the filter lets through, weighed for an export or not; returns how many."""
    condition, values = where(chosen)
    measured = ", ".join(f"o.{name}" for name in WEIGHED) + ", i.length," if weigh else ""
    with only(cursor, cases) as join:
        cursor.execute(
            f"""CREATE OR REPLACE TABLE picks AS
                SELECT o.place AS o, i.place AS i, r.rowid AS run, o.run_id, o.item_id, o.sample,
                       i.category, {measured} 1.0::DOUBLE AS probability, NULL::VARCHAR AS split
                FROM {_placed(weigh)} {join} WHERE {condition} ORDER BY o, i""",
            values,
        )
    places = cursor.execute("SELECT o FROM picks").fetchnumpy()["o"]
    if not np.diff(places).all():  # a prompt that was loaded twice at once: the first counts
        cut(cursor, "SELECT DISTINCT ON (o) * FROM (FROM picks ORDER BY o, i)")
    return count(cursor)


def _placed(weigh: bool) -> str:
    """OUTPUTS with their places, and measured where they are weighed.

    That comes before the join, so that it holds numbers and no texts.
    """
    told = {"outputs o": WEIGHED, "items i": {"length": LENGTH}}
    joined = OUTPUTS
    for name, columns in told.items():
        table, short = name.split()
        more = "".join(f", {sql} AS {column}" for column, sql in columns.items() if weigh)
        joined = joined.replace(
            f"lake.{name}", f"(SELECT *, rowid AS place{more} FROM lake.{table}) {short}"
        )
    return joined


def count(cursor: Connection) -> int:
    """How many are picked."""
    row = cursor.execute("SELECT count(*) FROM picks").fetchone()
    return int(row[0]) if row else 0


def keep_runs(cursor: Connection, run_ids: Iterable[str]) -> int:
    """Keeps the answers of these runs; returns how many were removed."""
    return cut(
        cursor,
        "SELECT * FROM picks WHERE run_id IN (SELECT unnest(?))",
        [list(run_ids)],
    )


def keep_groups(cursor: Connection, groups: Iterable[tuple[str, str | None]]) -> int:
    """Keeps the answers of these runs, or of these categories of them (None: all of the run)."""
    told = list(groups)
    cursor.register("wanted", pa.table({
        "run_id": pa.array([run for run, _ in told], pa.string()),
        "category": pa.array([category for _, category in told], pa.string()),
    }))  # fmt: skip
    return cut(
        cursor,
        f"""SELECT p.* FROM {PICKED} WHERE EXISTS (FROM wanted w WHERE w.run_id = o.run_id AND
            (w.category IS NULL OR w.category = {GROUPS["category"]}))""",
    )


def keep(cursor: Connection, query: str, values: list[Any]) -> int:
    """Keeps the outputs (`o`) that a query names; returns how many were removed."""
    return cut(cursor, f"SELECT p.* FROM picks p SEMI JOIN ({query}) USING (o)", values)


def texts(cursor: Connection, of: str) -> Iterator[tuple[NDArray[np.int64], list[str]]]:
    """Every text of what is picked, some thousand at a time, with the place it stands for.

    The place of a prompt is its first answer, whoever answered; that of an answer is its own.
    """
    if of == "prompt":
        query = f"""SELECT min(p.o) AS place, any_value({TEXTS[of]}) AS text FROM {PICKED}
                    GROUP BY r.dataset, o.item_id"""
    else:
        query = f"SELECT p.o AS place, {TEXTS[of]} AS text FROM {PICKED}"
    reader = cursor.cursor()
    try:
        for batch in reader.execute(query).to_arrow_reader(BATCH):
            yield batch["place"].to_numpy(), batch["text"].to_pylist()
    finally:
        reader.close()


def drop(cursor: Connection, places: NDArray[np.int64], of: str) -> int:
    """Removes what stands at these places (see `texts`), every answer to a prompt with it."""
    cursor.register("near", pa.table({"place": pa.array(places, pa.int64())}))
    if of == "prompt":
        fallen = f"""SELECT p.o, min(p.o) OVER (PARTITION BY r.dataset, o.item_id) AS place
                     FROM {PICKED}"""
    else:
        fallen = "SELECT o, o AS place FROM picks"
    return cut(
        cursor,
        f"""SELECT p.* FROM picks p ANTI JOIN
            (SELECT f.o FROM ({fallen}) f JOIN near n USING (place)) d ON d.o = p.o""",
    )


def groups(cursor: Connection, by: str = "") -> dict[str, int]:
    """Group -> how many are picked."""
    source = "picks p JOIN lake.runs r USING (run_id)"
    query = f"SELECT {GROUPS[by]} AS g, count(*) FROM {source} GROUP BY 1 ORDER BY 1"
    found = cursor.execute(query)
    return {str(name): int(n) for name, n in found.fetchall()}


def cap(cursor: Connection, by: str, most: Mapping[str, int], seed: int) -> int:
    """Draws at most so many of each group, any as likely as any other; returns how many fell.

    The order of the draw is a hash of the seed and the answer, so it is the same everywhere; the
    chance of each is kept.
    """
    cursor.register("most", pa.table({
        "g": pa.array(list(most), pa.string()), "most": pa.array(list(most.values()), pa.int64()),
    }))  # fmt: skip
    return cut(
        cursor,
        f"""SELECT * EXCLUDE (g, chance, most, n, place)
                   REPLACE (probability * least(most / n, 1.0) AS probability) FROM (
              SELECT p.*, m.most, count(*) OVER (PARTITION BY g) AS n,
                     row_number() OVER (PARTITION BY g ORDER BY chance, p.o) AS place
              FROM (SELECT p.*, {GROUPS[by]} AS g, {chance()} AS chance FROM {PICKED}) p
              JOIN most m USING (g))
            WHERE place <= most""",
        [str(seed)],
    )


def harms(cursor: Connection) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(place, mean harm over dimensions and judges) of what is picked, in order; NaN for none.

    Scores are added in the order of their rows: in that in which threads bring them, the last bit
    would be another each time, and with it the chance of being drawn.
    """
    told = cursor.execute("SELECT o FROM picks ORDER BY o").to_arrow_table()
    places = told["o"].to_numpy()
    found = cursor.execute(
        """SELECT p.o, s.value FROM picks p
           JOIN (SELECT *, rowid AS row FROM lake.scores WHERE up = 'harm' AND value IS NOT NULL) s
           USING (run_id, item_id, sample) ORDER BY s.row, p.o"""
    ).to_arrow_table()
    of = np.searchsorted(places, found["o"].to_numpy())
    total = np.bincount(of, found["value"].to_numpy(), len(places))
    with np.errstate(invalid="ignore"):
        return places, total / np.bincount(of, minlength=len(places))


def draw(cursor: Connection, places: NDArray[np.int64], chance: NDArray[np.float64]) -> int:
    """Keeps what was drawn, each with its chance; returns how many fell."""
    cursor.register("drawn", pa.table({"o": places, "chance": chance}))
    return cut(
        cursor,
        """SELECT p.* REPLACE (p.probability * d.chance AS probability)
           FROM picks p JOIN drawn d USING (o)""",
    )


def chances(cursor: Connection) -> tuple[float, float]:
    """The smallest and the largest chance with which an answer was drawn; (1, 1) for none."""
    row = cursor.execute("SELECT min(probability), max(probability) FROM picks").fetchone()
    return (float(row[0]), float(row[1])) if row and row[0] is not None else (1.0, 1.0)


def by_run(cursor: Connection) -> list[dict[str, Any]]:
    """The runs of what is picked, each with how many of its answers."""
    return rows(
        cursor.execute(
            """SELECT r.run_id, r.model, r.revision, r.dataset, r.format, r.source, r.sha256,
                      n AS outputs
               FROM lake.runs r JOIN (SELECT run_id, count(*) AS n FROM picks GROUP BY 1)
                    USING (run_id)
               ORDER BY r.dataset, r.model, r.run_id"""
        )
    )


def chance(seed: str = "?") -> str:
    """The order of a draw: a hash of the seed and the answer."""
    return f"md5({seed} || '/' || o.run_id || '/' || o.item_id || '/' || o.sample)"


def cut(cursor: Connection, query: str, values: list[Any] | None = None) -> int:
    """Leaves what the query keeps; returns how many were removed."""
    before = count(cursor)
    cursor.execute(f"CREATE OR REPLACE TABLE picks AS {query} ORDER BY o", values or [])
    return before - count(cursor)
