"""No damage to a table raises anything but Trouble: TAILSCOPE_FUZZ=5000 tries so many of each."""

from __future__ import annotations

import gzip
import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.trouble import Trouble
from tests.data.table_files import ROWS, arrow, whole

MANY = settings(max_examples=int(os.environ.get("TAILSCOPE_FUZZ", "40")))
LINES = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
CELLS = b'id,prompt,response,bias_j\n1,Why?,"So, ""it""\nis.",0.5\n2,How?,Thus.,0.25\n'
SEEDS = {
    "csv": [CELLS, b"\xef\xbb\xbf" + CELLS.replace(b"\n", b"\r\n"),
            CELLS.decode().encode("utf-16")],
    "jsonl": [LINES, gzip.compress(LINES), b'{"id": 1, "response": NaN, "epoch": 2}\n' * 2],
    "json": [json.dumps(ROWS).encode(), json.dumps({"n": 1, "all": ROWS}, indent=1).encode(),
             json.dumps({str(row["id"]): row for row in ROWS}).encode()],
    "parquet": [arrow(ROWS, "parquet"), gzip.compress(arrow(ROWS[:2], "parquet"))],
    "arrow": [arrow(ROWS, "file"), arrow(ROWS, "stream")],
}  # fmt: skip
PIECES = st.binary(max_size=4) | st.sampled_from(
    [b'"', b"\n", b"\r", b"{", b"}", b"[" * 300, b"null", b"NaN", b"1e400", b"-1", b"\\ud800",
     b"\x00", b"9" * 400, b",", b'"id": "1", ', b"\xe9", b"\xff\xff\xff\xff", b"#", b"\xef\xbb\xbf"]
)  # fmt: skip


def mutate(data: st.DataObject, seed: bytes) -> bytes:
    body = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(body)))
        body[place : place + data.draw(st.sampled_from([0, 0, 1, 2, 9, 99]))] = data.draw(PIECES)
    return bytes(body)


def survives(path: Path) -> None:
    with suppress(Trouble):
        whole(path)


@pytest.mark.parametrize("kind", SEEDS)
def test_no_damage_raises_anything_but_trouble(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{kind}"

    @MANY
    @given(data=st.data(), seed=st.sampled_from(SEEDS[kind]))
    def damaged(data: st.DataObject, seed: bytes) -> None:
        path.write_bytes(mutate(data, seed))
        survives(path)

    damaged()


@MANY
@given(body=st.binary(max_size=300), name=st.sampled_from(["a", "a.jsonl", "a.csv"]))
@example(body=b"ARROW1\0\0", name="a")
@example(body=b"PAR1", name="a")
@example(body=b"[" * 10_000, name="a")
@example(body=b'{"a":' * 10_000, name="a.jsonl")
def test_no_bytes_raise_anything_but_trouble(
    body: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(body)
    survives(path)


@pytest.mark.real
def test_no_damage_to_a_real_file_raises_anything_but_trouble(real: Path, tmp_path: Path) -> None:
    endings = (".csv", ".jsonl", ".json", ".parquet", ".tsv", ".arrow", ".gz")
    small = [p for p in sorted(real.rglob("*")) if p.suffix in endings and p.is_file()
             and 0 < p.stat().st_size < 300_000]  # fmt: skip
    assert small

    @settings(max_examples=MANY.max_examples, deadline=None)
    @given(data=st.data(), seed=st.sampled_from(small))
    def damaged(data: st.DataObject, seed: Path) -> None:
        path = tmp_path / f"a{seed.suffix}"
        path.write_bytes(mutate(data, seed.read_bytes()))
        survives(path)

    damaged()
