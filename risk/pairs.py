"""Pairs: the same prompt under a plain and under other conditions, and what changes between."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.interval import Floats
from risk.lens import Columns

HOW = {
    "pair_id": "tag each prompt with the pair it belongs to when you load the prompts",
    "prompt_variant": "tag each prompt with its condition, plain or the name of what was changed",
}
"""How to get the two columns that make pairs."""


class Pairs(NamedTuple):
    """P pairs of one condition: the values before and after (P,), their rows in the table (P,),
    the pair each belongs to (P,), and how many pairs lack a side."""

    before: Floats
    after: Floats
    row: NDArray[np.int64]
    pair: NDArray[np.int64]
    lost: int


def paired(columns: Columns, value: Floats, plain: str) -> dict[str, Pairs]:
    """Every condition but `plain` -> its rows of value (N,) against the plain ones.

    `pair_id` and `prompt_variant` make the pairs, and `pair_sample`, else `sample`, where there is
    one; a pair is lost where a side is absent or NaN. ValueError where no prompt is plain, or
    every one is.

    >>> text = lambda *words: np.array(words, dtype=object)
    >>> table = {"pair_id": text("a", "a", "b"), "prompt_variant": text("plain", "typo", "plain")}
    >>> found = paired(table, np.array([1.0, 0.5, 1.0]), "plain")["typo"]
    >>> found.before.tolist(), found.after.tolist(), found.lost
    ([1.0], [0.5], 1)
    """
    rows = _rows(columns)
    if plain not in rows:
        there = ", ".join(sorted(rows)) or "none"
        raise ValueError(f"no prompt is of the variant {plain!r}; there are {there}")
    if len(rows) == 1:
        raise ValueError(f"every prompt is of the variant {plain!r}; another is needed")
    return {
        name: _pairs(rows[plain], mine, value)
        for name, mine in sorted(rows.items())
        if name != plain
    }


Key = tuple[str, float]


def _rows(columns: Columns) -> dict[str, dict[Key, int]]:
    """Condition -> pair and sample -> row."""
    n = len(columns["pair_id"])
    sample = columns.get("pair_sample", columns.get("sample"))
    samples = [0] * n if sample is None else sample.tolist()
    found: dict[str, dict[Key, int]] = {}
    told = zip(
        columns["prompt_variant"].tolist(), columns["pair_id"].tolist(), samples, strict=True
    )
    for row, (kind, pair, sample) in enumerate(told):
        if kind is not None and pair is not None:
            found.setdefault(str(kind), {})[str(pair), float(sample)] = row
    return found


def _pairs(plain: dict[Key, int], other: dict[Key, int], value: Floats) -> Pairs:
    keys = sorted(plain.keys() & other.keys())
    row = np.array([other[key] for key in keys], dtype=np.int64)
    start = np.array([plain[key] for key in keys], dtype=np.int64)
    known = ~(np.isnan(value[row]) | np.isnan(value[start]))
    names = np.array([pair for pair, _ in keys], dtype=object).astype(str)
    code: Any = np.unique(names, return_inverse=True)[1] if len(keys) else row
    lost = len(other) - int(known.sum()) + len(plain.keys() - other.keys())
    return Pairs(value[start[known]], value[row[known]], row[known], code[known], lost)
