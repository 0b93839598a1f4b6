"""Ablation: how far a rate shifts when a part of the model is taken out (FL-10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import marks, spread
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.pairs import HOW, paired
from risk.seen import each


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The rate with everything and, for each part removed, the rate and its shift."""
    value = statistic(columns, chosen["score"])
    for name, found in paired(columns, value, chosen["plain"]).items():
        yield Finding("whole", spread.mean(found.before, found.pair, found.lost, 0.0, 1.0), name)
        yield Finding("without", spread.mean(found.after, found.pair, found.lost, 0.0, 1.0), name)
        shift = found.after - found.before
        yield Finding("shift", spread.mean(shift, found.pair, found.lost, -1.0, 1.0), name)


def statistic(columns: Columns, name: str) -> Floats:
    """What is averaged (N,): the score of that name, else refusals, 1 or 0, NaN unlabeled.

    >>> statistic({"act": np.array(["refused", "answered", None], dtype=object)}, "").tolist()
    [1.0, 0.0, nan]
    """
    if name or marks.maybe(columns, "act") is None:
        return marks.scored(columns, name, "refusal")
    usable = {"refused": 1.0, "answered": 0.0, "hedged": 0.0, "abstained": 0.0}
    return each(columns["act"], lambda act: usable.get(str(act), np.nan))


LENS = Lens(
    name="heads",
    title="What a removed part changes",
    source="Safety attention heads (Ships), arXiv 2410.13708",
    up="neither",
    table="outputs",
    needs=("pair_id", "prompt_variant", "act|refusal"),
    may_use=("sample", "pair_sample"),
    parameters=(
        Parameter("score", "", "the score averaged; empty: whether the answer is a refusal"),
        Parameter("plain", "whole", "the variant answered by the whole model"),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's Ships compares whole distributions: here the shift is "
        "the rate with the part removed less the rate with everything, over the same prompts"
    ),
    edges=(
        "The sign is kept: below 0 the part carried the behavior. Parts interact, so shifts do not "
        "add up. Partial refusals and abstentions are not refusals; answers that could not act are "
        "lost, and a removed part may well make more of them. Pairs with a side missing are lost."
    ),
    how_to_get=HOW
    | {
        "prompt_variant": "run the scorer heads on the Score page, or tag answers of the whole "
        "model whole, others with the part removed",
        "act|refusal": "label what the model did, or map a refusal score to refusal",
    },
)
