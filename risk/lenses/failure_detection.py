"""Failure detection: does uncertainty find the wrong answers (FL-01)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import detect, marks, spread
from risk.lens import Columns, Finding, Lens, Parameter


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """AUROC, AUPR and FPR at 95 % recall of "wrong" by uncertainty, and AUPR's floor."""
    u = unsure(columns, chosen["score"])
    wrong = 1 - marks.yes(np.asarray(columns["correct"]))
    again = (spread.items(columns.get("item_id")), chosen["draws"], chosen["seed"])
    found = detect.curves(u, wrong, *again)
    yield Finding("auroc", found["auroc"])
    yield Finding("aupr", found["auprc"])
    yield Finding("fpr95", found["fpr95"])
    kept = marks.both(u, wrong)
    yield Finding("floor", detect.floor(np.where(kept, wrong, np.nan)))


def unsure(columns: Columns, name: str) -> Any:
    """Uncertainty (N,): the score of that name, else uncertainty, else 1 less the confidence.

    >>> unsure({"confidence": np.array([0.75])}, "").tolist()
    [0.25]
    """
    if name:
        return marks.scored(columns, name, "uncertainty")
    there = marks.maybe(columns, "uncertainty")
    return marks.numbers(there) if there is not None else 1 - marks.numbers(columns["confidence"])


LENS = Lens(
    name="failure_detection",
    title="Does uncertainty find failures",
    source="Safe AI with vision-language models; FPR95 as in arXiv 1706.02690",
    up="good",
    table="outputs",
    needs=("uncertainty|confidence", "correct"),
    may_use=("item_id",),
    parameters=(
        Parameter("score", "", "the uncertainty; empty: uncertainty, else 1 less confidence"),
        marks.DRAWS,
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper asks the question of robots: AUROC, average precision "
        "and FPR95 are the standard answers, with wrong as the positive class"
    ),
    edges=(
        "Up is good but for fpr95, the least share of right answers flagged with 95 % of the wrong "
        "ones. Without a wrong and a right answer nothing is defined. Ties count half in AUROC and "
        "whole in the others. Abstentions are neither right nor wrong: lost. floor is the error "
        "rate, which aupr reaches by chance."
    ),
    how_to_get={
        "uncertainty|confidence": "map a confidence or an uncertainty, or load option "
        "log-probabilities",
        "correct": "load a log with a correctness score, or label answers correct or not",
    },
)
