"""Where the stripes of an export begin and end: by bytes, and alike on any day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from db.exports import BLOCK
from db.warehouse import Connection

HEAVY = 16 * 2**20
"""Bytes of a stripe, as its long texts and the number of its rows tell."""


class Edge(NamedTuple):
    """A stripe: its first and its last row, those of its prompts, how many rows, their bytes."""

    low: int
    high: int
    first: int
    last: int
    n: int
    weight: int


def edges_of(cursor: Connection, table: str, only: str) -> Iterator[Edge]:
    """The stripes, told by the rows themselves, BLOCK by BLOCK, so that the same rows are cut alike
    on any day."""
    source = f"blocks {only}"  # several of a block where it is split
    if table != "outputs":
        source = f"""(SELECT o AS low, o AS high, 0 AS first, 0 AS last, 1 AS n, weight
                      FROM rows_{table})"""
    query = f"""SELECT min(low) AS low, max(high) AS high, min(first) AS first, max(last) AS last,
                       sum(n)::BIGINT AS n, sum(weight)::BIGINT AS weight
                FROM {source} GROUP BY low // {BLOCK} ORDER BY low"""
    told = cursor.execute(query).to_arrow_table().columns
    low, high, first, last, n, weight = (column.to_numpy() for column in told)
    so_far, start = np.cumsum(weight), 0
    while start < len(low):
        before = so_far[start - 1] if start else 0
        end = max(int(np.searchsorted(so_far, before + HEAVY, side="right")), start + 1)
        part = slice(start, end)
        yield Edge(int(low[start]), int(high[end - 1]), int(first[part].min()),
                   int(last[part].max()), int(n[part].sum()), int(weight[part].sum()))  # fmt: skip
        start = end


def together(edges: Iterable[Edge], most: int) -> Iterator[list[Edge]]:
    """Stripes that follow one another, so many bytes at a time, or one that is heavier.

    >>> edges = [Edge(0, 0, 0, 0, 1, weight) for weight in (3, 4, 9, 2, 2)]
    >>> [[edge.weight for edge in some] for some in together(edges, 7)]
    [[3, 4], [9], [2, 2]]
    """
    some: list[Edge] = []
    for edge in edges:
        if some and sum(one.weight for one in some) + edge.weight > most:
            yield some
            some = []
        some.append(edge)
    if some:
        yield some
