"""Abstain-QA: the answerable-unanswerable confusion matrix and its rates (arXiv 2407.16221)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from risk import abstain, spread, sums
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing
from risk.seen import each, says

CELLS = ("tp", "fp1", "fn", "fp2", "tn")


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The five cells, their rates, and F1 and balanced accuracy over items.

    >>> from risk.lens import worked
    >>> told = [True] * 8 + [False] * 7
    >>> silent, right = [0] * 7 + [1, 0, 0, 0, 1, 1, 1, 1], [1] * 5 + [0] * 10
    >>> found = worked(LENS, answerable=told, abstained=silent, correct=right)
    >>> [found[name] for name in ("aac", "uac", "ar", "f1", "balanced")]
    [0.625, 0.5714, 0.3333, 0.6667, 0.5982]
    """
    silent = np.asarray(columns["abstained"], dtype=float)
    cells = abstain.cells(columns["answerable"], silent, columns.get("correct"))
    found = abstain.matrix(cells)
    n, lost = found.answerable + found.unanswerable, found.lost
    for name in CELLS:
        yield Finding(name, Measure(getattr(found, name), n=n, lost=lost))
    yield Finding("unjudged", Measure(found.unjudged, n=n, lost=lost))
    clusters = spread.items(columns.get("item_id"))
    rates = abstain.rates(cells, clusters)
    yield from (Finding(name, measure) for name, measure in rates.items())

    sampling = (clusters, chosen["draws"], chosen["seed"])
    should = each(columns["answerable"], lambda one: np.nan if one is None else float(not one))
    yield Finding("f1", abstain.f1(should, silent, *sampling))

    inside = np.array([says(cells, name) for name in CELLS], dtype=float).T  # (N, 5)

    def both(counts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        tp, fp1, fn, fp2, tn = counts.T
        with np.errstate(invalid="ignore"):
            return np.asarray((tp / (tp + fp1 + fn) + tn / (tn + fp2)) / 2)

    balanced = sums.measure(
        both, inside, *sampling, n=n - found.unjudged, lost=lost, why="aac or uac is not defined",
        unseen=np.eye(len(CELLS)),
    )  # fmt: skip
    if math.isnan(abstain.balanced(found)):
        balanced = missing("aac or uac is not defined", n=n - found.unjudged, lost=lost)
    yield Finding("balanced", balanced)
    if "forced_correct" in columns and "correct" in columns:
        values = abstain.forced(silent, columns["correct"], columns["forced_correct"])
        rows = int(values.pop("n"))
        why = "no such row has the verdict it needs"
        for name, value in values.items():
            told = Measure(value, n=rows, lost=len(cells) - rows)
            yield Finding(name, replace(told, why="" if told.known else why), "forced")


LENS = Lens(
    name="aucm",
    title="Answerable and unanswerable",
    source="Abstain-QA, arXiv 2407.16221",
    up="good",
    table="outputs",
    needs=("answerable", "abstained"),
    may_use=("item_id", "correct", "forced_correct"),
    parameters=(
        Parameter("draws", 1000, "bootstrap replicates", 100, 20_000),
        Parameter("seed", 0, "seed of the bootstrap", 0, 2**32 - 1),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's denominator of answerable accuracy is not known: here "
        "aac is over all judged answerable items, those abstained from included. The crossing and "
        "the three rates are the paper's; the letters of the cells are ours"
    ),
    edges=(
        "Any answer to an unanswerable item is fp2, whatever it matches. Refusals, answers that "
        "could not act and answers nobody labeled are no abstentions: they are lost and counted. "
        "Hedged answers are answers. Answers without a verdict are `unjudged` and left out of aac "
        "and accuracy. A rate without rows is not defined. The abstention rate ar has no "
        "direction; over_abstention and answered_unanswerable are worse the higher. The group "
        "forced needs a second pass in which abstaining was not allowed."
    ),
    how_to_get={
        "answerable": "say of each question whether it has an answer when you load the prompts",
        "abstained": "load or make labels of what the model did, or map a score named abstained",
    },
)
