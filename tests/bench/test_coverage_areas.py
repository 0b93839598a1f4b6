"""How often intervals of areas and of a share hold the truth, with few wrong answers too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom

from risk import detect
from risk.interval import Floats, band
from risk.lenses import every
from risk.measure import Measure
from tests.bench.test_coverage import told

ROUNDS = 200
AREAS = ("aurc", "eaurc", "augrc", "auarc", "auroc", "prr", "risk_at_coverage")
Draw = Callable[[np.random.Generator, int, float], tuple[Floats, Floats]]


def apart(far: float) -> Draw:
    """Confidences of right answers so many standard deviations above those of wrong ones."""

    def draw(rng: np.random.Generator, n: int, rate: float) -> tuple[Floats, Floats]:
        wrong = rng.random(n) < rate
        return rng.normal(size=n) + far * ~wrong, (~wrong).astype(float)

    return draw


def said(rng: np.random.Generator, n: int, rate: float) -> tuple[Floats, Floats]:
    """Confidences in tenths, as models say them; the less sure the oftener wrong."""
    sure = rng.beta(3, 1, n)
    return sure.round(1), (rng.random(n) >= np.clip(4 * rate * (1 - sure), 0, 1)).astype(float)


KINDS: dict[str, Draw] = {
    "useless": apart(0), "in tenths": said, "informative": apart(1.5), "strong": apart(2.5),
}  # fmt: skip


def seeded(n: int, kind: str, rate: float) -> np.random.Generator:
    """Draws of their own for every cell."""
    return np.random.default_rng([n, list(KINDS).index(kind), round(100 * rate)])


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.2, 0.4])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [25, 50, 100, 400])
def test_coverage_of_the_intervals_of_risk_against_coverage(n: int, kind: str, rate: float) -> None:
    lens, draw = every()["risk_coverage"], KINDS[kind]
    chosen = lens.settings({"draws": 200})

    def one(rng: np.random.Generator, n: int) -> dict[str, Measure]:
        sure, right = draw(rng, n, rate)
        found = lens.measures({"confidence": sure, "correct": right}, chosen)
        return {one.measure: one.found for one in found}

    whole, rng = one(np.random.default_rng(0), 400_000), seeded(n, kind, rate)
    many = [one(rng, n) for _ in range(ROUNDS)]
    for name in AREAS:
        each = [found[name] for found in many]
        told(
            f"{name}, {kind}, {rate:g} wrong, n = {n}", whole[name].value, each.__getitem__, ROUNDS
        )


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [25, 50, 200])
def test_coverage_of_the_areas_of_a_detector(n: int, kind: str, rate: float) -> None:
    def draw(rng: np.random.Generator, n: int) -> tuple[Floats, Floats]:
        sure, right = KINDS[kind](rng, n, rate)
        return -sure, 1 - right

    truth = detect.areas(*detect.steps(*draw(np.random.default_rng(0), 400_000)))[0]
    rng = seeded(n, kind, rate)
    many = [detect.curves(*draw(rng, n), None, 200, seed) for seed in range(ROUNDS)]
    for place, name in enumerate(("auroc", "auprc")):
        each = [found[name] for found in many]
        told(f"{name}, {kind}, {rate:g} positive, n = {n}", truth[place], each.__getitem__, ROUNDS)


@pytest.mark.parametrize("far", [2.5, 3.0, 4.0, 5.0])
@pytest.mark.parametrize("sizes", [(30, 30), (100, 100), (40, 400)])
def test_coverage_of_the_areas_of_an_order_that_is_perfect_or_nearly(
    sizes: tuple[int, int], far: float
) -> None:
    """Positives so many standard deviations above negatives."""

    def draw(rng: np.random.Generator, n: int, m: int) -> tuple[Floats, Floats]:
        return np.r_[rng.normal(far, 1, n), rng.normal(size=m)], np.repeat([1.0, 0.0], [n, m])

    whole = draw(np.random.default_rng(0), *(400_000 * n // sum(sizes) for n in sizes))
    truth = detect.areas(*detect.steps(*whole))[0]
    rng = np.random.default_rng([*sizes, round(10 * far)])
    many = [detect.curves(*draw(rng, *sizes), None, 200, seed) for seed in range(2 * ROUNDS)]
    for place, name in enumerate(("auroc", "auprc")):
        each = [found[name] for found in many]
        what = f"{name} of {truth[place]:.4f}, {sizes[0]} and {sizes[1]}"
        told(what, truth[place], each.__getitem__, 2 * ROUNDS)


@pytest.mark.parametrize("span", [(1, 9), (10, 10), (11, 50), (51, 200)])
def test_coverage_of_the_interval_of_a_share_counted_out(span: tuple[int, int]) -> None:
    """The least and the mean over all shares, of every number of rows from one to the other."""
    least, mean = [], []
    for n in range(span[0], span[1] + 1):
        low, high = band(np.arange(n + 1), n)
        ends = np.concatenate([low, high])
        grid = np.concatenate([ends - 1e-9, ends + 1e-9, np.linspace(0.001, 0.999, 500)])
        grid = grid[(grid > 0) & (grid < 1)][:, None]
        inside = (low <= grid) & (grid <= high)
        kept = (binom.pmf(np.arange(n + 1), n, grid) * inside).sum(axis=1)
        least.append(kept.min())
        mean.append(kept[-500:].mean())
    held = f"least {min(least):.3f}, mean {min(mean):.3f} to {max(mean):.3f}"
    print(f"\nshare, n from {span[0]} to {span[1]}: {held}", end="")
