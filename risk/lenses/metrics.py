"""Every score's plain mean, with an error bar over prompts (arXiv 2411.00640)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from risk import seen, spread
from risk.harm import codes
from risk.interval import Floats, rate
from risk.lens import Columns, Finding, Lens
from risk.measure import Measure, missing


def mean(values: Floats, items: Any) -> Measure:
    """Mean of values (N,) with a 95 % interval; items (N,) says which prompt each belongs to.

    Values of a prompt are averaged first, so each prompt counts once. NaN is lost. Shares of yes
    and no, one a prompt, have Wilson's interval; else it is Student's, over prompts.

    >>> found = mean(np.array([1.0, 0.0, 0.5, np.nan]), np.array(["a", "a", "b", "c"]))
    >>> found.value, found.n, found.lost
    (0.5, 2, 1)
    """
    known = ~np.isnan(values)
    lost = int((~known).sum())
    if lost == known.size:
        return missing(f"none of {lost} answers has a score", lost=lost)
    place = items[known] if items.dtype.kind == "i" else seen.codes(items[known])[1]
    often = np.bincount(place)
    means = np.bincount(place, values[known])[often > 0] / often[often > 0]
    n = means.size
    if place.size == n and ((means == 0) | (means == 1)).all():
        return rate(int(means.sum()), n, lost)
    return replace(spread.mean(means), n=n, lost=lost)


def measures(columns: Columns, _: Mapping[str, Any]) -> Iterator[Finding]:
    """One mean a scored dimension and scorer, named by the dimension; the group is the scorer."""
    names, dimension = codes(columns["dimension"], "dimension")
    voices, scorer = codes(columns["scorer"], "scorer")
    item = codes(columns["item_id"], "item_id")[1]
    for at, name in enumerate(names):
        here = np.flatnonzero(dimension == at)
        there = np.flatnonzero(np.bincount(scorer[here]))
        for who in there.tolist():
            rows = here[scorer[here] == who]
            found = mean(columns["value"][rows], item[rows])
            yield Finding(name, found, voices[who] if there.size > 1 else "")


LENS = Lens(
    name="metrics",
    title="Means of the scores",
    source="Adding error bars to evals, arXiv 2411.00640",
    up="neither",
    table="scores",
    needs=("item_id", "dimension", "scorer", "value"),
    may_use=("sample", "category", "up"),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's error bar is empty where every answer is right, and "
        "too short for skewed scores: the mean and its error clustered by prompt are the paper's, "
        "the interval is the wider of its and Hall's, Wilson's where each prompt has one yes or no"
    ),
    edges=(
        "Samples of a prompt are averaged first. An answer without a score is lost, never 0: a "
        "tool that counts it as 0 reports less, and the check of the run says so. Directions "
        "differ from score to score and nothing is flipped. One prompt has a mean, no interval."
    ),
    how_to_get={
        "item_id": "name the column that identifies the prompt when you load the file",
        "dimension": "load a log that carries scores, or map score columns",
        "scorer": "map each score column to the judge or metric that gave it",
        "value": "numbers: text a judge wrote in place of one is kept, and is no score",
    },
)
