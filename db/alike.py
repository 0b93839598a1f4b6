"""Columns of an export that no row need be read for: what its run tells, and what nobody filled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pyarrow as pa

from db.columns import columns
from db.warehouse import Connection

NUMBER = "number of the run"
"""The column by which `added` knows the run of a row."""
TABLES = {"o": "lake.outputs", "i": "lake.items", "l": "said", "p": "picks"}
"""Name in an expression of a column -> the table that is asked whether it is filled."""
DRAWN = "probability"
"""A column that each answer tells; where all of a run tell the same its run does, too."""
FIRST = 2_000
"""Rows that are asked before all are."""
SOURCE = re.compile(r"\b([oilp])\.(\w+)")
Known = Mapping[str, pa.DictionaryArray | None]
"""Column -> what each run tells, by its number; None for a column of nothing."""


def known(cursor: Connection, table: str, names: Sequence[str]) -> Known:
    """The columns that are known without their rows, of `names`."""
    told = columns(table)
    runs = cursor.execute("FROM facts ORDER BY n").to_arrow_table()
    found: dict[str, pa.DictionaryArray | None] = {
        name: runs.column(name).combine_chunks().dictionary_encode()
        for name in names
        if told.get(name) == f"f.{name}" or (name == DRAWN and not runs.column(name).null_count)
    }
    return found | dict.fromkeys(_empty(cursor, table, names))


def _empty(cursor: Connection, table: str, names: Sequence[str]) -> list[str]:
    """The columns that come from one column alone, which is NULL in every row."""
    sources = {name: set(SOURCE.findall(columns(table).get(name, ""))) for name in names}
    single = {name: told.pop() for name, told in sources.items() if len(told) == 1}
    nothing: set[tuple[str, str]] = set()
    for short, of in TABLES.items():
        asked = sorted({column for one, column in single.values() if one == short})
        for lines in (f"(FROM {of} LIMIT {FIRST})", of):  # most columns are filled from the first
            if asked:
                counts = ", ".join(f"count({column})" for column in asked)
                filled = cursor.execute(f"SELECT {counts} FROM {lines}").fetchall()[0]
                asked = [column for column, n in zip(asked, filled, strict=True) if not n]
        nothing |= {(short, column) for column in asked}
    return [name for name, source in single.items() if source in nothing]


def added(rows: pa.Table, found: Known, names: Sequence[str]) -> pa.Table:
    """The rows with the known columns, `names` in order: dictionaries, and columns of type null."""
    number = rows.column(NUMBER).combine_chunks() if NUMBER in rows.column_names else None
    for name, told in found.items():
        column = pa.nulls(rows.num_rows) if told is None else told.take(number)
        rows = rows.append_column(name, column)
    return rows.select(list(names))
