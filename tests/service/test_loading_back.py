"""An export loads elsewhere on the first try: datasets, mlcroissant, pandas, DuckDB, our reader."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from app.service import stores as opened
from app.service.exports import export, recipe
from app.service.loading import folder
from app.service.stores import Stores
from app.settings import Settings
from data.tables import Format
from data.write import cells
from db import labels
from tests.service.hard import HARD, hard, say

FORMATS: tuple[Format, ...] = ("hf", "parquet", "jsonl", "csv")
ALL = ("item_id", "sample", "response", "option_logprobs", "finish", "n_tokens", "meta")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Stores that the tests share and only read."""
    found = opened.connect(Settings(home=tmp_path_factory.mktemp("hard")))
    yield found
    found.warehouse.close()
    found.ledger.dispose()


@pytest.fixture(scope="module")
def taken(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hard run, labeled by two people, in every format of data."""
    run, folder = hard(stores), tmp_path_factory.mktemp("taken")
    for person in ("ann", "bo"):
        say(stores, run, "lines", person, f"l-{person}", act="refused", comment='=1\n\u202e,"')
    for format in FORMATS:
        asked = recipe.read({"format": format, "splits": {"train": 0.6, "test": 0.4}})
        export.export(stores, asked, folder / format)
    return folder


def expected(stores: Stores) -> dict[str, Any]:
    found = stores.warehouse.cursor().execute("SELECT item_id, response FROM lake.outputs")
    return dict(found.fetchall())


def same(back: dict[str, Any], stores: Stores) -> None:
    """The answers are those of the warehouse; nothing, however a library writes it, is None."""
    told = {key: None if value != value else value for key, value in back.items()}
    assert told == expected(stores)
    assert {HARD[key] for key in told} - {""} == {value for value in told.values() if value}


def test_the_datasets_library_loads_each_of_them(
    stores: Stores, taken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries' own making
        import datasets

        datasets.disable_progress_bars()
        for format in FORMATS:
            cache = str(tmp_path / "cache" / format)
            found = datasets.load_dataset(str(taken / format), cache_dir=cache)
            parts = {"train", "test"} if format == "hf" else {"train"}
            assert set(found) == parts, format
            rows = [row for part in parts for row in found[part]]
            undo = cells.restored if format == "csv" else str
            back = {undo(row["item_id"]): row["response"] and undo(row["response"]) for row in rows}
            same(back, stores)
            assert {row["label_act"] for row in rows} == {"refused", None}
            if format != "csv":
                assert rows[0]["tags"] == [{"name": "kind", "value": "t|g"}]
                assert {one["option"] for one in rows[0]["option_logprobs"]} == {"A", "B"}


@pytest.mark.parametrize("format", ["hf", "parquet"])
def test_mlcroissant_validates_and_reads_the_records(
    stores: Stores, taken: Path, format: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlcroissant

        found = mlcroissant.Dataset(jsonld=str(taken / format / "croissant.json"))
        assert not found.metadata.issues.errors
        assert not found.metadata.issues.warnings
        rows = list(found.records(record_set="outputs"))
        scores = list(found.records(record_set="scores"))
    back = {
        row["outputs/item_id"].decode(): row["outputs/response"]
        and row["outputs/response"].decode()
        for row in rows
    }
    same(back, stores)
    assert rows[0]["outputs/option_logprobs.option"] == [b"A", b"B"]
    assert len(scores) == 3 * len(HARD)
    told = json.loads((taken / format / "croissant.json").read_text("utf-8"))
    assert told["conformsTo"][0].endswith("/1.1")
    assert told["rai:dataAnnotationPlatform"] == ["Tailscope"]
    assert told["rai:annotationsPerItem"]


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_mlcroissant_reads_the_records_of_texts_too(
    stores: Stores, taken: Path, format: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlcroissant

        found = mlcroissant.Dataset(jsonld=str(taken / format / "croissant.json"))
        assert not found.metadata.issues.errors
        rows = list(found.records(record_set="outputs"))
        scores = list(found.records(record_set="scores"))
    back = {text(row["outputs/item_id"]): text(row["outputs/response"]) for row in rows}
    if format == "csv":
        back = {cells.restored(key): told and cells.restored(told) for key, told in back.items()}
    same(back, stores)
    assert len(scores) == 3 * len(HARD)


def text(told: Any) -> str | None:
    """What mlcroissant holds as bytes; what is missing is None or not a number."""
    return told.decode() if isinstance(told, bytes) else None


def test_pandas_reads_each_of_them(stores: Stores, taken: Path) -> None:
    frame = pd.read_parquet(taken / "parquet/data/outputs.parquet")
    same(dict(zip(frame["item_id"], frame["response"], strict=True)), stores)
    with (taken / "jsonl/data/outputs.jsonl").open(encoding="utf-8") as file:
        frame = pd.read_json(file, lines=True, dtype=False)
    same(dict(zip(frame["item_id"], frame["response"], strict=True)), stores)
    frame = pd.read_csv(taken / "csv/data/outputs.csv", dtype=str, keep_default_na=False)
    same(
        {
            cells.restored(item): cells.restored(text) or None if text else None
            for item, text in zip(frame["item_id"], frame["response"], strict=True)
        },
        stores,
    )
    first = [text[:1] for text in frame["response"]]
    assert not set(first) & set("=+-@\t\r\n")


def test_duckdb_reads_each_of_them(stores: Stores, taken: Path) -> None:
    lake = duckdb.connect()
    for source in (
        f"read_parquet('{taken}/hf/data/outputs/*.parquet')",
        f"read_json('{taken}/jsonl/data/outputs.jsonl', maximum_object_size=33554432)",
    ):
        same(dict(lake.execute(f"SELECT item_id, response FROM {source}").fetchall()), stores)
    text = f"read_csv('{taken}/csv/data/outputs.csv', all_varchar=true, max_line_size=33554432)"
    rows = lake.execute(f"SELECT item_id, response FROM {text}").fetchall()
    same({cells.restored(k): v and cells.restored(v) for k, v in rows}, stores)


@pytest.mark.parametrize("format", FORMATS)
def test_our_own_reader_brings_back_rows_types_and_labels(
    stores: Stores, taken: Path, tmp_path: Path, format: Format
) -> None:
    other = opened.connect(Settings(home=tmp_path / "other"))
    try:
        report = folder.load(other, taken / format)
        assert not report.refused
        for query in (
            f"SELECT {', '.join(ALL)} FROM lake.outputs ORDER BY ALL",
            "SELECT * FROM lake.items ORDER BY item_id",
            "SELECT item_id, sample, dimension, scorer, value, raw, up FROM lake.scores "
            "ORDER BY ALL",
            "SELECT model, revision, dataset FROM lake.runs",
        ):
            was, now = (s.warehouse.cursor().execute(query).fetchall() for s in (stores, other))
            assert was == now, query
        said = [
            sorted((row["item_id"], row["field"], row["value"]) for row in labels.current(s.ledger))
            for s in (stores, other)
        ]
        assert said[0] == said[1]
        assert {row["person"][:10] for row in labels.current(other.ledger)} == {"annotator-"}
        assert [run.already for run in folder.load(other, taken / format).loaded] == [True]
    finally:
        other.warehouse.close()
        other.ledger.dispose()
