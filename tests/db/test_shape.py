"""Lines of JSON that are put together from parts, held against to_json of all their columns."""

import duckdb
import pyarrow as pa
import pytest

from db import alike
from db.columns import columns
from db.shape import Shape, selected

NAMES = ("run_id", "item_id", "sample", "dimension", "scorer", "value", "raw", "up")
HARD = (
    '"',
    "\\",
    "a\nb\tc\r",
    "\0",
    "\x1f\x7f",
    "🙂",
    "שלום",
    "'",
    "",
    None,
    "{part 0}",
    "</script>",
)
NUMBERS = (0.1, -0.0, 1e300, 5e-324, float("inf"), float("-inf"), float("nan"), None, 2.0, 1e15)


@pytest.fixture
def cursor() -> duckdb.DuckDBPyConnection:
    """Scores of two runs with everything that is hard to write, and what their runs tell."""
    made = duckdb.connect()
    rows = [(run, item, n) for run in ("a", 'b"\n') for n, item in enumerate(HARD)]
    made.register("given", pa.table({
        "run_id": [run for run, _, _ in rows], "item_id": [item for _, item, _ in rows],
        "sample": [n for _, _, n in rows], "dimension": [item for _, item, _ in rows],
        "scorer": pa.array([None] * len(rows), pa.string()), "raw": [item for _, item, _ in rows],
        "value": [NUMBERS[n % len(NUMBERS)] for _, _, n in rows], "up": ["harm"] * len(rows),
    }))  # fmt: skip
    made.execute("CREATE TABLE t AS FROM given")
    made.execute(
        """CREATE TABLE facts AS SELECT run_id, NULL::DOUBLE AS probability, false AS withheld,
           (row_number() OVER (ORDER BY run_id) - 1)::INTEGER AS n FROM t GROUP BY run_id"""
    )
    return made


def test_a_line_is_what_to_json_makes_of_all_columns(cursor: duckdb.DuckDBPyConnection) -> None:
    known = {**alike.known(cursor, "scores", NAMES), "scorer": None}
    assert known["run_id"] is not None, "else nothing is put together once a run"
    told = selected(cursor, "scores", NAMES, Shape("json"), known)
    parts = "".join(f', {sql} AS "{name}"' for name, sql in told.beside.items())
    of = columns("scores")
    whole = ", ".join(f"'{name}': {of[name]}" for name in NAMES)
    query = f"""SELECT {told.columns}, to_json({{{whole}}})::VARCHAR || chr(10) AS own
                FROM t JOIN (SELECT *{parts} FROM facts f) f USING (run_id)"""
    lines = cursor.execute(query).fetchall()
    assert len(lines) == 2 * len(HARD)
    assert all(line == own for line, own in lines)


def test_what_is_kept_back_is_null_in_a_line(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute("UPDATE facts SET withheld = run_id = 'a'")
    told = selected(cursor, "scores", ("run_id", "raw"), Shape("json"), {})
    parts = "".join(f', {sql} AS "{name}"' for name, sql in told.beside.items())
    query = f"""SELECT t.run_id, t.raw, {told.columns}
                FROM t JOIN (SELECT *{parts} FROM facts f) f USING (run_id)"""
    for run, raw, line in cursor.execute(query).fetchall():
        assert line.endswith('"raw":null}\n') == (run == "a" or raw is None)
