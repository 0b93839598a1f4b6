"""How often intervals hold the truth: 95 of 100 is promised; prints shares, judges none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from risk import abstain, agreement, calibration, moments, ranges, spread, tail
from risk.bounded import ceiling
from risk.dimension import share_profile
from risk.gap import Statistic
from risk.interval import Floats
from risk.measure import Measure

ROUNDS = 300
MANY = 1000
"""Samples where an interval costs next to nothing."""
LEVELS = -np.log1p(-np.minimum(np.array([0, 0.25, 0.5, 0.75, 1]), 1 - 1e-6))
Draw = Callable[[np.random.Generator, int], Floats]
LOSSES: dict[str, tuple[Draw, float | None]] = {
    "exponential": (lambda rng, n: rng.exponential(size=n), None),
    "four scores": (lambda rng, n: -np.log1p(-rng.beta(0.4, 2.5, (n, 4))).sum(1), ceiling(1e-6, 4)),
    "ordinal": (
        lambda rng, n: rng.choice(LEVELS, n, p=(0.7, 0.15, 0.1, 0.04, 0.01)),
        ceiling(1e-6),
    ),
}


def told(what: str, truth: float, one: Callable[[int], Measure], rounds: int = ROUNDS) -> None:
    """Prints the share of intervals that hold the truth, their median width, and cautions.

    Of those that carry one: how many, the share held of the others, and the share of all samples
    that the truth lies outside of without a word.
    """
    found = [one(seed) for seed in range(rounds)]
    kept = [m for m in found if not np.isnan(m.low)]
    held = np.array([m.low - 1e-9 <= truth <= m.high + 1e-9 for m in kept])
    silent = np.array(["interval" not in m.why for m in kept])
    wide = np.median([m.high - m.low for m in kept]) if kept else np.nan
    print(f"\n{what:48} {held.mean() if kept else np.nan:6.3f} held, width {wide:.3g}", end="")
    if len(kept) < len(found):
        print(f", {len(found) - len(kept)} declined", end="")
    if not silent.all():
        alone = held[silent].mean() if silent.any() else np.nan
        print(f", {(~silent).mean():.3f} say so, the others {alone:.3f}", end="")
        print(f", missed without a word {(silent & ~held).mean():.3f}", end="")


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("n", [30, 100, 200, 900])
def test_coverage_of_the_interval_of_a_cvar(name: str, n: int) -> None:
    draw, most = LOSSES[name]
    truth = tail.cvar(draw(np.random.default_rng(0), 1_000_000))
    rng = np.random.default_rng(n)
    told(
        f"CVaR at 95 %, {name}, n = {n}", truth,
        lambda seed: tail.profile(draw(rng, n), 0.95, 400, seed, most=most)["cvar"],
    )  # fmt: skip


@pytest.mark.parametrize("shift", [0.0, 0.03, 0.1, 0.3])
@pytest.mark.parametrize("n", [30, 100, 500])
def test_coverage_of_the_interval_of_ece(n: int, shift: float) -> None:
    many = np.random.default_rng(0).beta(8, 1.2, 500_000)
    off = many - np.clip(many - shift, 0, 1)
    truth = float(np.abs(np.bincount(calibration.bins(many), off)).sum() / many.size)
    rng = np.random.default_rng(n)

    def one(seed: int) -> Measure:
        p = rng.beta(8, 1.2, n)
        y = (rng.random(n) < np.clip(p - shift, 0, 1)).astype(float)
        return calibration.ece_measure(p, y, seed=seed)

    told(f"ECE of {truth:.3f}, n = {n}", truth, one)


LONG: dict[str, Draw] = {
    "exponential": lambda rng, n: rng.exponential(size=n),
    "log-normal": lambda rng, n: np.exp(rng.normal(size=n)),
    "normal": lambda rng, n: rng.normal(2, 1, n),
    "bounded": lambda rng, n: 6 * rng.beta(0.2, 4, n),
    "Student's t(3)": lambda rng, n: rng.standard_t(3, n),
    "Student's t(5)": lambda rng, n: rng.standard_t(5, n),
    "mostly zero": lambda rng, n: np.where(rng.random(n) < 0.1, 6 * rng.beta(2, 2, n), 0.0),
}
PLAIN: dict[str, tuple[Callable[[Floats], float], Callable[[Floats], Measure]]] = {
    "mean": (lambda x: float(x.mean()), lambda x: tail.profile(x, draws=2)["mean"]),
    "sd": (tail.volatility, lambda x: tail.profile(x, draws=2)["sd"]),
    "median": (lambda x: float(np.median(x)), lambda x: tail.profile(x, draws=2)["median"]),
    "VaR at 95 %": (tail.var, lambda x: tail.profile(x, draws=2)["var"]),
    "range value at risk, 80 to 95 %": (
        lambda x: ranges.range_var(x, 0.8, 0.95),
        lambda x: ranges.profile(x, 0.8, 0.95)["range_var"],
    ),
    "mixed value at risk, 80 to 95 %": (
        lambda x: ranges.mixed_var(x, 0.8, 0.95, up="harm"),
        lambda x: ranges.profile(x, 0.8, 0.95)["mixed_var"],
    ),
    "upper moment above 2, order 1": (
        lambda x: tail.upper_moment(x, 2, 1),
        lambda x: moments.upper(x, 2, 1),
    ),
    "upper moment above 2, order 2": (
        lambda x: tail.upper_moment(x, 2, 2),
        lambda x: moments.upper(x, 2, 2),
    ),
}


KNOWN = {("Student's t(3)", "sd"): 3**0.5, ("Student's t(5)", "sd"): (5 / 3) ** 0.5}
"""Truths that no sample tells well."""


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("loss", LONG)
@pytest.mark.parametrize("n", [12, 30, 100, 400])
def test_coverage_of_intervals_that_are_not_resampled(name: str, loss: str, n: int) -> None:
    true, measured = PLAIN[name]
    truth, rng = true(LONG[loss](np.random.default_rng(0), 2_000_000)), np.random.default_rng(n)
    truth = KNOWN.get((loss, name), truth)
    told(f"{name}, {loss}, n = {n}", truth, lambda _: measured(LONG[loss](rng, n)), MANY)


@pytest.mark.parametrize("statistic", ["mean", "var", "cvar"])
@pytest.mark.parametrize("n", [200, 1000])
def test_coverage_of_the_interval_of_a_paired_difference(statistic: Statistic, n: int) -> None:
    rng = np.random.default_rng(n)

    def one(seed: int) -> Measure:
        a, b = rng.exponential(size=(2, n))
        return tail.paired(np.where(rng.random(n) < 0.5, b, a), b, 0.95, statistic, 1000, seed)

    told(f"difference of {statistic}, half of the items alike, n = {n}", 0.0, one)


@pytest.mark.parametrize("n", [100, 400])
def test_coverage_of_the_interval_of_a_share_of_the_tail(n: int) -> None:
    scale = np.array([1, 0.9, 0.7, 0.3])

    def parts(rng: np.random.Generator, n: int) -> Floats:
        return np.asarray(-np.log1p(-rng.beta(0.4, 2.5, (n, 4)) * scale))

    many = parts(np.random.default_rng(0), 1_000_000)
    truth, rng = float(tail.shares(many, many.sum(axis=1))[0]), np.random.default_rng(n)

    def one(seed: int) -> Measure:
        part = parts(rng, n)
        return share_profile(part, part.sum(axis=1), 0.95, 400, seed)[0]

    told(f"share of the largest of four dimensions, n = {n}", truth, one)


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("n", [20, 30, 100])
def test_coverage_of_the_interval_of_a_mark_in_four_answers_a_prompt(share: float, n: int) -> None:
    rng, items = np.random.default_rng(n), np.repeat(np.arange(n), 4)

    def one(_: int) -> Measure:
        alike, alone = (rng.random((2, 4 * n)) < share).astype(float)
        marks = np.where(rng.random(4 * n) < 0.7, np.repeat(alike[::4], 4), alone)
        return spread.share(marks, items=items)

    told(f"mark of {share:g}, {n} prompts of four alike answers", share, one)


@pytest.mark.parametrize("share", [0.5, 0.1, 0.05])
@pytest.mark.parametrize("n", [10, 30, 60, 150])
@pytest.mark.parametrize("name", ["percent", "cohen_kappa", "fleiss_kappa", "alpha", "ac1"])
def test_coverage_of_the_interval_of_agreement(name: str, n: int, share: float) -> None:
    """Three people who are wrong in one label of ten, two for Cohen's kappa."""
    measure = getattr(agreement, name)
    people = 2 if name == "cohen_kappa" else 3

    def draw(rng: np.random.Generator, n: int) -> Floats:
        truth = rng.random(n) < share
        return np.where(rng.random((n, people)) < 0.1, ~truth[:, None], truth[:, None]).astype(
            float
        )

    truth, rng = measure(draw(np.random.default_rng(0), 60_000)).value, np.random.default_rng(n)
    told(
        f"{name}, a label of {share:g}, n = {n}", truth,
        lambda seed: measure(draw(rng, n), 500, seed) if name != "alpha"
        else measure(draw(rng, n), "nominal", 500, seed),
    )  # fmt: skip


