"""Lists of scores along an answer, side by side: read from JSON, padded, gaps kept as gaps."""

from __future__ import annotations

import json
import re
from itertools import chain
from types import NoneType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.interval import Floats

NUMBER = r"-?(?:0|[1-9]\d*+)(?:\.\d++)?+(?:[eE][+-]?\d++)?+"
PLAIN = re.compile(rf"(?:\[{NUMBER}(?:, ?{NUMBER})*+\](?:\n|\Z))++", re.ASCII)
"""Lists of numbers and nothing else, one a line."""


def table(column: NDArray[Any], name: str) -> tuple[Floats, NDArray[np.int64]]:
    """A column of lists, or of their JSON, as (N, T) with NaN for what is not there; sizes (N,).

    A missing list is of size 0. ValueError naming the column for what is no list of numbers.

    >>> told, sizes = table(np.array(["[0.5, null]", None, "[1]"], dtype=object), "scores")
    >>> told.tolist(), sizes.tolist()
    ([[0.5, nan], [nan, nan], [1.0, nan]], [2, 0, 1])
    """
    cells = column.tolist()
    plainly = _plainly(cells)
    if plainly is not None:
        return plainly
    rows = _parsed(cells)
    plain = set(map(type, rows)) == {list}
    if not plain or not set(map(type, chain.from_iterable(rows))) <= {int, float, NoneType}:
        rows = [_read(cell, name) for cell in rows]
    sizes = np.array([len(row) for row in rows], dtype=np.int64)
    return _padded(np.array(list(chain.from_iterable(rows)), dtype=float), sizes), sizes


def _padded(cells: Floats, sizes: NDArray[np.int64]) -> Floats:
    """The numbers of all rows end to end as (N, T), NaN beyond each row's own; infinite is NaN."""
    found = np.full((sizes.size, int(sizes.max(initial=0))), np.nan)
    found[np.arange(found.shape[1]) < sizes[:, None]] = np.where(np.isinf(cells), np.nan, cells)
    return found


def _plainly(cells: list[Any]) -> tuple[Floats, NDArray[np.int64]] | None:
    """The same where every cell is a text that lists plain numbers, which most do, without JSON.

    >>> [one.tolist() for one in _plainly(["[0.5,1]", "[2]"])]
    [[[0.5, 1.0], [2.0, nan]], [2, 1]]
    """
    if not cells or set(map(type, cells)) != {str}:
        return None
    whole = "\n".join(cells)
    if whole.count("\n") >= len(cells) or not PLAIN.fullmatch(whole):
        return None
    signs = np.frombuffer(whole.encode("ascii"), np.uint8)
    after = signs[(signs == ord(",")) | (signs == ord("\n"))]  # what stands after each number
    sizes = np.diff(np.flatnonzero(after == ord("\n")), prepend=-1, append=after.size)
    numbers = np.fromstring(whole.replace("]\n[", ",")[1:-1], sep=",")
    return _padded(numbers, sizes), sizes


def _parsed(cells: list[Any]) -> list[Any]:
    """The cells with texts read as JSON, at once where all are fit; a text that is not stays."""
    texts = [cell if isinstance(cell, str) else "null" for cell in cells]
    whole = all(text == "null" or (text[:1] == "[" and text[-1:] == "]") for text in texts)
    try:
        told = json.loads(f"[{','.join(texts)}]") if whole else []
    except ValueError:
        told = []
    if len(told) != len(cells):
        told = [_one(text) for text in texts]
    return [t if isinstance(c, str) else c for c, t in zip(cells, told, strict=True)]


def _one(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _read(cell: Any, name: str) -> list[Any]:
    if cell is None or (isinstance(cell, float) and cell != cell):
        return []
    row = [cell] if isinstance(cell, int | float) else cell
    if isinstance(row, list | tuple | np.ndarray) and all(map(_number, row)):
        return list(row)
    raise ValueError(
        f"{name} is {str(cell)[:60]!r}; it must be a list of numbers such as [0.98, 0.6, null]"
    )


def _number(one: Any) -> bool:
    return one is None or (isinstance(one, int | float | np.number) and not isinstance(one, bool))
