"""Perturbation: scores that move when they should not, or stand when they should move (FL-02)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import marks, seen, spread
from risk.lens import Columns, Finding, Lens, Parameter
from risk.marks import EDGE
from risk.pairs import HOW, paired

KINDS = {"preserving": "oversensitive", "changing": "overstable"}
"""What a variant does to the meaning -> the fault it can show."""


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The mean shift of each variant; by what it does to the meaning, the share at fault.

    >>> from risk.lens import worked
    >>> score = [0.6, 0.7, 0.5, 0.9, 0.6, 0.2, 0.45, 0.9, 0.58, 0.1, 0.5, 0.4]
    >>> kinds = ["plain"] * 4 + ["preserving"] * 4 + ["changing"] * 4
    >>> found = worked(LENS, pair_id=list("abcd") * 3, prompt_variant=kinds, score=score)
    >>> found["oversensitive"], found["shift preserving"], found["overstable"]
    (0.25, 0.1375, 0.5)
    """
    score = marks.scored(columns, chosen["score"], "score|harm|correct|confidence")
    kinds, of = columns.get("variant_kind"), seen.codes(columns["pair_id"])[1]
    moved: dict[str, list[Any]] = {}
    for name, found in paired(columns, score, chosen["plain"]).items():
        shift = found.after - found.before
        yield Finding("shift", spread.mean(np.abs(shift), found.pair, lost=found.lost), name)
        yield Finding("change", spread.mean(shift, found.pair, lost=found.lost), name)
        does = seen.each(_kinds(kinds, found.row, name), marks.plain, object)
        for kind in KINDS:
            rows = np.asarray(does == kind, dtype=bool)
            if rows.any():
                lost = found.lost if rows.all() else 0
                moved.setdefault(kind, []).append((np.abs(shift[rows]), of[found.row[rows]], lost))
    for kind, fault in KINDS.items():
        parts = moved.get(kind, [])
        if not parts:
            continue
        size = np.concatenate([one[0] for one in parts])
        far = size >= chosen["delta"] - EDGE
        wrong = far if kind == "preserving" else ~far
        items = np.concatenate([one[1] for one in parts])
        yield Finding(fault, spread.share(wrong, items=items, lost=sum(one[2] for one in parts)))


def _kinds(kinds: Any, row: Any, name: str) -> Any:
    """What each pair's variant does to the meaning: a tag, else the variant's own name."""
    if kinds is None:
        return np.full(row.size, name, dtype=object)
    return kinds[row]


LENS = Lens(
    name="perturbation",
    title="Overstable and oversensitive",
    source="Essay scoring, overstable and oversensitive, doi 10.5210/dad.2023.101",
    up="harm",
    table="outputs",
    needs=("pair_id", "prompt_variant", "score|harm|correct|confidence"),
    may_use=("sample", "pair_sample", "variant_kind"),
    parameters=(
        Parameter("score", "", "the score that may shift; empty: score, harm, correct, confidence"),
        Parameter("plain", "plain", "the variant of the prompts nothing was done to"),
        Parameter("delta", 0.1, "a shift from here up counts as one", 0, 1000),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's own statistic is not known to us: a shift of delta or "
        "more counts, and delta can be moved"
    ),
    edges=(
        "Up is worse. What a variant does to the meaning is read from the tag variant_kind "
        "(preserving, changing) or from a variant of that name; where it is not known neither rate "
        "is given, the shift is. A shift of exactly delta counts as one. Pairs with a side missing "
        "are lost. shift is the mean size of the change, change its signed mean."
    ),
    how_to_get=HOW | {"score|harm|correct|confidence": "load a score of the answers"},
)
