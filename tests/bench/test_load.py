"""How long a load takes beside DuckDB reading the same JSONL and writing the same Parquet."""

from __future__ import annotations

import resource
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import duckdb
import numpy as np
import orjson
import pytest

from app.service import load
from app.service import stores as opened
from app.settings import Settings
from data.read.pieces import members

WORDS = np.array([a + b for a in ("har", "mo", "rel", "ven") for b in ("bor", "ka", "dum", "in")])


def write(path: Path, rows: int, words: int) -> Path:
    """Rows with a prompt, an answer of so many words (about six characters each), two scores."""
    draw = np.random.default_rng(7)
    text = " ".join(draw.choice(WORDS, 200_000))
    places = draw.integers(0, len(text) - 7 * words, rows).tolist()
    scores = draw.random((rows, 2)).tolist()
    with path.open("wb") as file:
        for row, (place, (one, two)) in enumerate(zip(places, scores, strict=True)):
            record = {
                "id": row,
                "prompt": f"Question {row}: which of the {row % 97} harbors is meant?",
                "response": f"{row} {text[place : place + 6 * words]}",
                "model": "one",
                "dataset": "bench",
                "category": f"c{row % 12}",
                "bias_one": one,
                "bias_two": two,
            }
            file.write(orjson.dumps(record) + b"\n")
    return path


def took(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the clock and seconds of all processors."""
    clock, busy = perf_counter(), process_time()
    work()
    return perf_counter() - clock, process_time() - busy


@pytest.mark.parametrize(("rows", "words"), [(110_000, 420), (1_000_000, 25)])
def test_a_load_beside_duckdb(rows: int, words: int, tmp_path: Path) -> None:
    path = write(tmp_path / "answers.jsonl", rows, words)
    stores = opened.connect(Settings(home=tmp_path / "home"))
    own, own_busy = took(partial(load.load, stores, path))
    stores.warehouse.close()
    stores.ledger.dispose()
    question = (
        f"COPY (FROM read_json('{path}', format = 'newline_delimited')) "
        f"TO '{tmp_path / 'answers.parquet'}' (FORMAT parquet)"
    )
    theirs, their_busy = took(lambda: duckdb.connect().execute(question))
    size, peak = path.stat().st_size / 1e6, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"\nload {rows:,} rows, {size:.0f} MB: {own:.1f} s ({size / own:.0f} MB/s, "
        f"{rows / own:,.0f} rows/s); DuckDB alone {theirs:.1f} s: {own / theirs:.1f} times; "
        f"processor {own_busy:.1f} s to {their_busy:.1f} s; peak memory {peak / 1024:.0f} MB",
        end="",
    )


def test_a_large_json_document_comes_apart(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    with path.open("wb") as file:
        file.write(b'{"version": 2, "samples": [')
        entry = orjson.dumps(
            {"id": 1, "input": "words \\n and [brackets], " * 2_000, "v": [0.5] * 9}
        )
        file.write(b",".join([entry] * 6_000) + b"]}")

    def split() -> None:
        with path.open("rb") as stream:
            assert sum(1 for _ in members(stream, ["samples"])) == 6_001

    clock, _ = took(split)
    size = path.stat().st_size / 1e6
    print(f"\na JSON document of {size:.0f} MB comes apart: {size / clock:.0f} MB/s", end="")
