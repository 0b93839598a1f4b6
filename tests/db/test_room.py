"""The room of an export: row groups that a thread can hold, and no more threads than have room."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from app.service.exports import export
from app.service.exports.recipe import Recipe
from app.service.loading import load
from app.service.stores import Stores
from data.mapping import Mapping
from db import room, warehouse
from db.warehouse import FEWER, Connection

RULE = Mapping.model_validate(
    {
        "item_id": "id",
        "prompt": "id",
        "response": "response",
        "fixed": {"model": "m", "dataset": "long"},
    }
)


def filled(stores: Stores, rows: int, text: int) -> Path:
    """Loads answers of so many characters; returns the lake's file of them."""
    path = stores.settings.home / "long.jsonl"
    with path.open("w") as file:
        for n in range(rows):
            answer = f"{n:08x}" * (text // 8)
            file.write(json.dumps({"id": str(n), "response": answer}) + "\n")
    load.load(stores, path, mapping=RULE, by="a test")
    found = stores.settings.home.glob("warehouse/main/outputs/*.parquet")
    return max(found, key=lambda one: one.stat().st_size)


def looked(stores: Stores, threads: int = 8) -> Connection:
    place = stores.settings
    held = warehouse.at(place.catalog_url, place.files_path, stores.version()[0])
    held.execute(f"SET threads = {threads}")
    return held


def test_a_row_group_of_texts_is_a_few_thousand_rows(stores: Stores) -> None:
    told = parquet.ParquetFile(filled(stores, 5_000, 40)).metadata
    assert [told.row_group(n).num_rows for n in range(told.num_row_groups)] == [
        FEWER, FEWER, 5_000 - 2 * FEWER
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "threads"), [(40, room.MOST), (2_000, 1), (80_000, 1)])
def test_there_are_as_many_threads_as_have_room(stores: Stores, text: int, threads: int) -> None:
    filled(stores, 500, text)
    held = looked(stores)
    before = held.execute("SELECT current_setting('memory_limit')").fetchall()
    assert room.fit(held, 100_000_000, 5_000_000) == threads
    bounded = held.execute("SELECT current_setting('memory_limit')").fetchall() != before
    assert bounded == (text < 80_000)
    held.close()


def test_an_empty_lake_has_room(stores: Stores) -> None:
    held = looked(stores)
    assert room.fit(held, 100_000_000, 5_000_000) == room.MOST
    held.close()


def test_long_answers_side_by_side_are_exported_whole(stores: Stores, tmp_path: Path) -> None:
    stores.warehouse.execute(
        "CALL lake.set_option('parquet_row_group_size', '25000', table_name => 'outputs')"
    )
    told = parquet.ParquetFile(filled(stores, 4_500, 16_000)).metadata
    assert told.num_row_groups == 1
    assert export.export(stores, Recipe(format="jsonl"), tmp_path / "set").rows["outputs"] == 4_500
    assert (tmp_path / "set" / "data" / "outputs.jsonl").read_bytes().count(b"\n") == 4_500


def test_answers_lie_in_the_order_of_their_file(stores: Stores) -> None:
    stores.warehouse.execute("SET threads = 4")
    filled(stores, 20_000, 800)
    for table in ("outputs", "items"):
        found = stores.warehouse.execute(f"SELECT item_id FROM lake.{table} ORDER BY rowid")
        assert [int(item) for (item,) in found.fetchall()] == list(range(20_000))
