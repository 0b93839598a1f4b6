"""Responsiveness: which single edits of a case flip the decision on it (arXiv 2410.22598)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import marks, spread
from risk.lens import Columns, Finding, Lens, Parameter
from risk.pairs import HOW, paired


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Share of the edits of each kind that flip the decision, and that flip it off.

    >>> from risk.lens import worked
    >>> kinds, said = ["plain"] * 4 + ["age"] * 4, [1, 0, 1, 0, 1, 0, 0, 0]
    >>> worked(LENS, pair_id=list("abcd") * 2, prompt_variant=kinds, decision=said)
    {'flips age': 0.25, 'flips_off age': 0.5}
    """
    score = marks.scored(columns, chosen["score"], "decision|unsafe|correct")
    decided = marks.from_half(score, chosen["threshold"])
    every = []
    for name, found in paired(columns, decided, chosen["plain"]).items():
        flip = (found.before != found.after).astype(float)
        every.append((found, flip))
        yield Finding("flips", spread.share(flip, items=found.pair, lost=found.lost), name)
        off = np.where(found.before == 1, flip, np.nan)
        if (found.before == 1).any():
            yield Finding("flips_off", spread.share(off, items=found.pair), name)
    if len(every) > 1:
        keys = _cases(columns, every)
        yield Finding("any_flip", spread.share(keys))


def _cases(columns: Columns, every: list[Any]) -> Any:
    """Of each case edited in any way (C,), whether some edit flips it."""
    names = np.concatenate([columns["pair_id"][found.row] for found, _ in every]).astype(str)
    flips = np.concatenate([flip for _, flip in every])
    place = np.unique(names, return_inverse=True)[1]
    return (np.bincount(place, flips) > 0).astype(float)


LENS = Lens(
    name="responsiveness",
    title="Edits that flip the outcome",
    source="Feature responsiveness, arXiv 2410.22598",
    up="neither",
    table="outputs",
    needs=("pair_id", "prompt_variant", "decision|unsafe|correct"),
    may_use=("sample", "pair_sample"),
    parameters=(
        Parameter("score", "", "the decision; empty: decision, unsafe, correct"),
        Parameter("threshold", 0.5, "a score from here up is a decision for", -1e9, 1e9),
        Parameter("plain", "plain", "the variant of the prompts nothing was done to"),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's counts every reachable point of a feature space and "
        "here only the edits at hand can be counted"
    ),
    edges=(
        "No direction: to be able to change a decision is good, to change it by an idle word is "
        "not. The edits at hand are no sample of all possible ones. flips_off is over the cases "
        "decided for. any_flip is the share of edited cases that some edit flips: it grows with "
        "the number of edits. Pairs with a side missing are lost."
    ),
    how_to_get=HOW | {"decision|unsafe|correct": "map the decision, or a score, to decision"},
)