@pytest.mark.parametrize("n", [12, 30, 100, 400])
@pytest.mark.parametrize("loss", LONG)
def test_coverage_of_the_interval_of_a_paired_difference_of_means(n: int, loss: str) -> None:
    rng = np.random.default_rng(n)
    told(
        f"difference of means, {loss}, n = {n}", 0.0,
        lambda seed: tail.paired(LONG[loss](rng, n), LONG[loss](rng, n), 0.95, "mean", 500, seed),
    )  # fmt: skip


@pytest.mark.parametrize("n", [12, 25, 50, 100])
@pytest.mark.parametrize("larger", [1.0, 1.5, 2.7])
def test_coverage_of_a_difference_of_correlated_log_normal_losses(n: int, larger: float) -> None:
    """Two models' losses on the same prompts, one so many times the other."""
    rng = np.random.default_rng([n, round(10 * larger)])

    def one(seed: int) -> Measure:
        both, first, second = rng.normal(size=(3, n))
        a, b = (np.exp(0.8 * both + 0.6 * own) for own in (first, second))
        return tail.paired(larger * a, b, 0.95, "mean", 300, seed)

    truth = (larger - 1) * float(np.exp(0.5))
    told(f"difference of means, log-normal times {larger:g}, n = {n}", truth, one, MANY)


