"""Ratings of items by people: one by one, as counts, as pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats

Places = NDArray[np.int64]

MANY = 5_000
"""Items from which on those labeled alike are drawn together: the same intervals for less work."""
ROOM = 20_000_000
"""Cells of kinds of items by labels at most; free text has more."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels one by one, for where a table of items by people would have no room.

    `item` (M,) counts from 0 to `items`, `person` (M,) from 0 to `people`, `value` (M,) is what was
    said; one label of a person on an item.
    """

    item: Places
    person: Places
    value: Floats
    items: int
    people: int


Ratings = ArrayLike | Labels
"""Labels one by one, or (items, people) with NaN where a person gave no label."""
TOO_MANY = "the labels are too many different ones, as free text is"


def listed(ratings: Ratings) -> Labels:
    """The labels one by one. ValueError for another shape.

    >>> said = listed([[1, np.nan], [np.nan, 2], [np.nan, np.nan]])
    >>> said.item.tolist(), said.person.tolist(), said.value.tolist(), said.items
    ([0, 1], [0, 1], [1.0, 2.0], 3)
    """
    if isinstance(ratings, Labels):
        return ratings
    rows: Floats = np.asarray(ratings, dtype=float)
    if rows.ndim != 2:
        raise ValueError(f"ratings have {rows.ndim} axes; they must be (items, people)")
    item, person = np.nonzero(~np.isnan(rows))
    return Labels(item, person, rows[item, person], *rows.shape)


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts (J, K) of each of the K `values` on kinds of items with two labels or more.

    `times` (J,) says how many items are of a kind, None where each row is one; `n` is how many
    items there are, `lost` how many had fewer labels; `of` (n,) codes the group of each item where
    several belong together.
    """

    counts: Floats
    values: Floats
    times: Floats | None
    n: int
    lost: int
    of: Places | None = None


def tally(ratings: Ratings | Tally, of: Places | None = None) -> Tally:
    """The labels counted, item by item; items labeled alike in one row above MANY of them.

    What is counted already stays. With `of` (items,), which codes what several items are of, each
    item has its row. MemoryError where there are more than ROOM cells.

    >>> told = tally([[1, 2], [2, 2], [1, np.nan]])
    >>> told.counts.tolist(), told.values.tolist(), told.n, told.lost
    ([[1.0, 1.0], [0.0, 2.0]], [1.0, 2.0], 2, 1)
    """
    if isinstance(ratings, Tally):
        return ratings
    said = listed(ratings)
    several = np.bincount(said.item, minlength=said.items) > 1
    kept = several[said.item]
    values, code = np.unique(said.value[kept], return_inverse=True)
    row = (np.cumsum(several) - 1)[said.item[kept]]
    n = kinds = int(several.sum())
    times = None
    if n > MANY and of is None:
        row, code, times = _kinds(row, code, n)
        kinds = times.size
    if kinds * values.size > ROOM:
        raise MemoryError(f"{kinds:,} kinds of items by {values.size:,} labels")
    cells = np.bincount(row * values.size + code, minlength=kinds * values.size)
    counts = cells.reshape(kinds, values.size).astype(float)
    return Tally(counts, values, times, n, said.items - n, kept_groups(of, several))


def kept_groups(of: Places | None, kept: NDArray[np.bool_]) -> Places | None:
    """The groups, codes from 0, of the items that are `kept` (items,); None without `of` (items,).

    >>> kept_groups(np.array([7, 8, 9]), np.array([True, False, True]))
    array([0, 1])
    """
    return None if of is None else np.unique(of[kept], return_inverse=True)[1].astype(np.int64)


