"""The interval of a standard deviation: laws, the chi-square of a normal score, and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import chi2

from risk import tail
from risk.deviation import FEW, LONG_TAILED, long_tailed, volatility, volatility_ends
from risk.interval import wilson

SCORE = arrays(float, st.integers(30, 60), elements=st.integers(-8, 8).map(float))


@given(SCORE, st.floats(-50, 50), st.floats(0.1, 10))
def test_it_holds_the_value_and_stretches_with_the_score(x, shift, scale):
    low, high = volatility_ends(x)
    if np.ptp(x) == 0:
        assert math.isnan(low)
        return
    assert low <= volatility(x) <= high or set(x) <= {0.0, 1.0}
    if not set(x) <= {0.0, 1.0}:
        moved = volatility_ends(scale * x + shift)
        assert moved == pytest.approx((scale * low, scale * high), rel=1e-6)


def test_of_many_normal_scores_it_is_the_chi_square_interval():
    x = np.random.default_rng(0).normal(size=100_000)
    n, sd = x.size, volatility(x)
    known = [sd * math.sqrt((n - 1) / chi2.ppf(q, n - 1)) for q in (0.975, 0.025)]
    assert volatility_ends(x) == pytest.approx(known, rel=0.002)


def test_marks_have_what_the_interval_of_their_share_makes_of_it():
    marks = np.array([0.0] * 36 + [1.0] * 4)
    low, high = wilson(4, 40)
    assert volatility_ends(marks) == pytest.approx([math.sqrt(p * (1 - p)) for p in (low, high)])
    assert volatility_ends(np.tile([0.0, 1.0], 20))[1] == 0.5


@pytest.mark.parametrize("n", [30, 100, 400])
def test_it_holds_the_spread_of_scores_long_on_both_sides_where_it_carries_no_caution(n):
    """Student's t(3), whose fourth moment is infinite: 88 to 90 of 100 by Bonett's alone."""
    rng, truth = np.random.default_rng(n), math.sqrt(3)
    drawn = [rng.standard_t(3, n) for _ in range(400)]
    held = [ends[0] <= truth <= ends[1] for ends in map(volatility_ends, drawn)]
    silent = [one for one, x in zip(held, drawn, strict=True) if not long_tailed(x)]
    assert len(silent) > 200
    assert np.mean(silent) > 0.91


@pytest.mark.parametrize("draw", [np.random.Generator.normal, np.random.Generator.exponential])
def test_ordinary_scores_carry_no_caution(draw):
    rng = np.random.default_rng(4)
    assert not any(long_tailed(draw(rng, size=n)) for n in (30, 100, 400) for _ in range(60))


def test_flat_and_normal_scores_pay_little_for_it():
    rng = np.random.default_rng(5)
    for x, most in ((rng.random(100), 1.25), (rng.normal(size=100), 1.3)):
        assert volatility_ends(x)[1] < most * volatility(x)


@pytest.mark.parametrize("n", [30, 100])
@pytest.mark.parametrize("loss", ["exponential", "bounded", "mostly zero"])
def test_it_holds_the_spread_of_skewed_scores(loss, n):
    draw = {
        "exponential": lambda rng, k: rng.exponential(size=k),
        "bounded": lambda rng, k: rng.beta(0.2, 4, k),
        "mostly zero": lambda rng, k: np.where(rng.random(k) < 0.2, rng.beta(2, 2, k), 0.0),
    }[loss]
    truth, rng = draw(np.random.default_rng(1), 1_000_000).std(), np.random.default_rng(n)
    ends = [volatility_ends(draw(rng, n)) for _ in range(300)]
    held = np.mean([low <= truth <= high for low, high in ends if not math.isnan(low)])
    assert held > 0.9  # four standard errors below 95 of 100


def test_answers_to_one_prompt_count_together():
    rng = np.random.default_rng(2)
    x = rng.exponential(size=60)
    once, often = volatility_ends(x), volatility_ends(np.repeat(x, 5), np.repeat(np.arange(60), 5))
    assert often == pytest.approx(once, rel=0.05)
    found = tail.profile(np.repeat(x[:29], 5), clusters=np.repeat(np.arange(29), 5))["sd"]
    assert math.isnan(found.low)
    assert found.why == FEW


def test_a_number_without_an_interval_says_why():
    found = tail.profile([1.0, 2.0, 4.0])
    assert {name for name, one in found.items() if math.isnan(one.low) and not one.why} == set()
    assert found["median"].why.startswith("fewer than 6 prompts")
    alone = tail.profile([1.0])
    assert {name for name, one in alone.items() if math.isnan(one.low) and not one.why} == set()


@pytest.mark.parametrize("n", [30, 100])
def test_a_score_of_levels_leaves_room_for_its_highest_where_that_is_known(n):
    levels, chances = np.array([0.0, 0.3, 0.7, 1.4, 13.8]), (0.7, 0.15, 0.1, 0.04, 0.01)
    truth = math.sqrt(levels**2 @ chances - (levels @ chances) ** 2)
    rng, held = np.random.default_rng(n), []
    for _ in range(150):
        x = rng.choice(levels, n, p=chances)
        bare, (low, high) = volatility_ends(x), volatility_ends(x, None, 13.8)
        assert low == bare[0]
        assert min(bare[1], 6.9) <= high <= 6.9 + 1e-9, "half of the most there can be"
        held.append((low <= truth <= high, bare[0] <= truth <= bare[1]))
    known, blind = np.mean(held, axis=0)
    assert known > 0.95
    assert blind < 0.8, "without the most there can be, nothing tells of what was not seen"


def test_a_score_that_has_many_values_or_many_items_needs_no_such_room():
    x = np.random.default_rng(0).exponential(size=60)
    assert volatility_ends(x, None, 50.0) == volatility_ends(x)
    five = np.random.default_rng(0).integers(0, 5, 3000).astype(float)
    assert volatility_ends(five, None, 50.0) == volatility_ends(five)


def test_a_long_tail_says_that_the_interval_may_be_too_short():
    rng = np.random.default_rng(3)
    assert tail.profile(rng.standard_t(2, 200), draws=2)["sd"].why == LONG_TAILED
    assert tail.profile(rng.normal(size=200), draws=2)["sd"].why == ""
    assert tail.profile((rng.random(200) < 0.02).astype(float), draws=2)["sd"].why == ""
