"""How long a load takes beside DuckDB reading the same JSONL and writing the same Parquet.

"The same" is what a load leaves behind: the prompts, the answers with their openings and a row a
score, three tables in row groups of the same size. What DuckDB needs to write the file as it
stands, as one table, is told beside it: that is the least anybody could do.
"""

from __future__ import annotations

import multiprocessing
import re
import resource
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import duckdb
import numpy as np
import orjson
import pytest

from app.service import stores as opened
from app.service.loading import load
from app.settings import Settings
from data.read.pieces import members
from db.warehouse import GROUP, OPENING

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


READ = "read_json('{path}', format = 'newline_delimited')"
ONE = f"COPY (FROM {READ}) TO '{{home}}/answers.parquet' (FORMAT parquet)"
SAME = (
    f"CREATE TEMP TABLE held AS FROM {READ}",
    f"""COPY (SELECT dataset, id::VARCHAR AS item_id, prompt, left(prompt, {OPENING}) AS opening,
                 category, NULL::VARCHAR AS target, NULL::VARCHAR AS choices,
                 NULL::BOOLEAN AS answerable, NULL::BOOLEAN AS should_abstain,
                 MAP {{{{}}}}::MAP(VARCHAR, VARCHAR) AS tags FROM held)
        TO '{{home}}/items.parquet' (FORMAT parquet, ROW_GROUP_SIZE {GROUP})""",
    f"""COPY (SELECT 'e3bf6303cc10' AS run_id, id::VARCHAR AS item_id, 0::INTEGER AS sample,
                 response, left(response, {OPENING}) AS opening,
                 NULL::MAP(VARCHAR, DOUBLE) AS option_logprobs, NULL::VARCHAR AS finish,
                 NULL::BIGINT AS n_tokens, NULL::VARCHAR AS meta FROM held)
        TO '{{home}}/outputs.parquet' (FORMAT parquet, ROW_GROUP_SIZE {GROUP})""",
    "COPY ("
    + " UNION ALL ".join(
        f"""SELECT 'e3bf6303cc10' AS run_id, id::VARCHAR AS item_id, 0::INTEGER AS sample,
               'bias' AS dimension, '{scorer}' AS scorer, bias_{scorer} AS score,
               bias_{scorer}::VARCHAR AS raw, 'harm' AS up FROM held"""
        for scorer in ("one", "two")
    )
    + f") TO '{{home}}/scores.parquet' (FORMAT parquet, ROW_GROUP_SIZE {GROUP})",
)
"""What DuckDB is asked: the file as one table of Parquet, and the tables that a load writes."""


def alone(questions: Iterable[str], path: Path) -> tuple[float, float]:
    """Seconds that DuckDB takes by itself."""
    connection = duckdb.connect()

    def work() -> None:
        for question in questions:
            connection.execute(question.format(path=path, home=path.parent))

    return took(work)


def peak() -> int:
    """The most memory this process held, in KiB; getrusage counts what its parent held, too."""
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+)", status.read_text())):
        return int(found[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def ours(path: Path) -> tuple[float, float, int]:
    """Seconds that a load takes, seconds of all processors, and the most memory, in KiB."""
    stores = opened.connect(Settings(home=path.parent / "home"))
    clock, busy = took(partial(load.load, stores, path))
    stores.warehouse.close()
    stores.ledger.dispose()
    return clock, busy, peak()


@pytest.mark.parametrize(("rows", "words"), [(110_000, 420), (1_000_000, 25)])
def test_a_load_beside_duckdb(rows: int, words: int, tmp_path: Path) -> None:
    path = write(tmp_path / "answers.jsonl", rows, words)
    # in a process of its own, whose memory holds nothing but this load
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:
        own, busy, memory = apart.submit(ours, path).result()
    size = path.stat().st_size / 1e6
    told = [
        f"load {rows:,} rows, {size:.0f} MB: {own:.1f} s ({size / own:.0f} MB/s, "
        f"{rows / own:,.0f} rows/s), processor {busy:.1f} s, peak memory {memory / 1024:.0f} MB"
    ]
    for name, questions in (("the same tables", SAME), ("the file as one table", (ONE,))):
        theirs, their_busy = alone(questions, path)
        told.append(
            f"  DuckDB alone, {name}: {theirs:.1f} s, processor {their_busy:.1f} s; "
            f"a load takes {own / theirs:.1f} times as long, {busy / their_busy:.1f} times the work"
        )
    print("\n" + "\n".join(told), end="")


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
