"""Length bias: does a score reward or punish length (FL-19)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import error, marks, spread
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing
from risk.seen import codes
from risk.verdict import slices

LABELS = ("label_score", "label_rating", "label_severity", "label_harm", "act", "correct")
LEVELS = 50


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Rank correlation of score and length: overall, within labels, and their weighted mean.

    >>> from risk.lens import worked
    >>> worked(LENS, score=[2, 2, 4, 4, 5], n_tokens=[100, 220, 180, 400, 600])["spearman"]
    0.7379
    """
    score = marks.scored(columns, chosen["score"], "score|harm|confidence|correct")
    length = marks.numbers(columns["n_tokens"])
    of = spread.items(columns.get("item_id"))
    again = (chosen["draws"], chosen["seed"])
    yield Finding("spearman", error.spearman(score, length, of, *again))
    parts = []
    names = [n for n in LABELS if n in columns and columns[n] is not score and _few(columns[n])]
    for name, rows in slices(columns, *names):
        own = None if of is None else of[rows]
        found = error.spearman(score[rows], length[rows], own, *again)
        parts.append(found)
        yield Finding("spearman", found, name)
    if parts:
        yield Finding("within", _within(parts))


def _few(label: Any) -> bool:
    """Whether a column has levels to look within: 50 at most."""
    levels = [one for one in codes(label)[0].tolist() if one is not None and one == one]
    return len(levels) <= LEVELS


def _within(parts: list[Measure]) -> Measure:
    """The mean of the correlations within labels, weighted by rows, as if levels were apart."""
    known = [one for one in parts if one.known]
    n, lost = sum(one.n for one in known), sum(one.lost for one in parts)
    if not known:
        return missing("no label has a correlation", lost=lost)
    weight: Floats = np.array([one.n for one in known]) / n
    value = float(weight @ [one.value for one in known])
    # levels share no item unless samples of one differ in label: half-widths add as independent
    half = np.array([(one.high - one.low) / 2 for one in known])
    wide = float(np.sqrt(((weight * half) ** 2).sum()))
    if math.isnan(wide):
        return Measure(value, n=n, lost=lost, why="a label's own has no interval")
    return Measure(value, max(-1.0, value - wide), min(1.0, value + wide), n, lost)


LENS = Lens(
    name="length_bias",
    title="Does length move the score",
    source="R3; length bias of judges",
    up="neither",
    table="outputs",
    needs=("score|harm|confidence|correct", "n_tokens"),
    may_use=("item_id", *(name for name in LABELS if name.startswith("label"))),
    parameters=(
        Parameter("score", "", "the score; empty: score, harm, confidence, correct"),
        marks.DRAWS,
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's own statistic is not known to us: Spearman's rank "
        "correlation of score and length"
    ),
    edges=(
        "0 is no bias, above 0 longer answers score higher. Without people's labels quality and "
        "length are confounded: `within` looks inside the levels of the first label there is, "
        "weighted by rows; one with over 50 levels is no such label. A constant score or "
        "length, or fewer than three rows, is not defined. "
        "Ties have their mean rank. Ranks are held fixed while items are resampled."
    ),
    how_to_get={
        "score|harm|confidence|correct": "load a judge's score",
        "n_tokens": "map the column that counts the answer's tokens",
    },
)