@pytest.mark.parametrize("n", [30, 100, 400])
def test_coverage_of_the_standard_deviation_of_the_log_risk_of_a_rating(n: int) -> None:
    draw, most = LOSSES["ordinal"]
    truth, rng = (
        tail.volatility(draw(np.random.default_rng(0), 2_000_000)),
        np.random.default_rng(n),
    )
    told(
        f"sd of an ordinal log-risk, n = {n}", truth,
        lambda _: tail.profile(draw(rng, n), draws=2, most=most)["sd"], MANY,
    )  # fmt: skip


@pytest.mark.parametrize("share", [0.1, 0.3])
@pytest.mark.parametrize("n", [20, 50, 200])
def test_coverage_of_the_interval_of_an_f1(n: int, share: float) -> None:
    """Abstaining where one should, and elsewhere, in seven and one of ten."""

    def draw(n: int) -> tuple[Floats, Floats]:
        should = rng.random(n) < share
        return should.astype(float), (rng.random(n) < np.where(should, 0.7, 0.1)).astype(float)

    rng = np.random.default_rng(0)
    truth = abstain.f1(*draw(400_000), None, 2, 0).value
    rng = np.random.default_rng(n)
    told(
        f"F1 of a class of {share:g}, n = {n}", truth,
        lambda seed: abstain.f1(*draw(n), None, 500, seed),
    )  # fmt: skip
