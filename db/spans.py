"""Where in the files of the lake rows lie, so that a read passes over what it does not ask for.

DuckLake tells a row's number only once it has read it: a range of rows would go through those of
the whole table. Within a file the numbers follow one another, and by its own numbers a file is
passed over row group by row group.
"""

from __future__ import annotations

from typing import NamedTuple

from db.warehouse import Connection


class Span(NamedTuple):
    """The rows of one file: the first, the last, and what is before it in the table."""

    low: int
    high: int
    before: int


def spans(cursor: Connection, table: str) -> list[Span]:
    """The files of a table; none where rows do not follow one another in any of them."""
    found = cursor.execute(
        f"""SELECT min(rowid), max(rowid), min(rowid - file_row_number),
                   max(rowid - file_row_number)
            FROM lake.{table} GROUP BY filename ORDER BY ALL"""
    ).fetchall()
    if any(least is None or least != most for _, _, least, most in found):
        return []
    return [Span(low, high, least) for low, high, least, _ in found]


def within(found: list[Span], low: int, high: int) -> str:
    """The condition that a row of a table is one of low to high.

    What is said of the rows of a file is said of every file, so it is as wide as the widest needs.

    >>> within([Span(0, 99, 0), Span(100, 199, 100)], 120, 130)
    'rowid BETWEEN 120 AND 130 AND file_row_number BETWEEN 20 AND 30'
    >>> within([Span(0, 99, 0), Span(100, 199, 100)], 90, 104)
    'rowid BETWEEN 90 AND 104 AND file_row_number BETWEEN 0 AND 99'
    >>> within([], 90, 104)
    'rowid BETWEEN 90 AND 104'
    """
    told = f"rowid BETWEEN {low} AND {high}"
    held = [one for one in found if one.low <= high and low <= one.high]
    if not held:
        return told
    first = min(max(low, one.low) - one.before for one in held)
    last = max(min(high, one.high) - one.before for one in held)
    return f"{told} AND file_row_number BETWEEN {first} AND {last}"
