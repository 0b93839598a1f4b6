"""Calibration: reliability, ECE, Brier with its parts and log loss of a confidence (2407.14614)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from risk import belief, calibration, options, spread, sums
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing
from risk.samples import averaged

TOP = "top option"


class Told(NamedTuple):
    """Confidence and whether it was right (N,), and the options they came from, if they did."""

    p: Floats
    y: Floats
    whole: tuple[options.Options, Floats] | None


def told(columns: Columns, of: str) -> Told:
    """The confidence to be judged: of the top option where options were loaded, else as given.

    A top option that says "I don't know" is an abstention, neither right nor wrong: NaN.
    ValueError where the options are asked for and there are none.
    """
    held, gold = columns.get("option_logprobs"), columns.get("gold")
    there = held is not None and gold is not None and any(row is not None for row in held)
    if of == "options" and not there:
        raise ValueError("no option probabilities were loaded; choose confidence")
    if of == "confidence" or not there or held is None or gold is None:
        p = np.asarray(columns["confidence"], dtype=float)
        y = np.asarray(columns["correct"], dtype=float)
        if "abstained" in columns:
            y = np.where(np.asarray(columns["abstained"], dtype=float) == 1, np.nan, y)
        return Told(p, y, None)
    found = options.options(held, gold, columns.get("idk"))
    p = options.probabilities(found.logs)
    top = belief.top(p, found)
    return Told(top.p, np.where(top.unsure == 1, np.nan, top.right), (found, p))


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The calibration of the confidence, and the scores of the whole belief where it is known.

    >>> from risk.lens import worked
    >>> p, right = [0.55, 0.65, 0.65, 0.95, 0.95], [1, 0, 1, 1, 1]
    >>> found = worked(LENS, confidence=p, correct=right)
    >>> found["ece"], found["brier"], found["nll"]
    (0.17, 0.1505, 0.4362)
    """
    if chosen["samples"] == "average":
        columns = averaged(columns)
    p, y, whole = told(columns, chosen["of"])
    known = ~(np.isnan(p) | np.isnan(y))
    x, came, lost = p[known], y[known], int((~known).sum())
    codes = spread.items(columns.get("item_id"))
    clusters = None if codes is None else codes[known]
    group = TOP if whole else ""
    names = ("ece", "ece_mass", "reliability", "resolution", "uncertainty", "within")
    if x.size == 0:
        why = "no answer has both a confidence and a verdict"
        every = ("accuracy", "confidence", *names, "brier", "nll")
        yield from (Finding(name, missing(why, lost=lost)) for name in every)
        return
    sampling = (clusters, chosen["draws"], chosen["seed"])

    yield Finding("accuracy", spread.mean(came, clusters, lost, 0.0, 1.0))
    yield Finding("confidence", spread.mean(x, clusters, lost, 0.0, 1.0))
    yield Finding("overconfidence", _over(x, came, clusters, lost))
    kinds: tuple[tuple[str, calibration.Bins], ...] = (("ece", "width"), ("ece_mass", "mass"))
    for name, kind in kinds:
        found = calibration.ece_measure(x, came, chosen["bins"], kind, *sampling, lost=lost)
        yield Finding(name, found)
    parts = calibration.parts_measures(x, came, chosen["bins"], "width", *sampling, lost=lost)
    yield from (Finding(name, found) for name, found in parts.items())
    squared = calibration.brier(x, came)
    yield Finding("brier", spread.mean(squared, clusters, lost, 0.0, 1.0), group)
    loss = came * calibration.log_loss(x) + (1 - came) * calibration.log_loss(1 - x)
    yield Finding("nll", spread.mean(loss, clusters, lost, 0.0), group)
    if whole:
        yield from _whole(*whole, columns)


def _over(x: Floats, came: Floats, clusters: Any, lost: int) -> Measure:
    """The mean confidence less the share that was right, with its interval.

    No end is nearer than the interval of that share leaves it: of twenty answers all sure and right
    the differences alone look alike, and held it in 88 of 100.
    """
    found, said = spread.mean(x - came, clusters, lost, -1.0, 1.0), float(x.mean())
    right = spread.mean(came, clusters, 0, 0.0, 1.0)
    return sums.reaching(found, (said - right.high, said - right.low), (-1.0, 1.0))


def _whole(found: options.Options, p: Floats, columns: Columns) -> Iterator[Finding]:
    """Brier and log loss over all options, which ask for the whole belief."""
    asked = np.where(found.asked, 0.0, np.nan)
    squared = calibration.brier(p, found.gold.astype(float)) + asked
    gold = np.where(found.gold, np.nan_to_num(p), 0.0).sum(axis=1)
    items = spread.items(columns.get("item_id"))
    yield Finding("brier", spread.mean(squared, items, least=0.0, most=2.0))
    yield Finding("nll", spread.mean(calibration.log_loss(gold) + asked, items, least=0.0))


LENS = Lens(
    name="calibration",
    title="Calibration",
    source="ECE, Brier and log loss as in folktexts, arXiv 2407.14614; Murphy (1973)",
    up="harm",
    table="outputs",
    needs=("confidence", "correct"),
    may_use=("item_id", "abstained", "option_logprobs", "gold", "idk"),
    parameters=(
        Parameter("bins", 10, "bins of the reliability diagram and of ECE", 2, 100),
        Parameter(
            "of", "auto", "whose probability: the top option's, a given confidence, or auto",
            options=("auto", "options", "confidence"),
        ),
        Parameter(
            "samples", "each", "samples of an item: each alone, or their options averaged",
            options=("each", "average"),
        ),
        Parameter("draws", 500, "bootstrap replicates", 100, 20_000),
        Parameter("seed", 0, "seed of the bootstrap", 0, 2**32 - 1),
    ),
    measures=measures,
    figure="dots",
    status="as published",
    edges=(
        "With options the confidence is the top option's, and brier and nll are of the whole "
        "belief (brier 0 to 2); those of the top option alone stand in a group of their own. Bins "
        "are closed on the right, 0 in the first; empty ones are skipped; ece_mass has equal "
        "numbers in each, and equal confidences never part. ECE is biased upward where bins are "
        "small; its interval, and those of reliability and resolution, allow for that. reliability "
        "- resolution + uncertainty + within is the confidence's Brier score. A probability of "
        "0 is raised to 1e-15 before the logarithm. Abstentions and answers without confidence or "
        "verdict are lost."
    ),
    how_to_get={
        "confidence": "map a confidence from 0 to 1 as a score, or load option probabilities",
        "correct": "map correctness as a score or a label, or load options with the right answer",
    },
)  # fmt: skip
