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
    """What is missing of what is picked, in words, and how often; see `exports.prepare`."""
    row = cursor.execute(
        """SELECT count(*) FILTER (blank), count(*) FILTER (cut), count(*) FILTER (bare)
           FROM keys"""
    ).fetchone()
    lost = cursor.execute(
        """SELECT count(*) FILTER (value IS NULL), (SELECT count(*) FROM picks) - count(DISTINCT k)
           FROM rows_scores"""
    ).fetchone()
    found = (*(row or ()), *(lost or ()))
    return dict(zip(NAMED, (int(n) for n in found), strict=True))


def harm(cursor: Connection) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Each harm dimension with the mean of its judges' scores of every output (NaN for none)."""
    names = cursor.execute(
        "SELECT DISTINCT dimension FROM rows_scores WHERE up = 'harm' ORDER BY 1"
    ).fetchall()
    for (name,) in names:
        found = cursor.execute(
            """SELECT avg(value)::DOUBLE AS harm FROM rows_scores
               WHERE dimension = ? GROUP BY k ORDER BY k""",
            [name],
        ).to_arrow_table()
        yield str(name), found["harm"].to_numpy()
