"""Differences of means on the same items: worked resamples, marks, and p against the interval."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import ttest_rel

from risk import compare, tail
from risk.paired import ALIKE, bootstrap, means
from risk.skewed import FEW_AND_SKEWED

BOTH = arrays(float, (2, 14), elements=st.integers(0, 9).map(float))
MARKS = arrays(float, (2, 20), elements=st.sampled_from([0.0, 1.0]))


def test_three_worked_differences_have_the_interval_of_all_their_resamples():
    d = np.array([0.3, -0.1, 0.4])
    told = bootstrap([d[list(i)].mean() for i in np.ndindex(3, 3, 3)], counted_out=True)
    assert told == pytest.approx((-0.0133, 0.3783, 0.0741), abs=5e-5)


@given(BOTH)
def test_no_end_is_nearer_and_no_p_smaller_than_that_of_a_paired_t_test(x):
    if np.ptp(x[0] - x[1]) == 0:
        return
    test = ttest_rel(*x)
    told = means(*x, np.array([test.statistic]))
    ends = test.confidence_interval()
    assert told.low <= ends.low + 1e-9
    assert told.high >= ends.high - 1e-9
    assert told.p >= test.pvalue - 1e-9


@given(st.one_of(BOTH, MARKS))
def test_the_interval_holds_0_just_where_p_is_above_5_percent(x):
    one = np.full(9, x[0].mean() - x[1].mean())  # replicates that say nothing of their own
    told = means(*x, one)
    if not math.isnan(told.p) and not 0.0499 < told.p < 0.0501:
        assert (told.low <= 0 <= told.high) == (told.p > 0.05)


def test_few_and_skewed_differences_say_that_their_interval_may_be_too_short():
    even, long = np.arange(12.0), np.array([0.0] * 10 + [2.5, 4.0])
    assert tail.paired(even + long, even, draws=50).why == FEW_AND_SKEWED
    assert tail.paired(even[::-1], even, draws=50).why == ""
    assert tail.paired(np.tile(long, 5), np.zeros(60), draws=50).why == ""
    assert tail.paired((long > 3).astype(float), np.zeros(12), draws=50).why == ""


def test_long_tailed_differences_are_held_as_far_as_thirty_of_them_can():
    """Two models' log-normal losses on the same prompts, correlated and one larger."""
    rng, held, many = np.random.default_rng(8), 0, np.zeros(9)
    for _ in range(500):
        both, one, two = rng.normal(size=(3, 30))
        a, b = (np.exp(0.8 * both + 0.6 * own) for own in (one, two))
        told = means(math.exp(0.5) * a, b, many + (math.exp(0.5) * a - b).mean())
        held += told.low <= math.exp(1) - math.exp(0.5) <= told.high
    assert held / 500 > 0.93


def test_marks_that_never_differ_leave_room_for_some_that_do():
    found = tail.paired(np.ones(98), np.ones(98), draws=50)
    assert (found.value, found.low, found.high) == pytest.approx((0, -0.0277, 0.0277), abs=1e-4)
    alone = tail.paired(np.full(98, 0.4), np.full(98, 0.2), draws=50)
    assert math.isnan(alone.low)
    assert alone.why == ALIKE


def test_answers_to_one_prompt_count_together_in_a_difference_of_marks():
    rng = np.random.default_rng(3)
    x = (rng.random((2, 40)) < 0.3).astype(float)
    once = tail.paired(*x, draws=400)
    often = tail.paired(*np.repeat(x, 4, axis=1), draws=400, clusters=np.repeat(np.arange(40), 4))
    assert often.high - often.low > 0.9 * (once.high - once.low)


def test_a_difference_ends_where_the_scores_do():
    found = compare.shared([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]], draws=50, most=1.0)
    assert compare.difference(found, 0, 1).low == -1


def test_a_shift_of_every_item_leaves_room_for_items_that_differ_more():
    x = np.random.default_rng(5).uniform(0.2, 0.6, 200)
    found = compare.shared([x, x + 0.15], draws=200, most=1.0)
    for name in compare.STATISTICS[::2]:
        gap = compare.difference(found, 0, 1, name)
        assert -1 < gap.low < -0.15 < gap.high < 0, name
        assert compare.p_of(found, 0, 1, name) < 0.05
    same = compare.shared([x, x], draws=200, most=1.0)
    for name in ("mean", "var", "cvar"):
        gap = compare.difference(same, 0, 1, name)
        assert gap.low < gap.value == 0 < gap.high, name
        assert compare.p_of(same, 0, 1, name) == 1


@given(BOTH, st.sampled_from(["mean", "var", "cvar"]))
@settings(max_examples=40)
def test_no_p_contradicts_its_interval(x, name):
    found = compare.shared(x, 0.5, draws=60)
    gap, p = compare.difference(found, 0, 1, name), compare.p_of(found, 0, 1, name)
    assert math.isnan(p) == math.isnan(gap.low)
    if not math.isnan(p):
        assert (gap.low <= 0 <= gap.high) == (p > 0.05)


@pytest.mark.parametrize("n", [20, 30])
def test_differences_of_scores_that_are_mostly_0_are_held(n):
    rng, held = np.random.default_rng(n), []
    for seed in range(300):
        x = np.where(rng.random((2, n)) < 0.1, rng.beta(2, 2, (2, n)), 0.0)
        found = tail.paired(*x, draws=200, seed=seed)
        held.append(found.low <= 0 <= found.high)
    assert np.mean(held) > 0.93
