"""Lines read as columns hold what each line by itself holds, whatever is written in them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data import check, plain, sheet
from data.batch import Batch
from data.mapping import Mapping, Scale
from data.plain import Plain, Reader
from data.read import jsonl_file, table
from data.read.line import Chunk
from data.read.source import Source
from data.shape import Shaper
from tests.data.test_shape import together
from tests.data.test_table_fuzz import PIECES

MANY = settings(max_examples=int(os.environ.get("TAILSCOPE_FUZZ", "40")))
MAPPING = Mapping(
    item_id="id", prompt="q", response="a", model="m", category="c", answerable="ok",
    n_tokens="t", finish="f", prompt_sent="sent", values={"category": {"x*": "X"}},
    scores={"bias": {"j": "b", "k": "b2"}}, labels={"act": {"ann": "l"}},
)  # fmt: skip
MORE = MAPPING.model_copy(update={"sample": "n", "scores": {"bias": {"j": "b"}}})
ASKED = Mapping(item_id="id", prompt="q", category="c", tags={"lang": "l"})
text = st.sampled_from(["", " ", "\u2003", "x", "x y", "\x1c", "é", "\x00z", "2020-01-01", "0.5"])
number = st.sampled_from([0.5, 1.0, 0.0, 1, 0, 0.25, 1e-7, 0.1 + 0.2, -0.0, 1e15, None, 2**63])
fields: dict[str, st.SearchStrategy[Any]] = {
    "id": st.sampled_from([1, 2, 3, 4, 5]), "q": text | st.none(), "a": st.sampled_from("uvwxyz"),
    "m": st.sampled_from(["m1", "m2", None]), "c": text | st.none(),
    "ok": st.booleans() | st.none(), "t": st.sampled_from([None, 3, 0, 7]), "f": text,
    "b": number, "b2": st.floats(0, 1), "l": text | st.none(), "n": st.sampled_from([0, 1, 2]),
    "more": number, "sent": st.sampled_from([None, "s"]),
}  # fmt: skip
plain_rows = st.fixed_dictionaries(
    {"id": st.integers(0, 30), "q": st.sampled_from("pr"), "a": st.sampled_from("uvwxyz"),
     "b": st.floats(0, 1), "m": st.just("m")}
)  # fmt: skip
some_rows = st.fixed_dictionaries({}, optional=fields)
kinds = st.sampled_from([(",", ":"), (", ", ": ")])


def lines(records: list[dict[str, Any]], apart: tuple[str, str] = (",", ":")) -> bytes:
    return "\n".join(json.dumps(record, separators=apart) for record in records).encode()


def honest(raw: bytes, found: Plain) -> None:
    records = list(map(orjson.loads, raw.split(b"\n")))
    assert len(found) == len(records)
    assert {name for record in records for name in record} <= found.columns.keys()
    for name, column in found.columns.items():
        assert list(map(repr, plain.values(column))) == [repr(r.get(name)) for r in records]


@MANY
@given(st.lists(some_rows | plain_rows, min_size=1, max_size=8), kinds, st.data())
def test_whatever_is_read_as_columns_is_what_the_lines_say(
    records: list[dict[str, Any]], apart: tuple[str, str], data: st.DataObject
) -> None:
    body = bytearray(lines(records, apart))
    for _ in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.integers(0, len(body)))
        body[place : place + data.draw(st.sampled_from([0, 0, 1, 2, 9]))] = data.draw(PIECES)
    reader = Reader()
    for _ in range(2):  # the second time with what was learned the first time
        if found := reader.read(bytes(body)):
            honest(bytes(body), found)


@MANY
@given(st.sampled_from([MAPPING, MORE, ASKED]),
       st.lists(st.lists(plain_rows, min_size=1, max_size=9)
                | st.lists(some_rows, min_size=1, max_size=9), max_size=4),
       st.booleans())  # fmt: skip
def test_columns_give_the_rows_that_the_lines_give_one_by_one(
    mapping: Mapping, parts: list[list[dict[str, Any]]], named: bool
) -> None:
    told = {"dataset": "told"} if named else {}
    alone, many = (Shaper(mapping, "0", told, fallback="f") for _ in range(2))
    number, one, other, reader = 0, Batch(), [Batch()], Reader()
    for part in parts:
        raw = lines(part)
        chunk = jsonl_file._chunk(raw.split(b"\n"), number, Source(Path(__file__)), True)
        held = Chunk(chunk.numbers, reader.read(raw) or chunk.records)  # type: ignore[arg-type]
        for line in chunk.lines():
            if why := table._taken(alone, line, one):
                one.rows["refused"].append((line.number, why, str(line.record)[:300]))
        number += len(part)
        with pytest.MonkeyPatch.context() as small:
            small.setattr(table, "ALONE", 1)
            other += list(table._shaped(many, held))
    assert together(other) == together([one])
    assert many.runs == alone.runs


def test_rows_of_texts_and_numbers_are_read_as_columns_and_need_no_objects() -> None:
    records = [{"id": n, "q": f"p{n}", "a": "x", "b": n / 7 + 1e-9} for n in range(6)]
    raw = lines(records)
    found = Reader().read(raw)
    assert found is not None
    assert all(isinstance(column, pa.Array) for column in found.columns.values())
    mapping = Mapping(item_id="id", prompt="q", response="a", scores={"bias": {"j": "b"}})
    sheet.shape(Shaper(mapping, "0", {}, fallback="f"), found)
    assert not found._records
    assert not found._lines


@pytest.mark.parametrize("raw", [
    b'{"a": "x"}{"a": "y"}', b'{"a": 1}{"a":\n2}', b'{"a": "x"}\n\n{"a": "y"}', b'[1]', b"",
    b'{"a": "x", "a": "y"}', b'{"a": NaN}', b'{"a": [1]}', b'{"a": "\xff"}', b'{"a": 1e400}',
    b'{"a": "x"}\n{"a": 1}', b' {"a": "x"}', b'{"a": "\\ud800"}', b'{"a": ' + b"[" * 10**6 + b"}",
    b"{" + b", ".join(b'"%d": 1' % n for n in range(1_000)) + b"}",
])  # fmt: skip
def test_what_is_not_plain_is_left_to_be_read_line_by_line(raw: bytes) -> None:
    assert Reader().read(raw) is None


def test_a_column_that_is_met_late_is_learned(tmp_path: Path) -> None:
    reader = Reader()
    for record in ({"a": None}, {"a": 1}, {"a": 1.5, "b": "x"}, {"b": "y"}):
        raw = lines([record, record])
        found = reader.read(raw)
        assert found is not None
        honest(raw, found)


@MANY
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none(), min_size=1))
@example([1e-4, 9.999e-5, 1e9, 999999999.9999999, 5e-324, -0.5, None])
def test_numbers_are_spelled_as_python_spells_them(values: list[float | None]) -> None:
    found = plain.values(plain.texts(pa.array(values, pa.float64())))
    assert list(found) == list(map(check.text, values))


@MANY
@given(st.lists(text | st.text(max_size=3) | st.none(), min_size=1))
def test_texts_are_missing_where_they_hold_nothing(values: list[str | None]) -> None:
    column = pa.array(values, pa.string())
    assert list(plain.values(plain.texts(column))) == list(map(check.text, values))
    names = {"x*": "X", "é": "e"}
    assert plain.values(plain.texts(column, names)) == [check.renamed(v, names) for v in values]


@MANY
@given(st.lists(st.floats(-0.5, 1.5) | st.floats(0, 1), min_size=1)
       | st.lists(st.integers(0, 1), min_size=1))  # fmt: skip
def test_scores_are_each_score_by_itself_or_left_to_be(values: list[Any]) -> None:
    found = plain.scored(pa.array(values), Scale())
    if found is None:
        assert not all(0 <= value <= 1 for value in values)
        return
    numbers, raw = found
    pairs = [check.score(value, "bias", Scale()) for value in values]
    assert numbers.tolist() == [pair[0] for pair in pairs]
    assert list(plain.values(raw)) == list(map(check.text, values))
    assert isinstance(numbers, np.ndarray)
