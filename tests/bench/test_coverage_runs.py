"""How often intervals of an agent's runs hold the truth: hazards, survival, chance of violation."""

from __future__ import annotations

import numpy as np
import pytest

from risk import chain, survive
from risk.interval import Floats
from risk.measure import Measure
from risk.trajectory import walks
from tests.bench.test_coverage import ROUNDS, told
from tests.risk.walked import runs

CALM = np.array([[0.9, 0.09, 0.01], [0.4, 0.55, 0.05], [0, 0, 1]])
COMMON = np.array([[0.8, 0.15, 0.05], [0.3, 0.5, 0.2], [0, 0, 1]])


@pytest.mark.parametrize("n", [12, 25, 100])
def test_coverage_of_the_interval_of_a_hazard_of_four_runs_an_item(n: int) -> None:
    def draw(n: int) -> tuple[Floats, Floats]:
        chance = np.repeat(np.clip(rng.beta(0.6, 1.8, n), 0.01, 1), 4)
        return np.minimum(rng.geometric(chance), 6.0), np.repeat(np.arange(n), 4)

    rng = np.random.default_rng(0)
    time, _ = draw(100_000)
    whole = survive.curve(time, time < 6)
    rng = np.random.default_rng(n)

    def one(_: int) -> survive.Curve:
        time, item = draw(n)
        return survive.curve(time, time < 6, item)

    told(f"hazard by 3 moves, n = {n}", whole.cumulative(3).value, lambda s: one(s).cumulative(3))
    told(f"survival of 3 moves, n = {n}", whole.at(3).value, lambda s: one(s).at(3))


@pytest.mark.parametrize("p", [CALM, COMMON])
@pytest.mark.parametrize("n", [12, 25, 50, 100])
def test_coverage_of_the_interval_of_a_chance_of_violation(n: int, p: Floats) -> None:
    """Runs of up to eight steps of a chain, smoothed as SafetyDrift's is by itself."""
    rng, truth = np.random.default_rng(n), chain.within(p, 5)[-1]

    def one(seed: int) -> list[list[Measure]]:
        told = []
        for _ in range(n):
            at = [0]
            while at[-1] < 2 and len(at) < 8:
                at.append(int(rng.choice(3, p=p[at[-1]])))
            told.append(" ".join(("safe", "risky", "violated")[state] for state in at))
        return chain.fit(walks(runs(*told)), "safe, risky, violated").curve(5, 300, seed)

    many = [one(seed) for seed in range(ROUNDS)]
    for s, name in enumerate(("safe", "risky")):
        each = [found[s][-1] for found in many]
        told(f"violation within 5 moves from {name}, {n} runs", truth[s], each.__getitem__)
