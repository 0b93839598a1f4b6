"""Tables that went wrong, or were made to: read right, or refused with file, line and reason."""

from __future__ import annotations

import datetime as dt
import decimal
import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data.read import csv_file, json_file, jsonl_file, line, pieces, table
from data.read.source import Source
from data.trouble import Trouble
from tests.data.table_files import ROWS, arrow, whole

Put = Callable[..., Path]


def records(path: Path) -> list[dict[str, Any]]:
    """What a file holds; a refused row is a failure."""
    found = list(table.lines(Source(path)))
    assert [row.why for row in found if row.why] == []
    return [row.record for row in found]


@pytest.mark.parametrize("kind", ["parquet", "file", "stream"])
@pytest.mark.parametrize("packed", [False, True])
def test_columns_come_back_from_every_kind_of_arrow(kind: str, packed: bool, put: Put) -> None:
    body = arrow(ROWS, kind)
    assert records(put("a.arrow", gzip.compress(body) if packed else body)) == ROWS


def test_odd_columns_are_read_as_what_they_say(put: Put) -> None:
    held = pa.table({
        "id": pa.array(["a", "b"]).dictionary_encode(),
        "price": pa.array([decimal.Decimal("1.50"), None]),
        "at": pa.array([1_500, None], pa.timestamp("ns", "UTC")),
        "far": pa.array([2**60, None], pa.timestamp("s")),
        "raw": pa.array([b"\xff\x00", None], pa.binary()),
        "many": pa.array([[{"k": 1}], None]),
        "pairs": pa.array([[("k", 2)], None], pa.map_(pa.string(), pa.int64())),
        "half": pa.array([1.5, None], pa.float16()),
        "took": pa.array([5_000, None], pa.duration("ns")),
    })  # fmt: skip
    kinds = ("file", "stream")
    for kind in kinds:
        first, second = records(put(kind, arrow(held, kind)))
        assert first["id"] == "a"
        assert first["price"] == decimal.Decimal("1.50")
        assert first["at"] == dt.datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=dt.UTC)
        assert first["took"] == dt.timedelta(microseconds=5)
        assert (first["raw"], first["many"], first["pairs"]) == (
            b"\xff\x00",
            [{"k": 1}],
            [("k", 2)],
        )
        assert second == {"id": "b"} | dict.fromkeys(held.column_names[1:])
        rows, refused = whole(
            put(kind + "2", arrow(held.append_column("response", held["id"]), kind))
        )
        assert (rows, refused) == (4, [])


@pytest.mark.parametrize("kind", ["parquet", "file", "stream"])
def test_half_a_file_is_refused_wherever_it_was_cut(kind: str, put: Put) -> None:
    body = arrow(ROWS, kind)
    refused = 0
    for size in range(8, len(body) - 1, 41):
        path = put("a.arrow", body[:size])
        try:
            rows = records(path)
        except Trouble as error:
            refused += "a.arrow" in error.what
            continue
        # a stream that is cut between two batches is a shorter stream
        assert kind == "stream"
        assert rows == ROWS[: len(rows)]
    assert refused


def test_an_overlong_line_is_refused_and_the_rest_is_read(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl_file, "LONGEST", 10_000)
    monkeypatch.setattr(jsonl_file, "BLOCK", 1_000)
    good = '{{"id": {}, "response": "x"}}\n'
    body = good.format(1) + '{"id": 2, "response": "' + "y" * 30_000 + '"}\n' + good.format(3)
    path = put("a.jsonl", body)
    found = list(jsonl_file.lines(Source(path)))
    assert [(row.number, row.record.get("id")) for row in found] == [(1, 1), (2, None), (3, 3)]
    assert "longer than 10,000 bytes" in found[1].why
    monkeypatch.setattr(csv_file, "LONGEST", 10_000)
    with pytest.raises(Trouble, match=r"a\.csv: line 3 is longer than 10,000"):
        records(put("a.csv", "id,response\n1,x\n2," + "y" * 30_000 + "\n3,z\n"))
    assert line.LONGEST >= 2**20


def test_another_encoding_is_named_with_its_line(put: Put) -> None:
    jsonl = b'{"id": 1}\n{"id": 2}\n{"id": 3, "prompt": "caf\xe9"}\n'
    table_ = b"id,prompt\n" + b"1,ok\n" * 5_000 + b"2,caf\xe9\n"
    for name, body, number in (("a.jsonl", jsonl, "3"), ("a.csv", table_, "5,002")):
        with pytest.raises(Trouble, match=f"line {number} holds the byte 0xE9"):
            records(put(name, body))


