"""How often intervals of means over splits hold what the same splits give on average elsewhere.

The truth is the mean of the same number over all samples of as many answers: what a rule learned
from so many does, not what one learned from endless ones would. Prints; judges none.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pytest

from risk.beside import compare
from risk.conformal import Rule, trials
from risk.dual import Dual, dual
from risk.judged import measured
from risk.measure import Measure
from risk.sets import Questions
from risk.tested import by_size, summary

Look = Callable[[Questions], dict[str, Measure]]
SAMPLES = {25: 300, 50: 300, 100: 300, 400: 200}
KINDS = {"sharp": (4, 1.2, 2.5), "middling": (4, 1.5, 1.5), "poor": (5, 0.4, 0.4)}


def drawn(kind: str, n: int, rng: np.random.Generator) -> Questions:
    """n questions of a made-up model: its options, how sharp it is and how much it knows."""
    options, sharp, skill = KINDS[kind]
    logits, gold = rng.normal(0, sharp, (n, options)), rng.integers(0, options, n)
    logits[np.arange(n), gold] += skill * rng.exponential(1, n)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Questions(p, gold, tuple(map(str, range(n))), (tuple("ABCDE"[:options]),) * n)


def conformal(method: str, splits: int, every: str = "test") -> Look:
    """Conformal sets, by size as well."""

    def look(asked: Questions) -> dict[str, Measure]:
        found = trials(asked, Rule(0.1, method, randomized=method == "raps"), splits, 0, 0.5, every)
        told = summary(found)
        for size, some in by_size(found).items():
            told |= {f"{name} of size {size}": one for name, one in some.items()}
        return told

    return look


def thresholds(choice: str, splits: int) -> Look:
    """The dual threshold."""
    rule = Dual(Rule(0.1, "raps", randomized=True), choice=choice, limit=0.3, loss="error")

    def look(asked: Questions) -> dict[str, Measure]:
        found = dual(asked, rule, splits)
        return measured(found, asked.p.shape[1], 0, dict.fromkeys(found.tested, ""))

    return look


def policies(splits: int) -> Look:
    """The learned policy, LAC and APS."""

    def look(asked: Questions) -> dict[str, Measure]:
        told = {}
        for method, found in compare(asked, 0.1, splits).items():
            some = measured(found, asked.p.shape[1], 0, dict.fromkeys(found.tested, ""))
            told |= {f"{name} {method}": one for name, one in some.items()}
        return told

    return look


LOOKS: dict[str, Look] = {
    "LAC, 5 splits": conformal("lac", 5),
    "LAC, 200 splits": conformal("lac", 200),
    "LAC, 50 splits, all rows": conformal("lac", 50, "all"),
    "APS, 50 splits": conformal("aps", 50),
    "RAPS, 50 splits": conformal("raps", 50),
    "Youden, 5 splits": thresholds("youden", 5),
    "Youden, 200 splits": thresholds("youden", 200),
    "rate, 50 splits": thresholds("rate", 50),
    "cap, 5 splits": policies(5),
}


@pytest.mark.parametrize("n", list(SAMPLES))
@pytest.mark.parametrize("name", LOOKS)
def test_coverage_of_the_intervals_over_splits(name: str, n: int) -> None:
    for kind in KINDS:
        rng = np.random.default_rng([n, len(name)])
        seen: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
        samples = SAMPLES[n] // (3 if "cap" in name else 1)
        for _ in range(samples):
            for what, one in LOOKS[name](drawn(kind, n, rng)).items():
                if one.low == one.low:
                    seen[what].append((one.value, one.low, one.high))
        held, longer = {}, []
        for what, told in seen.items():
            value, low, high = np.array(told).T
            if value.size >= samples / 4:
                held[what] = float(((low <= value.mean()) & (value.mean() <= high)).mean())
                longer.append((high - low).mean() / (3.92 * value.std() or math.nan))
        worst = min(held, key=lambda what: held[what])
        print(
            f"\n{name}, {kind}, n = {n}: {len(held)} numbers, held in {held[worst]:.3f} ({worst}) "
            f"to {max(held.values()):.3f}, longer than need be {np.nanmedian(longer):.2f}",
            end="",
        )
