"""An answer of the warehouse as NumPy arrays, one a column."""

from __future__ import annotations

from typing import Any

import pandas as pd
from numpy.typing import NDArray

from db.warehouse import Connection

Arrays = dict[str, NDArray[Any]]


def arrays(cursor: Connection) -> Arrays:
    """The answer of the last query as arrays: numbers float with NaN, text object with None."""
    table = cursor.to_arrow_table()
    found: Arrays = {}
    for name in table.column_names:
        column = table.column(name)
        plain = column.to_pandas().to_numpy()
        found[name] = plain if plain.dtype.kind in "fiub" else _text(plain)
    return found


def _text(column: NDArray[Any]) -> NDArray[Any]:
    text = column.astype(object)
    text[pd.isna(column)] = None
    return text