def _kinds(row: Places, code: Places, n: int) -> tuple[Places, Places, Floats]:
    """The labels of one item of each kind (its row, its code), and how many items are of it."""
    order = np.lexsort((code, row))
    code = code[order]
    size = np.bincount(row, minlength=n)
    first = np.cumsum(size) - size
    rows, codes, times, made = [], [], [], 0
    for r in np.unique(size).tolist():
        alike = code[first[size == r][:, None] + np.arange(r)]
        told, often = np.unique(alike, axis=0, return_counts=True)
        rows.append(np.repeat(np.arange(made, made + len(told)), r))
        codes.append(told.reshape(-1))
        times.append(often)
        made += len(told)
    return np.concatenate(rows), np.concatenate(codes), np.concatenate(times).astype(float)


def pooled(
    rows: NDArray[np.int64], of: Places | None = None
) -> tuple[NDArray[np.int64], Floats | None]:
    """Above MANY rows (N, D) the different ones (J, D), and how often each is there (J,).

    Rows whose groups are told apart, by `of` (N,), stay as they are.

    >>> [part.tolist() for part in pooled(np.repeat([[1, 2], [0, 0]], [2, MANY], axis=0))]
    [[[0, 0], [1, 2]], [5000.0, 2.0]]
    """
    if len(rows) <= MANY or of is not None:
        return rows, None
    told, often = np.unique(rows, axis=0, return_counts=True)
    return told, often.astype(float)


def pairs(
    ratings: Ratings, of: Places | None = None
) -> tuple[NDArray[np.int64], int, Places | None]:
    """(pairs of labels that agree, pairs of labels) of each item with two or more (N, 2), ordered
    both ways; how many items had fewer; and the groups of the others, as `of` (items,) codes them.

    >>> pairs([[1, 1, 2], [1, np.nan, 1], [1, np.nan, np.nan]])[:2]
    (array([[2, 6],
           [2, 2]]), 1)
    """
    said = listed(ratings)
    values, code = np.unique(said.value, return_inverse=True)
    cell, often = np.unique(said.item * max(values.size, 1) + code, return_counts=True)
    item = cell // max(values.size, 1)
    alike = np.bincount(item, often * (often - 1), said.items).astype(np.int64)
    size = np.bincount(said.item, minlength=said.items)
    both = np.stack([alike, size * (size - 1)], axis=1)[size > 1]
    return both, said.items - len(both), kept_groups(of, size > 1)


def people(ratings: Ratings) -> list[int]:
    """The columns of the people who labeled anything.

    >>> people([[1, np.nan, 2], [1, np.nan, np.nan]])
    [0, 2]
    """
    return [int(place) for place in np.unique(listed(ratings).person)]


class Pairs(NamedTuple):
    """The labels of the only two people; or why there are none.

    Each of the `rows` (J, 2) is one item, or as many of the n alike as `times` (J,) says; `values`
    are the labels there are.
    """

    rows: Floats
    values: Floats
    times: Floats | None
    n: int
    lost: int
    why: str = ""
    of: Places | None = None


def paired(ratings: Ratings, of: Places | None = None) -> Pairs:
    """The items that the only two people both labeled; those alike in one row above MANY.

    With `of` (items,), which codes what several items are of, each item has its row.

    >>> both = paired([[1, 2], [2, 2], [1, np.nan]])
    >>> both.rows.tolist(), both.n, both.lost
    ([[1.0, 2.0], [2.0, 2.0]], 2, 1)
    """
    said = listed(ratings)
    who = people(said)
    if len(who) != 2:
        why = f"{len(who)} people labeled; Cohen's kappa compares exactly two"
        return Pairs(np.empty((0, 2)), np.empty(0), None, 0, said.items, why)
    values, code = np.unique(said.value, return_inverse=True)
    both = np.full((said.items, 2), -1)
    both[said.item, (said.person == who[1]).astype(int)] = code
    kept = np.asarray((both >= 0).all(axis=1))
    both, of = both[kept], kept_groups(of, kept)
    n = len(both)
    both, often = pooled(both, of)
    if len(both) * values.size > ROOM:
        return Pairs(np.empty((0, 2)), values, None, 0, said.items, TOO_MANY)
    return Pairs(values[both], np.unique(values[both]), often, n, said.items - n, of=of)
