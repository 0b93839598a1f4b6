"""Leave one out: what each segment of the context adds to a score (FL-10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import marks, spread
from risk.lens import Columns, Finding, Lens, Parameter
from risk.pairs import HOW, paired
from risk.verdict import counted


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Each segment's mean contribution, and how many cases it drives the most.

    >>> from risk.lens import worked
    >>> kinds = ["all", "segment 2"]
    >>> found = worked(LENS, pair_id=["p", "p"], prompt_variant=kinds, score=[0.80, 0.35])
    >>> found["contribution segment 2"]
    0.45
    """
    score = marks.scored(columns, chosen["score"], "score|unsafe|harm|refusal")
    every = paired(columns, score, chosen["plain"])
    lead: dict[str, tuple[float, str]] = {}
    for name, found in every.items():
        part = found.before - found.after
        yield Finding("contribution", spread.mean(part, found.pair, lost=found.lost), name)
        keys = columns["pair_id"][found.row].astype(str).tolist()
        for key, size in zip(keys, np.abs(part).tolist(), strict=True):
            if size > lead.get(key, (0.0, ""))[0]:
                lead[key] = (size, name)
    for name in every:
        led = sum(one == name for _, one in lead.values())
        yield Finding("drives", counted(led, len(lead)), name)


LENS = Lens(
    name="leave_one_out",
    title="What each segment adds",
    source="CausalArmor; leave-one-out attribution",
    up="neither",
    table="outputs",
    needs=("pair_id", "prompt_variant", "score|unsafe|harm|refusal"),
    may_use=("sample", "pair_sample"),
    parameters=(
        Parameter("score", "", "the score; empty: score, unsafe, harm, refusal"),
        Parameter("plain", "all", "the variant with every segment"),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's attribution is not public: a segment's contribution "
        "is the score with everything less the score without the segment"
    ),
    edges=(
        "The sign is kept: above 0 the segment raises the score. Segments interact, so "
        "contributions do not add up to the score. drives counts the cases in which a segment "
        "moved the score the most, of those in which any did; of equal ones the first by name. "
        "Pairs with a side missing are lost."
    ),
    how_to_get=HOW
    | {
        "prompt_variant": "run the scorer leave_one_out on the Score page, or tag the whole "
        "context all, others with the segment that was left out",
        "score|unsafe|harm|refusal": "load a score of the answers, or label them",
    },
)
