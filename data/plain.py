"""Lines of JSON as Arrow columns, all at once, where every value is a text, a number or a flag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as arrow_json

from data import check
from data.batch import Same
from data.mapping import Scale

KINDS = {
    frozenset({str}): pa.string(), frozenset({int}): pa.int64(), frozenset({float}): pa.float64(),
    frozenset({int, float}): pa.float64(), frozenset({bool}): pa.bool_(), frozenset(): pa.string(),
}  # fmt: skip
"""What a column is read as that holds such values; one that holds others is not plain."""
LOOK = 100
"""Lines of a block looked at to learn which columns there are."""
WIDEST = 200
"""Columns: each takes memory in every row, also where it has no value."""


Text = Any
"""A column: a sequence of values, or Arrow's array of them, which comes without types."""


class Plain(Sequence[dict[str, Any]]):
    """Objects that stand one a line, by columns; the objects are made where somebody asks."""

    def __init__(self, raw: bytes, table: pa.Table) -> None:
        self._raw = raw
        self._size: int = table.num_rows
        self._lines: list[bytes] = []
        self._records: list[dict[str, Any]] = []
        self.columns = {name: self._column(name, table[name]) for name in table.column_names}

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self._records = self._records or list(map(orjson.loads, self._split()))
        return iter(self._records)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return list(map(orjson.loads, self._split()[place]))
        return self._records[place] if self._records else orjson.loads(self._split()[place])

    def held(self) -> list[str]:
        """The columns that hold something."""
        return [
            name
            for name, column in self.columns.items()
            if not isinstance(column, pa.Array) or column.null_count < self._size
        ]

    def _split(self) -> list[bytes]:
        self._lines = self._lines or self._raw.split(b"\n")
        return self._lines

    def _column(self, name: str, chunks: pa.ChunkedArray) -> Text:
        """A column: Arrow's, or a list where only the line tells whether it says 1 or 1.0."""
        column = chunks.combine_chunks()
        if not pa.types.is_floating(column.type):
            return column
        rows = np.flatnonzero(pc.equal(column, pc.floor(column)).fill_null(False))
        if not len(rows):
            return column
        values = column.to_pylist()
        for row in rows.tolist():
            values[row] = self[row][name]
        return values


class Reader:
    """Reads the blocks of one file; it remembers which columns there were."""

    def __init__(self) -> None:
        self._kinds: dict[str, set[type]] = {}

    def read(self, raw: bytes) -> Plain | None:
        """Whole lines, of which the last has no end, or None where they are not plain."""
        ends = raw.count(b"\n")
        if raw[:1] != b"{" or raw.rstrip(b"\r")[-1:] != b"}":
            return None
        # an object a line, told by their ends: the parser itself does not care about lines
        if ends != raw.count(b"}\n{") and ends != raw.count(b"}\r\n{"):
            return None
        table = self._table(raw) if self._kinds else None
        if table is None and self._learned(raw.split(b"\n")):
            table = self._table(raw)
        if table is None or table.num_rows != ends + 1:
            return None
        floats = [column for column in table.columns if pa.types.is_floating(column.type)]
        if not all(pc.all(pc.is_finite(column)).as_py() in (True, None) for column in floats):
            return None
        return Plain(raw, table)

    def _learned(self, lines: list[bytes]) -> bool:
        """Looks at some lines; whether all that was ever seen is plain."""
        kinds = {name: set(held) for name, held in self._kinds.items()}
        try:
            records = list(map(orjson.loads, lines[:: max(1, len(lines) // LOOK)]))
        except ValueError:
            return False
        for record in records:
            for name, value in record.items():
                kinds.setdefault(name, set()).add(type(value))
        for held in kinds.values():
            held.discard(type(None))
        if len(kinds) > WIDEST or not all(frozenset(held) in KINDS for held in kinds.values()):
            return False
        self._kinds = kinds
        return True

    def _table(self, raw: bytes) -> pa.Table | None:
        try:
            raw.decode()
            return arrow_json.read_json(
                pa.BufferReader(raw),
                arrow_json.ReadOptions(use_threads=False, block_size=len(raw) + 1),
                arrow_json.ParseOptions(
                    pa.schema([(n, KINDS[frozenset(k)]) for n, k in self._kinds.items()]),
                    unexpected_field_behavior="error",
                ),
            )
        except (pa.ArrowException, ValueError):
            return None


def values(column: Text) -> Text:
    """A column with Python's own values, for who asks for them one by one."""
    if not isinstance(column, pa.Array):
        return column
    if column.null_count and not pa.types.is_string(column.type):
        return column.to_pylist()
    return column.to_numpy(zero_copy_only=False).tolist()


def missing(column: Text) -> bool:
    """Whether a column has no value in some row."""
    return column.null_count > 0 if isinstance(column, pa.Array) else None in column


def some(column: Text, rows: Sequence[int]) -> Text:
    """A column in some rows."""
    if isinstance(column, Same):
        return Same(column.value, len(rows))
    if isinstance(column, pa.Array):
        return column.take(pa.array(rows, pa.int64()))
    return [column[row] for row in rows]


def texts(column: Text, names: Mapping[str, str] | None = None) -> Text:
    """A column as text, as `check.text` would have each value, under our names where there are."""
    if not isinstance(column, pa.Array):
        return [check.renamed(value, names) for value in column] if names else check.texts(column)
    if names:
        coded = column.dictionary_encode()
        ours = [check.renamed(value, names) for value in coded.dictionary.to_pylist()]
        return pa.array(ours, pa.string()).take(coded.indices)
    if column.null_count == len(column):
        return Same(None, len(column))
    if pa.types.is_floating(column.type):
        return _numbers(column)
    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    first = column[0]
    if not column.null_count and first == column[-1] and pc.all(pc.equal(column, first)).as_py():
        return Same(check.text(first.as_py()), len(column))
    return _without_blanks(column)


def _numbers(column: pa.Array) -> pa.Array:
    """Numbers as text; Python spells those that Arrow spells otherwise."""
    size = np.abs(column.to_numpy(zero_copy_only=False))
    odd = (size < 1e-4) | (size >= 1e9) | (size == np.floor(size))
    spelled = [str(value) for value in column.filter(pa.array(odd)).to_pylist()]
    return pc.replace_with_mask(
        column.cast(pa.string()), pa.array(odd), pa.array(spelled, pa.string())
    )


def _without_blanks(column: pa.Array) -> pa.Array:
    """Texts, and None for the empty ones: those few that may be are looked at by Python."""
    first = pc.utf8_slice_codeunits(column, 0, 1)
    blank = [text for text in pc.unique(first).to_pylist() if not text or text.isspace()]
    if blank in ([], [None]):
        return column
    rows = np.flatnonzero(pc.is_in(first, pa.array(blank, pa.string())))
    looked = column.take(pa.array(rows)).to_pylist()
    empty = np.zeros(len(column), np.bool_)
    empty[rows] = [not text or text.isspace() for text in looked]
    return pc.if_else(pa.array(empty), pa.scalar(None, pa.string()), column)


def scored(column: Text, scale: Scale) -> tuple[npt.NDArray[np.float64], Text] | None:
    """Numbers from 0 to 1 and their texts, or None where they need a look one by one."""
    if not isinstance(column, pa.Array):
        return None
    kind = column.type
    if scale.keep or column.null_count or not (pa.types.is_floating(kind) or kind == pa.int64()):
        return None
    found = column.to_numpy().astype(np.float64)
    if not scale.low <= found.min() <= found.max() <= scale.high:
        return None
    return (found - scale.low) / (scale.high - scale.low), texts(column)
