"""An answer of the warehouse as NumPy arrays, one a column."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from db.warehouse import Connection

Arrays = dict[str, NDArray[Any]]


def arrays(cursor: Connection) -> Arrays:
    """The answer of the last query as arrays: numbers float with NaN, text object with None."""
    table = cursor.to_arrow_table()
    found: Arrays = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_string(column.type):
            found[name] = words(column)
            continue
        plain = column.to_pandas().to_numpy()
        found[name] = plain if plain.dtype.kind in "fiub" else _text(plain, column)
    return found


def words(column: pa.Array | pa.ChunkedArray) -> NDArray[Any]:
    """A column of texts as objects, None where there is none.

    Equal texts are one object: each is made once, and comparing them is quick.
    """
    each, place = coded(column)
    return np.asarray(each[place])


def coded(column: pa.Array | pa.ChunkedArray) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The distinct texts by name, None before them where a row has none; each row's place."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    told = whole.dictionary_encode()
    here = [None, *told.dictionary.to_pylist()]
    order = sorted(range(1, len(here)), key=lambda at: here[at] or "")
    each = np.array([None, *(here[at] for at in order)], dtype=object)
    rank = np.empty(len(here), dtype=np.int64)
    rank[[0, *order]] = np.arange(len(here))
    place = rank[told.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1]
    return (each, place) if told.indices.null_count else (each[1:], place - 1)


def _text(plain: NDArray[Any], column: pa.ChunkedArray) -> NDArray[Any]:
    text = plain.astype(object)
    text[column.is_null().to_numpy()] = None
    return text


def json_column(column: pa.ChunkedArray) -> NDArray[Any]:
    """Values as JSON writes them: floats where all that are there are numbers, else texts.

    None or NaN where there is none; what is no text stays as JSON writes it.
    """
    told = pc.if_else(pc.equal(column, "null"), pa.scalar(None, column.type), column)
    if told.null_count < len(told):
        with suppress(pa.ArrowInvalid):  # a word among the numbers
            return np.asarray(told.cast(pa.float64()).to_numpy())
    whole = told.combine_chunks() if isinstance(told, pa.ChunkedArray) else told
    coded = whole.dictionary_encode()
    # a text is written in quotes; all else stays as it is written
    said = [orjson.loads(one) if one[:1] == '"' else one for one in coded.dictionary.to_pylist()]
    each = np.array([*said, None], dtype=object)
    place = coded.indices.fill_null(len(said)).to_numpy(zero_copy_only=False)
    return np.asarray(each[place])
