"""Distributional Correctness Score: belief in right, wrong and "I don't know" (2510.04302)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import belief, options
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, beside
from risk.samples import averaged
from risk.spread import items, mean


def lengths(found: options.Options, columns: Columns, by: str) -> Floats | None:
    """What the log-probabilities are divided by (N, K); None for nothing.

    ValueError where the tokens of the options are asked for and not there.
    """
    if by == "none":
        return None
    if by == "characters":
        return options.characters(found, columns.get("choices"))
    counts = columns.get("option_tokens")
    if counts is None or all(row is None for row in counts):
        raise ValueError("the tokens of the options were not loaded; choose characters or none")
    sizes = np.full(found.logs.shape, np.nan)
    for row, (keys, of) in enumerate(zip(found.keys, counts, strict=True)):
        sizes[row, : len(keys)] = [(of or {}).get(key, np.nan) for key in keys]
        if np.isnan(sizes[row, : len(keys)]).any():
            sizes[row] = np.nan  # an option without a count is no missing option: the row is lost
    return sizes


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The mean score with its companions, and the mean of the three masses.

    >>> from risk.lens import worked
    >>> import math
    >>> logs = {k: math.log(p) for k, p in zip("ABCDE", (0.31, 0.27, 0.40, 0.01, 0.01))}
    >>> found = worked(LENS, option_logprobs=[logs], gold=["C"], idk=[("E",)])
    >>> found["mean"], found["contrast"], found["ternary"]
    (-0.1881, -0.19, 1.0)
    """
    if chosen["samples"] == "average":
        columns = averaged(columns)
    none = np.full(len(columns["gold"]), None, dtype=object)
    found = options.options(columns["option_logprobs"], columns["gold"], columns.get("idk", none))
    p = options.probabilities(found.logs, lengths(found, columns, chosen["length"]))
    loadings = (chosen["l_c"], chosen["l_w"])
    mass, top = belief.masses(p, found), belief.top(p, found)
    answered = np.where(top.unsure == 1, np.nan, top.right)
    of = items(columns.get("item_id"))

    def average(x: Floats, least: float = -math.inf, most: float = math.inf) -> Measure:
        return mean(x, of, 0, least, most)

    span = -loadings[1], loadings[0]
    yield Finding("mean", average(belief.dcs(mass, *loadings), *span))
    yield Finding("contrast", average(belief.contrast(mass, *loadings), *span))
    yield Finding("ternary", average(belief.ternary(top, *loadings), *span))
    yield Finding("weighted_accuracy", average(belief.weighted_accuracy(top), 0.0, 1.0))
    yield Finding("accuracy", average(top.right, 0.0, 1.0))
    yield Finding("accuracy_answered", average(answered, 0.0, 1.0))
    for name in ("correct", "wrong", "unsure"):
        yield Finding("mass", average(getattr(mass, name), 0.0, 1.0), name)
    captured = np.where(found.asked, np.nansum(np.exp(found.logs), axis=1), np.nan)
    if np.nanmax(captured, initial=0.0) <= 1 + belief.NEAR:
        caught = average(captured, 0.0, 1.0)
        low = "the options hold under a tenth of the probability" if caught.value < 0.1 else ""
        yield Finding("captured", beside(caught, low))
    n, lost = int(found.asked.sum()), int((~found.asked).sum())
    offered = found.idk.any(axis=1) & found.asked
    why = "" if offered.any() else 'no "I don\'t know" option is offered'
    yield Finding("offered", Measure(float(offered.sum()), n=n, lost=lost, why=why))
    yield Finding("tied", Measure(float((top.tied & found.asked).sum()), n=n, lost=lost))
    limit = belief.threshold(*loadings)
    yield Finding("threshold", Measure(limit, limit, limit, n=n, lost=lost))


LENS = Lens(
    name="dcs",
    title="Distributional correctness",
    source="Distributional Correctness Score, arXiv 2510.04302",
    up="good",
    table="outputs",
    needs=("option_logprobs", "gold"),
    may_use=("item_id", "idk", "choices", "option_tokens"),
    parameters=(
        Parameter("l_c", 1.0, "what a wholly correct belief is worth", 0, 100),
        Parameter("l_w", 1.0, "what a wholly wrong belief costs; it may exceed l_c", 0, 100),
        Parameter(
            "length", "none", "what log-probabilities are divided by before the softmax",
            options=("none", "characters", "tokens"),
        ),
        Parameter(
            "samples", "each", "samples of an item: each alone, or their options averaged",
            options=("each", "average"),
        ),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's public code departs from its formula: it loses the "
        'mass on "I don\'t know". This is the formula; `contrast` is what that code returns. The '
        "code also refuses l_c below l_w, which is allowed here, and divides by characters, which "
        "is a choice here"
    ),
    edges=(
        "Probabilities are a softmax over the options alone; `captured` is what they hold of all "
        "probability, where that can be told. Keys are compared but for spaces and "
        'capitals; several "I don\'t know" options are added up, and without one that mass is 0 '
        "and `offered` says so. A row without a right option among its keys is lost. Of two "
        "equally probable options the first is the top one; `tied` counts them. The score is no "
        "proper score: the best report is all or nothing, so read it beside Brier and log loss."
    ),
    how_to_get={
        "option_logprobs": "map the options' probabilities: options, option_scale in the mapping",
        "gold": "map the right answer as target: an option's key, its text, or its place from 0",
    },
)  # fmt: skip
