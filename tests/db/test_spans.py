"""Rows of the lake by where they lie in its files: those asked for, and no other."""

from __future__ import annotations

import duckdb
import pyarrow.parquet as parquet
import pytest

from app.service.exports import export as exporting
from app.service.exports.recipe import read
from app.service.loading import load as loading
from db.spans import spans, within


@pytest.fixture
def loaded(stores, put):
    """Some thousand answers of several loads; small ones DuckLake keeps in its catalog."""
    for name, n in (("a", 3), ("b", 2500), ("c", 1), ("d", 300), ("e", 7)):
        rows = [{"id": f"{name}{k}", "response": f"answer {k} of {name}", "bias_j": k / 5000,
                 "prompt": f"question {k} of {name}"} for k in range(n)]  # fmt: skip
        loading.load(stores, put(f"{name}.jsonl", rows), by="test")
    return stores


def test_a_range_brings_its_rows_and_no_other(loaded):
    cursor = loaded.warehouse.cursor()
    for table in ("outputs", "items", "scores"):
        found = spans(cursor, table)
        assert len(found) > 1, table
        for low, high in ((0, 0), (1, 4), (0, 2810), (2, 2502), (2503, 2504), (2600, 9000), (4, 3)):
            asked = f"SELECT list(rowid ORDER BY rowid) FROM lake.{table} WHERE "
            plain = cursor.execute(f"{asked} rowid BETWEEN {low} AND {high}").fetchall()
            assert cursor.execute(asked + within(found, low, high)).fetchall() == plain


def test_rows_that_were_written_anew_are_found_where_they_lie(loaded, tmp_path):
    """Their numbers stay and their places do not, so places say nothing any more."""
    cursor = loaded.warehouse.cursor()
    cursor.execute("UPDATE lake.outputs SET response = 'anew' WHERE item_id LIKE '%7'")
    cursor.execute("DELETE FROM lake.outputs WHERE item_id = 'b8'")
    assert spans(cursor, "outputs") == []
    cursor.execute("UPDATE lake.scores SET raw = 'anew' WHERE item_id IN ('b7', 'd9')")
    exporting.export(loaded, read({"format": "parquet"}), tmp_path / "set")
    told = {
        table: parquet.read_table(tmp_path / "set" / "data" / f"{table}.parquet").to_pylist()
        for table in ("outputs", "scores")
    }
    texts = {one["item_id"]: one["response"] for one in told["outputs"]}
    assert len(texts) == len(told["outputs"]) == 2810
    assert {n: texts[n] for n in ("b7", "d9", "c0", "b2499")} == {
        "b7": "anew", "d9": "answer 9 of d", "c0": "answer 0 of c", "b2499": "answer 2499 of b",
    }  # fmt: skip
    raw = [one["item_id"] for one in told["scores"] if one["raw"] == "anew"]
    assert (sorted(raw), len(told["scores"])) == (["b7", "d9"], 2810)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_export_holds_every_row_of_many_loads(loaded, tmp_path, kind):
    exporting.export(loaded, read({"format": kind}), tmp_path / "set")
    how = "read_csv" if kind == "csv" else "read_json"
    for table in ("outputs", "scores"):
        path = tmp_path / "set" / "data" / f"{table}.{kind}"
        count = f"SELECT count(*), count(DISTINCT item_id) FROM {how}('{path}')"
        assert duckdb.sql(count).fetchall() == [(2811, 2811)]
