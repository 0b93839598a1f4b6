"""Pairs: the same prompt under a plain and under other conditions, and what changes between."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk.interval import Floats
from risk.lens import Columns
from risk.seen import codes, each, once

HOW = {
    "pair_id": "tag each prompt with the pair it belongs to when you load the prompts",
    "prompt_variant": "tag each prompt with its condition, plain or the name of what was changed",
}
"""How to get the two columns that make pairs."""
MOST = 100
"""Pairs an answer may make on average: where they are more, pair_id names no pairs."""


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
    one; a pair is lost where a side is absent or NaN. Of several answers with one pair, variant
    and sample each makes its pairs. ValueError where no prompt is plain, or every one is.

    >>> text = lambda *words: np.array(words, dtype=object)
    >>> table = {"pair_id": text("a", "a", "b"), "prompt_variant": text("plain", "typo", "plain")}
    >>> found = paired(table, np.array([1.0, 0.5, 1.0]), "plain")["typo"]
    >>> found.before.tolist(), found.after.tolist(), found.lost
    ([1.0], [0.5], 1)
    """
    pair, variant = columns["pair_id"], columns["prompt_variant"]
    names, kind, code = _keyed(pair, variant, columns.get("pair_sample", columns.get("sample")))
    if plain not in names:
        there = ", ".join(names) or "none"
        raise ValueError(f"no prompt is of the variant {plain!r}; there are {there}")
    if len(names) == 1:
        raise ValueError(f"every prompt is of the variant {plain!r}; another is needed")
    start = np.flatnonzero(kind == names.index(plain))
    return {
        name: _pairs(start, np.flatnonzero(kind == at), code, value, pair)
        for at, name in enumerate(names)
        if name != plain
    }


Ints = NDArray[np.int64]
Keyed = tuple[tuple[str, ...], Ints, Ints]


@once
def _keyed(pair: NDArray[Any], variant: NDArray[Any], sample: NDArray[Any] | None) -> Keyed:
    """The variants by name; each row's variant, -1 for none; its pair and sample as one code."""
    said = codes(variant)[0].tolist()
    names = tuple(sorted({str(one) for one in said if one is not None}))
    kind = each(variant, lambda one: -1 if one is None else names.index(str(one)), np.int64)
    kind[each(pair, lambda one: one is None, bool)] = -1
    code = codes(pair)[1]
    if sample is None:
        return names, kind, code.astype(np.int64)
    samples, which = np.unique(np.asarray(sample, dtype=float), return_inverse=True)
    return names, kind, np.asarray(code * samples.size + which, dtype=np.int64)


def _pairs(plain: Ints, other: Ints, code: Ints, value: Floats, pair: NDArray[Any]) -> Pairs:
    """Rows of the one condition with those of the other that have their key, each with each."""
    plain, other = (rows[np.argsort(code[rows], kind="stable")] for rows in (plain, other))
    first, last = (np.searchsorted(code[plain], code[other], side) for side in ("left", "right"))
    often = last - first
    total = int(often.sum())
    if total > MOST * code.size:
        raise ValueError(f"pair_id and sample make {total:,} pairs of {code.size:,} answers")
    row = np.repeat(other, often)
    start = plain[np.arange(total) + np.repeat(first - np.cumsum(often) + often, often)]
    known = ~(np.isnan(value[row]) | np.isnan(value[start]))
    told: Ints = row
    if row.size:
        told = np.unique(pair[row].astype(str), return_inverse=True)[1].astype(np.int64)
    alone = int((often == 0).sum()) + int((~np.isin(code[plain], code[other])).sum())
    lost = int((~known).sum()) + alone
    return Pairs(value[start[known]], value[row[known]], row[known], told[known], lost)
