"""An answer of the warehouse as NumPy arrays, one a column."""

from __future__ import annotations

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
ODD = {"true": 1.0, "false": 0.0, "null": np.nan}
"""What may stand among the numbers of JSON, and as which it counts."""


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


def where(row: NDArray[np.int64], some: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places (M,) at which `some` rows of the lake stand among those of a run (N,).

    >>> where(np.array([7, 3, 5]), np.array([3, 7])).tolist()
    [1, 0]
    """
    order = np.argsort(row, kind="stable")
    return np.asarray(order[np.searchsorted(row, some, sorter=order)])


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
    as JSON writes it. Texts most of which are different are not coded: sorting them costs more.
    """
    each = column.combine_chunks().dictionary_encode()
    place = each.indices.fill_null(len(each.dictionary)).to_numpy(zero_copy_only=False)
    if (numbers := _numbers(each.dictionary)) is not None:
        return np.asarray(np.append(numbers, np.nan)[place])
    # a text is written in quotes; all else stays as it is written
    cells = [None if one == "null" else one for one in each.dictionary.to_pylist()]
    said = [orjson.loads(one) if one and one[0] == '"' else one for one in cells]
    if len(said) > len(place) / 2:
        return np.asarray(np.array([*said, None], dtype=object)[place])
    said += [None] * bool(each.indices.null_count)
    names, code = coded(pa.array(said, pa.string()))
    return Coded(names, code[place])


def _numbers(words: pa.Array) -> NDArray[np.float64] | None:
    """Values as JSON writes them as floats; None where one is no number, or none is."""
    odd = pc.is_in(words, pa.array(list(ODD))).to_numpy(zero_copy_only=False)
    number = words.filter(pa.array(~odd))
    found = np.empty(len(words))
    try:
        found[~odd] = number.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    found[odd] = [ODD[one] for one in words.filter(pa.array(odd)).to_pylist()]
    return found if len(number) else None
