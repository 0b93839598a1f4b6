"""Cells of a CSV: no spreadsheet runs one, and every one comes back as it was."""

from __future__ import annotations

import csv
import tempfile
from importlib import import_module
from pathlib import Path

import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from data.tables import Field
from data.write import cells, rows

EDGES = "=+-@\t\r\n'\" \0␀0＝＋－＠﹢﹣\ufeffa"
texts = (
    st.text(st.sampled_from(EDGES), max_size=6)
    | st.text(max_size=20)
    | st.builds(str.__add__, st.sampled_from(["", "'", "''", "x"]), st.sampled_from(cells.NOTHING))
)


@given(texts)
def test_a_cell_comes_back_as_it_was(text: str) -> None:
    assert cells.restored(cells.inert(text)) == text


@given(texts)
def test_what_a_spreadsheet_sees_never_begins_as_a_formula(text: str) -> None:
    seen = cells.inert(text).lstrip(" \ufeff")
    assert not seen or seen[0] not in "=+-@\t\r\n＝＋－＠﹢﹣"
    assert "\0" not in seen


@given(st.lists(st.none() | texts, max_size=12), st.integers(0, 5))
def test_a_column_at_a_time_comes_to_what_a_cell_at_a_time_does(
    column: list[str | None], cut: int
) -> None:
    table = pa.table({"a": pa.chunked_array([pa.array(column, pa.string())])}).slice(cut)
    made = cells.inert_table(table).column("a").to_pylist()
    assert made == [one if one is None else cells.inert(one) for one in column[cut:]]


@given(st.lists(st.none() | texts.filter(lambda text: "\0" not in text), min_size=1, max_size=4))
def test_a_file_read_by_python_gives_every_text_back(column: list[str | None]) -> None:
    fields = [Field("id", "integer", ""), Field("text", "text", "")]
    table = pa.table({"id": range(len(column)), "text": pa.array(column, pa.string())})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.csv"
        flat = rows.flat(fields)
        assert rows.csv([rows.cells(table, flat)], flat, path) == len(column)
        with path.open(encoding="utf-8", newline="") as file:
            back = [row["text"] for row in csv.DictReader(file)]
    assert [cells.restored(one) if one else None for one in back] == column


def test_a_text_that_reads_as_nothing_is_still_there_for_who_reads_as_usual(
    tmp_path: Path,
) -> None:
    nothing = import_module("pandas._libs.parsers").STR_NA_VALUES
    told = sorted({*nothing, "Nothing", "nano", "'NA", " NA"})
    table = pa.table({"text": pa.array([*told, None], pa.string())})
    flat = rows.flat([Field("text", "text", "")])
    rows.csv([rows.cells(table, flat)], flat, tmp_path / "made.csv")
    back = pd.read_csv(tmp_path / "made.csv", skip_blank_lines=False)["text"].tolist()
    assert [cells.restored(one) if isinstance(one, str) else None for one in back] == [*told, None]
    assert [one for one in map(cells.inert, told) if one in nothing] == []


def test_numbers_stay_numbers_and_what_is_missing_stays_empty() -> None:
    table = pa.table({"n": [-1.5, None], "t": ["-1.5", None]})
    assert cells.inert_table(table).to_pylist() == [
        {"n": -1.5, "t": "'-1.5"},
        {"n": None, "t": None},
    ]
