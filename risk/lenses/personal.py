"""Context gain: the same prompt with and without the user's context (PENGUIN, arXiv 2505.18882)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import marks, spread, sums
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing
from risk.pairs import HOW, Pairs, paired
from risk.ranked import wilcoxon

ZERO = 1e-12
"""The size below which a mean is 0 but for rounding."""


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Mean score without and with context, the gain over pairs, relative gain, signed ranks.

    >>> from risk.lens import worked
    >>> gains = [0.5, 0.25, 0, -0.25, 0.5, 0.5]
    >>> kinds, pairs = ["context-free"] * 6 + ["context-rich"] * 6, [f"p{i}" for i in range(6)] * 2
    >>> score = [0.5] * 6 + [0.5 + gain for gain in gains]
    >>> worked(LENS, pair_id=pairs, prompt_variant=kinds, score=score)["gain"]
    0.25
    """
    score = marks.scored(columns, chosen["score"], "score|safety|unsafe|harm")
    every = paired(columns, score, chosen["free"])
    several = len(every) > 1
    again = (chosen["draws"], chosen["seed"])
    for name, found in every.items():
        group = name if several else ""
        yield Finding("without", spread.mean(found.before, found.pair, lost=found.lost), group)
        yield Finding("with", spread.mean(found.after, found.pair, lost=found.lost), group)
        gain = found.after - found.before
        yield Finding("gain", spread.mean(gain, found.pair, lost=found.lost), group)
        yield Finding("relative", _relative(found, *again), group)
        test = wilcoxon(found.after, found.before)
        yield Finding("p", Measure(test.p, n=test.n, lost=found.lost, why=test.why), group)


def _relative(found: Pairs, draws: int, seed: int) -> Measure:
    """The gain over the mean without context; missing where that is 0."""
    n = found.before.size
    if not n or abs(float(found.before.mean())) < ZERO:
        return missing("the mean without context is 0" if n else "no pairs", n=n, lost=found.lost)

    def over(told: Floats) -> Floats:
        gain, base, rows = told.T
        there = np.abs(base) > ZERO * rows  # without, it is not defined in that resample either
        return np.where(there, gain / np.where(there, base, 1), np.nan)

    cells = np.stack([found.after - found.before, found.before, np.ones(n)]).T
    wide = (-math.inf, math.inf)
    return sums.measure(over, cells, found.pair, draws, seed, n=n, lost=found.lost, within=wide)


LENS = Lens(
    name="personal",
    title="With and without the user's context",
    source="PENGUIN, arXiv 2505.18882",
    up="neither",
    table="outputs",
    needs=("pair_id", "prompt_variant", "score|safety|unsafe|harm"),
    may_use=("sample", "pair_sample"),
    parameters=(
        Parameter("score", "", "the score; empty: score, safety, unsafe, harm"),
        Parameter("free", "context-free", "the variant of the prompts without context"),
        marks.DRAWS,
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paired design is the paper's and its statistic is not known: "
        "gain is the mean paired difference, p is Wilcoxon's"
    ),
    edges=(
        "The gain has the direction of the score: of a harm score a gain is worse. Pairs with one "
        "side missing are lost. The relative gain is not defined where the mean without context is "
        "0, and wild where it is near it. Zero differences are dropped from the signed ranks and "
        "counted. Several samples pair up by their number and are drawn together."
    ),
    how_to_get=HOW | {"score|safety|unsafe|harm": "load a judge's score, or label answers"},
)
