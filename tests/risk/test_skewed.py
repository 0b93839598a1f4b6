"""Intervals without resampling: against SciPy, against counting, and how often they hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binom, bootstrap, kurtosis, skew, ttest_1samp

from risk import quantile, shape, skewed, spread, tail
from risk.interval import wilson

PULL = arrays(float, st.integers(3, 40), elements=st.integers(-8, 8).map(float))


def test_without_skew_it_is_the_interval_of_a_t_test():
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    test = ttest_1samp(x, 2.0)
    low, high = skewed.ends(3.5, (x - 3.5) / 6)
    ends = test.confidence_interval()
    assert (low, high) == pytest.approx((ends.low, ends.high))


def test_skewed_rows_get_the_interval_of_a_corrected_bootstrap():
    x = np.random.default_rng(0).gamma(0.5, 1, 300)
    low, high = skewed.mean_ends(x)
    other = bootstrap((x,), np.mean, n_resamples=4000, method="BCa", rng=1).confidence_interval
    wide = other.high - other.low
    assert (low, high) == pytest.approx((other.low, other.high), abs=0.08 * wide)


@given(PULL, st.floats(-5, 5), st.floats(0.1, 10))
def test_it_moves_and_stretches_and_turns_with_the_value(pull, shift, scale):
    low, high = skewed.ends(1.0, pull)
    moved = skewed.ends(scale * 1.0 + shift, scale * pull)
    assert moved == pytest.approx((scale * low + shift, scale * high + shift), abs=1e-6)
    turned = skewed.ends(-1.0, -pull)
    assert turned == pytest.approx((-high, -low), abs=1e-6)
    assert low <= high


def test_marks_have_the_interval_of_wilson_and_items_that_agree_count_once():
    marks = np.array([0.0] * 17 + [1.0] * 3)
    assert skewed.mean_ends(marks) == wilson(3, 20)
    low, high = skewed.mean_ends(np.repeat(marks, 4), np.repeat(np.arange(20), 4))
    near = wilson(0.15 * 19, 19)  # twenty items that agree with themselves are about twenty rows
    assert low == pytest.approx(near[0], abs=0.01)
    assert near[1] <= high < near[1] + 0.15
    turned = skewed.mean_ends(1 - np.repeat(marks, 4), np.repeat(np.arange(20), 4))
    assert turned == pytest.approx((1 - high, 1 - low))
    low, high = skewed.mean_ends(np.zeros(8), np.repeat(np.arange(4), 2), 0.0, 1.0)
    assert (low, high) == wilson(0, 4)


def test_a_score_that_is_always_0_is_no_mark_and_has_an_interval_only_within_its_bounds():
    assert all(map(math.isnan, skewed.mean_ends(np.zeros(20))))
    low, high = skewed.mean_ends(np.zeros(20), None, 0.0, 100.0)
    assert (low, high) == pytest.approx((0, 100 * wilson(0, 20)[1]))
    low, high = skewed.mean_ends(np.full(20, 0.3), None, 0.0, 1.0)
    assert 0.2 < low < 0.3 < high < 0.5


@pytest.mark.parametrize(("n", "level"), [(7, 0.5), (40, 0.5), (100, 0.95), (333, 0.8)])
def test_two_ranks_hold_a_quantile_as_often_as_the_binomial_says(n, level):
    low, high = quantile.quantile_ends(np.arange(1.0, n + 1), level)
    below, above = binom.cdf(low - 1, n, level), binom.sf(high - 1, n, level)
    assert below <= 0.025
    assert above <= 0.025
    assert binom.cdf(low, n, level) > 0.025  # and no closer rank would do
    assert binom.sf(high - 2, n, level) > 0.025


def test_a_quantile_that_no_rank_reaches_has_no_interval_and_copies_of_a_row_add_nothing():
    assert all(map(math.isnan, quantile.quantile_ends(np.arange(5.0), 0.5)))
    once = quantile.quantile_ends(np.arange(60.0), 0.5)
    twice = quantile.quantile_ends(np.repeat(np.arange(60.0), 3), 0.5, np.repeat(np.arange(60), 3))
    assert twice == pytest.approx(once, abs=1)


def test_the_intervals_of_a_long_tailed_score_hold_the_truth():
    rng, rounds = np.random.default_rng(1), 400
    truths = {"mean": 1.0, "sd": 1.0, "median": math.log(2), "var": math.log(20)}
    held = dict.fromkeys(truths, 0)
    for _ in range(rounds):
        x = rng.exponential(size=100)
        found = tail.profile(x, draws=20)
        for name, truth in truths.items():
            held[name] += found[name].low <= truth <= found[name].high
    # four standard errors below 95 of 100
    assert {n for n, k in held.items() if k / rounds < 0.907} == set()


def test_a_rare_mark_in_several_answers_a_prompt_is_held():
    rng, held = np.random.default_rng(30), 0
    items = np.repeat(np.arange(30), 4)
    for _ in range(400):
        often, once = rng.random((2, 120)) < 0.05
        marks = np.where(rng.random(120) < 0.7, np.repeat(often[::4], 4), once).astype(float)
        low, high = skewed.mean_ends(marks, items)
        held += low <= 0.05 <= high
    assert held / 400 > 0.907


@given(PULL, st.floats(0.1, 10))
def test_what_few_items_make_has_an_interval_above_0_that_stretches_with_it(pull, scale):
    pull = pull - pull.mean()
    low, high = skewed.positive_ends(2.0, pull / 50)
    assert 0 <= low <= 2.0 <= high
    assert skewed.positive_ends(2.0 * scale, pull * scale / 50) == pytest.approx(
        (low * scale, high * scale), rel=1e-6
    )
    assert all(map(math.isnan, skewed.positive_ends(0.0, pull)))


@pytest.mark.parametrize("scale", [1e-120, 1e-310, 1e150])
def test_pulls_of_any_size_have_the_same_interval_in_their_unit(scale):
    pull = np.array([-1.0, -1.0, 2.0, 0.5, -0.5])
    low, high = skewed.ends(0.0, pull)
    least, most = skewed.ends(0.0, pull * scale)
    assert (least / scale, most / scale) == pytest.approx((low, high), rel=1e-3)


def test_a_pull_that_is_missing_gives_no_interval_rather_than_one_of_no_width():
    assert all(map(math.isnan, skewed.ends(0.5, [0.1, math.nan, -0.1])))


@given(PULL)
def test_long_tails_leave_fewer_degrees_of_freedom_and_never_more(pull):
    n, free = pull.size, shape.freedom(pull)
    assert 1 <= free <= n - 1
    if n > 3 and np.ptp(pull) > 0:
        long = max(kurtosis(pull, bias=False), 0)
        assert free == pytest.approx(max(min(2 / (long / n + 2 / (n - 1)), n - 1), 1))


@given(PULL, st.floats(0.1, 10), st.floats(-5, 5))
def test_what_skewness_does_not_explain_has_no_unit(pull, scale, shift):
    found = shape.beyond(pull)
    assert shape.beyond(pull, 1.0) >= found
    if pull.size > 3 and np.ptp(pull) > 0:
        assert shape.beyond(scale * pull + shift) == pytest.approx(found, rel=1e-3, abs=1e-3)
        known = kurtosis(pull, bias=False) - 1.5 * skew(pull) ** 2
        assert found == pytest.approx(known, rel=1e-6, abs=1e-6)


def test_so_few_items_hide_how_skewed_they_are():
    few = np.arange(11.0)
    assert spread.mean(few).why == skewed.TOO_FEW
    assert spread.mean(np.repeat(few, 5), np.repeat(np.arange(11), 5)).why == skewed.TOO_FEW
    assert spread.mean(few > 4).why == "", "marks have the interval of their share"
    assert spread.mean(np.full(5, 0.2), None, 0, 0.0, 1.0).why == "", "what is alike has its own"


def test_few_and_skewed_items_say_that_their_interval_may_be_too_short():
    x = np.array([0.0] * 10 + [2.5, 4.0])
    assert spread.mean(x).why == skewed.FEW_AND_SKEWED
    assert tail.profile(x, draws=2)["mean"].why == skewed.FEW_AND_SKEWED
    assert spread.mean(np.arange(12.0)).why == ""
    assert spread.mean(np.tile(x, 5)).why == ""
    assert spread.mean((x > 3).astype(float)).why == "", "Wilson's interval of a mark needs none"


@pytest.mark.parametrize("name", ["log-normal", "even and long", "bounded"])
def test_means_of_thirty_scores_are_held(name):
    draw = {
        "log-normal": (lambda rng: np.exp(rng.normal(size=30)), math.exp(0.5)),
        "even and long": (lambda rng: rng.standard_t(3, 30), 0.0),
        "bounded": (lambda rng: rng.beta(0.2, 4, 30), 0.2 / 4.2),
    }[name]
    rng, held = np.random.default_rng(6), 0
    for _ in range(600):
        low, high = skewed.mean_ends(draw[0](rng))
        held += low <= draw[1] <= high
    assert held / 600 > 0.91


def test_the_mean_of_a_loss_that_is_never_below_0_has_no_end_below_0() -> None:
    few = np.array([0.0, 0.0, 0.1, 2.0])
    assert skewed.mean_ends(few)[0] < 0 < skewed.mean_ends(few, None, 0.0, 2.0)[0] + 1e-9
    found = tail.profile(few, most=13.8)["mean"]
    assert found.low == 0 < found.high < 13.8
