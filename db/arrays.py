"""An answer of the warehouse as NumPy arrays, one a column."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from db.warehouse import Connection

Arrays = dict[str, NDArray[Any]]


class Coded(NamedTuple):
    """A column of texts: the distinct ones by name, None before them where a row has none, and each
    row's place among them. Each text is made once, and nobody need look for them again."""

    names: NDArray[Any]
    place: NDArray[np.int64]

    @property
    def cells(self) -> NDArray[Any]:
        """The text of each row, or None."""
        return np.asarray(self.names[self.place])

    def at(self, rows: NDArray[Any]) -> Coded:
        """The column at these rows alone, in this order."""
        return Coded(self.names, self.place[rows])


Columns = dict[str, NDArray[Any] | Coded]
YES: dict[str | None, str] = {"true": "1", "false": "0"}


def arrays(cursor: Connection) -> Arrays:
    """The answer of the last query as arrays: numbers float with NaN, text object with None."""
    return {
        name: one.cells if isinstance(one, Coded) else one for name, one in columns(cursor).items()
    }


def columns(cursor: Connection) -> Columns:
    """The same with texts as they are coded."""
    table = cursor.to_arrow_table()
    found: Columns = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_string(column.type):
            found[name] = coded(column)
            continue
        plain = column.to_pandas().to_numpy()
        found[name] = plain if plain.dtype.kind in "fiub" else _text(plain, column)
    return found


def coded(column: pa.Array | pa.ChunkedArray) -> Coded:
    """A column of texts, coded."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    told = whole.dictionary_encode()
    order = pc.sort_indices(told.dictionary).to_numpy()
    names = np.full(len(order) + 1, None, dtype=object)
    names[1:] = told.dictionary.to_numpy(zero_copy_only=False)[order]
    rank = np.zeros(len(names), dtype=np.int64)
    rank[order] = np.arange(1, len(names))
    place = rank[told.indices.fill_null(len(order)).to_numpy(zero_copy_only=False)]
    return Coded(names, place) if told.indices.null_count else Coded(names[1:], place - 1)


def placed(told: NDArray[Any] | Coded, place: NDArray[np.int64], rows: int) -> NDArray[Any] | Coded:
    """A column (rows,) of values that stand at `place`; NaN or None elsewhere."""
    if isinstance(told, Coded):
        names, code = told
        if len(place) < rows and not (len(names) and names[0] is None):
            names, code = np.concatenate([np.array([None], dtype=object), names]), code + 1
        found = np.zeros(rows, dtype=np.int64)
        found[place] = code
        return Coded(names, found)
    column = np.full(rows, np.nan if told.dtype.kind == "f" else None, dtype=told.dtype)
    column[place] = told
    return column


def _text(plain: NDArray[Any], column: pa.ChunkedArray) -> NDArray[Any]:
    text = plain.astype(object)
    text[column.is_null().to_numpy()] = None
    return text


def json_column(column: pa.ChunkedArray) -> NDArray[Any] | Coded:
    """Values as JSON writes them: floats where all that are there are numbers, else texts.

    None or NaN where there is none; true and false among numbers are 1 and 0; what is no text stays
    as JSON writes it.
    """
    each = column.combine_chunks().dictionary_encode()
    place = each.indices.fill_null(len(each.dictionary)).to_numpy(zero_copy_only=False)
    cells = [None if one == "null" else one for one in each.dictionary.to_pylist()]
    with suppress(pa.ArrowInvalid):  # a word among the numbers
        if {*cells} - {None, *YES}:
            told = pa.array([YES.get(one, one) for one in cells], pa.string()).cast(pa.float64())
            return np.asarray(np.append(told.to_numpy(zero_copy_only=False), np.nan)[place])
    # a text is written in quotes; all else stays as it is written
    said = [orjson.loads(one) if one and one[0] == '"' else one for one in cells]
    said += [None] * bool(each.indices.null_count)
    names, code = coded(pa.array(said, pa.string()))
    return Coded(names, code[place])
