"""What is missing among the picked outputs, and the harm of each by dimension."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from db.warehouse import Connection

NAMED = (
    "outputs have no text", "outputs were cut off by a length limit", "outputs have no prompt",
    "scores have no value: the judge gave none", "outputs have no score at all",
)  # fmt: skip


def count(cursor: Connection) -> dict[str, int]:
    """What is missing, in words, and how often; 160 blanks at the start count as no text."""
    row = cursor.execute(
        """SELECT count(*) FILTER (trim(coalesce(o.opening, '')) = ''),
                  count(*) FILTER (o.finish = 'length')
           FROM picks p JOIN lake.outputs o ON o.rowid = p.o"""
    ).fetchone()
    bare = cursor.execute(
        """SELECT count(*) FROM picks p LEFT JOIN lake.items i ON i.rowid = p.i
           WHERE i.opening IS NULL"""
    ).fetchone()
    lost = cursor.execute(
        """SELECT count(*) FILTER (lost), (SELECT count(*) FROM picks) - count(DISTINCT k)
           FROM rows_scores"""
    ).fetchone()
    found = (*(row or ()), *(bare or ()), *(lost or ()))
    return dict(zip(NAMED, (int(n) for n in found), strict=True))


def harm(cursor: Connection) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Each harm dimension with the mean of its judges' scores of every output (NaN for none)."""
    names = cursor.execute(
        """SELECT DISTINCT s.dimension FROM lake.scores s JOIN rows_scores r ON r.o = s.rowid
           WHERE s.up = 'harm' ORDER BY 1"""
    ).fetchall()
    for (name,) in names:
        found = cursor.execute(
            """SELECT avg(s.value)::DOUBLE AS harm
               FROM lake.scores s JOIN rows_scores r ON r.o = s.rowid
               WHERE s.dimension = ? GROUP BY r.k ORDER BY r.k""",
            [name],
        ).to_arrow_table()
        yield str(name), found["harm"].to_numpy()
