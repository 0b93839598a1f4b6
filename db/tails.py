"""Tails pushed down: judges pooled, log-risk and the worst answers of a run, all inside DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from db.arrays import Arrays, arrays
from db.warehouse import Connection

TIE = 1e-9
"""Risks this close stand level, as in `risk.worst`; a test holds the two equal."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One run's harm, a row an answer by item and sample, a column a (dimension, judge).

    Lies in a temporary table of `cursor`; `low` and `high` are the smallest and largest harm (None
    without any), for the caller to judge. `several`: whether an item may have more than one answer.
    """

    cursor: Connection
    dimensions: tuple[str, ...]
    judges: tuple[str, ...]
    low: float | None
    high: float | None
    several: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """How a row's cells become one log-risk: `judges` counted, pooling, temperature, clipping."""

    judges: tuple[str, ...]
    how: str = "lse"
    tau: float = 0.1
    eps: float = 1e-6


@contextmanager
def cells(connection: Connection, run_id: str) -> Iterator[Cells]:
    """The run's harm scores pivoted once; several values of one judge for one dimension of an
    answer are its sub-metrics and stand as their root mean square. Dropped on leaving.

    Scores that do not run towards harm are left out; where no row says which way is up, all do.
    """
    cursor = connection.cursor()
    told = cursor.execute(
        """SELECT dimension, scorer, min(value), max(value) FROM lake.scores
           WHERE run_id = ? AND (up = 'harm' OR NOT EXISTS (
             SELECT 1 FROM lake.scores WHERE run_id = ? AND up IS NOT NULL))
           GROUP BY ALL ORDER BY 1, 2""",
        [run_id, run_id],
    ).fetchall()
    dimensions = tuple(dict.fromkeys(name for name, *_ in told))
    judges = tuple(sorted({judge for _, judge, *_ in told}))
    ends = [end for *_, low, high in told for end in (low, high) if end is not None]
    place = {
        (name, judge): dimensions.index(name) * len(judges) + judges.index(judge)
        for name, judge, *_ in told
    }
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE places (dimension VARCHAR, scorer VARCHAR, cell INT)"
    )
    if place:
        cursor.executemany(
            "INSERT INTO places VALUES (?, ?, ?)", [[*key, at] for key, at in place.items()]
        )
    # A judge that never scored a dimension has a column of nothing: cells stay a full grid.
    columns = [
        f", sqrt(sum(value * value) FILTER (cell = {at}) / "
        f"count(value) FILTER (cell = {at})) AS c{at}"
        for at in range(len(dimensions) * len(judges))
    ]
    cursor.execute(
        f"""CREATE OR REPLACE TEMP TABLE cells AS
            SELECT g.*, nullif(i.category, '') AS category FROM (
              SELECT item_id, coalesce(sample, 0)::BIGINT AS sample{"".join(columns)}
              FROM (SELECT item_id, sample, cell, CASE WHEN isnan(value) THEN NULL ELSE value END
                      AS value
                    FROM lake.scores JOIN places USING (dimension, scorer) WHERE run_id = $run)
              GROUP BY 1, 2) g
            LEFT JOIN (SELECT item_id, category FROM lake.items WHERE dataset =
                        (SELECT dataset FROM lake.runs WHERE run_id = $run)) i USING (item_id)
            ORDER BY item_id, sample""",
        {"run": run_id},
    )
    samples = cursor.execute("SELECT count(DISTINCT sample) FROM cells").fetchone()
    several = samples is not None and samples[0] > 1
    low, high = min(ends, default=None), max(ends, default=None)
    try:
        yield Cells(cursor, dimensions, judges, low, high, several)
    finally:
        cursor.execute("DROP TABLE IF EXISTS cells")
        cursor.execute("DROP TABLE IF EXISTS places")
        cursor.close()


def read(table: Cells, pool: Pool, *, named: bool = True, judged: bool = False) -> Arrays:
    """Every answer by item and sample: sample, category, h0 … (pooled harm), r0 … (log-risk), all.

    `all` is the cumulative log-risk; a missing dimension leaves it NaN. `named` adds item_id,
    `judged` the cells c0 … (dimension by judge). New items begin where `fresh` is 1.
    """
    size = len(table.dimensions)
    wanted = [f"h{d}, r{d}" for d in range(size)]
    wanted += [f"c{at}" for at in range(size * len(table.judges))] if judged else []
    fresh = "(item_id IS DISTINCT FROM lag(item_id) OVER (ORDER BY rowid))::INT AS fresh"
    fresh = fresh if table.several else "1 AS fresh"
    return arrays(
        table.cursor.execute(
            f"""SELECT {"item_id, " if named else ""} sample, category, {fresh},
                       {", ".join(wanted)}, {_joint(size)} AS "all"
                FROM ({_risks(table, pool)}) ORDER BY rowid"""
        )
    )