def test_utf_16_is_read_as_it_streams_by(put: Put) -> None:
    text = "id,prompt\n" + "".join(f"{i},caf\xe9 \U0001f600\n" for i in range(20_000))
    rows = records(put("a.csv", text.encode("utf-16")))
    assert (len(rows), rows[-1]) == (20_000, {"id": "19999", "prompt": "caf\xe9 \U0001f600"})


def test_of_a_key_that_stands_twice_the_last_value_counts(put: Put) -> None:
    assert records(put("a.jsonl", b'{"id": 1, "id": 2}\n{"id": 3}\n'))[0] == {"id": 2}
    assert records(put("a.json", b'[{"id": 1, "id": NaN, "id": 2}]')) == [{"id": 2}]
    with pytest.raises(Trouble, match="second time"):
        records(put("b.json", b'{"a": [{"id": 1}], "b": 1, "a": 7}'.replace(b"7", b"[]")))


def test_no_column_is_written_over_by_one_that_was_numbered(put: Put, tmp_path: Path) -> None:
    wanted = [{"a": "1", "a_3": "2", "a_2": "3", "id": "4"}]
    assert records(put("a.csv", "a,a,a_2,id\n1,2,3,4\n")) == wanted
    columns = [pa.array([value]) for value in "1234"]
    held = pa.Table.from_arrays(columns, names=["a", "a", "a_2", "id"])
    with pa.ipc.new_file(tmp_path / "a.arrow", held.schema) as file:
        file.write_table(held)
    assert records(tmp_path / "a.arrow") == wanted


def test_a_separator_is_told_by_what_stands_outside_quotes_or_by_the_file_itself(put: Put) -> None:
    body = 'id\t"a, b, c, d"\t"e; f; g"\n1\tx\ty\n'
    assert records(put("a.csv", body)) == [{"id": "1", "a, b, c, d": "x", "e; f; g": "y"}]
    assert records(put("b.csv", "sep=;\nid;a\n1;x,y\n")) == [{"id": "1", "a": "x,y"}]


def test_the_records_of_a_document_stream_by_with_what_stands_beside(put: Put) -> None:
    body = {"late": 1, "all": [{"id": 1}, {"id": 2, "late": 3}, 5], "model": {"n": "owl"}}
    found = list(json_file.lines(Source(put("a.json", json.dumps(body, indent=1)))))
    assert [row.record for row in found[:2]] == [
        {"late": 1, "model": {"n": "owl"}, "id": 1}, {"late": 3, "model": {"n": "owl"}, "id": 2},
    ]  # fmt: skip
    assert (found[2].number, found[2].why) == (3, "not an object but int")
    assert records(put("b.json", '{"x": {"id": 1}, "y": {"_key": "own"}}')) == [
        {"_key": "x", "id": 1}, {"_key": "own"},
    ]  # fmt: skip
    assert records(put("c.json", '{"id": 1, "tags": [1, 2]}')) == [{"id": 1, "tags": [1, 2]}]


def test_more_beside_a_list_than_can_be_joined_is_refused(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_file, "BESIDE", 100)
    with pytest.raises(Trouble, match="beside its list 'all'"):
        records(put("a.json", json.dumps({"all": [{"id": 1}], "more": "x" * 200})))


def test_a_pipe_is_no_file_and_a_link_given_outright_is_one(tmp_path: Path, put: Put) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(Trouble, match="not an ordinary file"):
            Source(path)
    (tmp_path / "link.csv").symlink_to(put("a.csv", "id,prompt\n1,x\n"))
    assert records(tmp_path / "link.csv") == [{"id": "1", "prompt": "x"}]


def test_zero_signs_and_stray_carriage_returns_do_not_part_a_row(put: Put) -> None:
    body = b'{"id": 1, "response": "a\\u0000b"}\r\n{"id": 2, "response": "c"}\r\n'
    assert [row["response"] for row in records(put("a.jsonl", body))] == ["a\0b", "c"]
    assert records(put("a.csv", b"id,prompt\r\n1,a\r\n")) == [{"id": "1", "prompt": "a"}]


def test_the_limits_are_those_that_are_written_down() -> None:
    assert (line.LONGEST, pieces.LIMIT, pieces.DEPTH) == (2**25, 2**28, 500)