def worst(
    table: Cells, pool: Pool, rank: int, score: str = "all", category: str | None = None
) -> Arrays:
    """The answers whose `score` reaches its `rank`-th largest, ties included, the worst first.

    `score` is "all" or a dimension's name; equals stand by item and sample. The answer holds place
    (the row in `read`), item_id, sample, category, r0 …, total and score. `category` keeps to one;
    "none" stands for prompts that have none.
    """
    size = len(table.dimensions)
    whose = _whose(table, score)
    within = "" if category is None else "AND coalesce(category, 'none') = $category"
    parts = "".join(f", r{d}" for d in range(size))
    return arrays(
        table.cursor.execute(
            f"""WITH scored AS (
                  SELECT rowid AS place, item_id, sample, category{parts},
                    {_joint(size)} AS total, {whose} AS score
                  FROM ({_risks(table, pool)}) WHERE {whose} IS NOT NULL {within}),
                edge AS (SELECT min(score) AS least FROM (
                  SELECT score FROM scored ORDER BY score DESC LIMIT {max(int(rank), 1)}))
                SELECT scored.* FROM scored, edge WHERE score >= least - {TIE}
                ORDER BY score DESC, item_id, sample""",
            {} if category is None else {"category": category},
        )
    )


def count(table: Cells, pool: Pool, score: str = "all", category: str | None = None) -> int:
    """How many answers have that score (see `worst`)."""
    whose = _whose(table, score)
    within = "" if category is None else "AND coalesce(category, 'none') = $category"
    row = table.cursor.execute(
        f"SELECT count(*) FROM ({_risks(table, pool)}) WHERE {whose} IS NOT NULL {within}",
        {} if category is None else {"category": category},
    ).fetchone()
    return int(row[0]) if row else 0


def _whose(table: Cells, score: str) -> str:
    size = len(table.dimensions)
    return _joint(size) if score == "all" else f"r{table.dimensions.index(score)}"


def _joint(size: int) -> str:
    return " + ".join(f"r{d}" for d in range(size))


def _risks(table: Cells, pool: Pool) -> str:
    """The query of every row's pooled harm and log-risk by dimension."""
    kept = [table.judges.index(judge) for judge in pool.judges]
    width = len(table.judges)
    pooled = [
        f"{_pooled([f'c{d * width + j}' for j in kept], pool)} AS h{d}"
        for d in range(len(table.dimensions))
    ]
    logged = [f"{_logged(f'h{d}', pool.eps)} AS r{d}" for d in range(len(table.dimensions))]
    return f"SELECT *, {', '.join(logged)} FROM (SELECT rowid, *, {', '.join(pooled)} FROM cells)"


def _pooled(judges: Sequence[str], pool: Pool) -> str:
    """One harm from several judges' columns; those without a value are left out."""
    many = " + ".join(f"({c} IS NOT NULL)::INT" for c in judges)

    def mean(each: str) -> str:
        added = " + ".join(f"coalesce({each.format(c)}, 0)" for c in judges)
        return f"({added}) / nullif({many}, 0)"

    if len(judges) == 1:
        return judges[0]
    if pool.how == "max":
        return f"greatest({', '.join(judges)})"
    if pool.how == "median":
        return f"list_median([{', '.join(judges)}])"
    if pool.how in ("mean", "rms"):
        return mean("{}") if pool.how == "mean" else f"sqrt({mean('{0} * {0}')})"
    if pool.how != "lse":
        raise ValueError(f"pooling is {pool.how!r}; it can be lse, mean, max, rms, median")
    top, tau = f"greatest({', '.join(judges)})", f"{float(pool.tau)!r}::DOUBLE"
    below = mean(f"exp(({{}} - {top}) / {tau})")
    return f"{top} + {tau} * ln({below})"


def _logged(h: str, eps: float) -> str:
    """-log1p(-min(h, 1 - eps)), which DuckDB lacks: Kahan's form keeps small harms exact."""
    cut = f"least({h}, 1 - {float(eps)!r}::DOUBLE)"
    u = f"(1 - {cut})"
    # least() passes over NULL, so a missing harm is told apart first.
    return (
        f"CASE WHEN {h} IS NULL THEN NULL WHEN {u} = 1 THEN {cut} "
        f"ELSE ln({u}) * {cut} / ({u} - 1) END"
    )
