"""The tail of a score: worked cases, laws, and the definitions done by brute force."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from risk import tail

LEVEL = st.sampled_from([0.5, 0.6, 0.8, 0.85, 0.9, 0.95, 0.99, 0.999])
FINE = arrays(float, st.integers(1, 60), elements=st.floats(-50, 50, width=32))
COARSE = arrays(float, st.integers(1, 60), elements=st.integers(0, 4).map(float))
SCORE = FINE | COARSE


@given(SCORE, LEVEL)
def test_var_is_numpys_inverted_cdf(x, level):
    ours = tail.var(x, level)
    # A hair below the level forgives floats such as 0.55 * 100 = 55.00000000000001.
    assert ours == np.quantile(x, level - 1e-12, method="inverted_cdf")


@given(SCORE, LEVEL)
def test_cvar_is_the_minimum_of_rockafellar_and_uryasev(x, level):
    m = (1 - level) * x.size
    # The objective is convex and bends only at the values, so one of them is the minimum.
    brute = min(z + np.maximum(x - z, 0).sum() / m for z in x)
    assert tail.cvar(x, level) == pytest.approx(brute, abs=1e-6)


@given(SCORE, LEVEL)
def test_var_cvar_and_max_are_in_order(x, level):
    assert tail.var(x, level) <= tail.cvar(x, level) + 1e-9 <= x.max() + 2e-9
    assert x.mean() <= tail.cvar(x, level) + 1e-9


@given(SCORE, LEVEL, st.floats(-20, 20), st.floats(0.1, 10))
def test_tails_move_and_stretch_with_the_score(x, level, shift, scale):
    for measure in (tail.var, tail.cvar):
        moved = measure(scale * x + shift, level)
        assert moved == pytest.approx(scale * measure(x, level) + shift, abs=1e-6)


@given(SCORE, LEVEL, st.randoms())
def test_order_does_not_matter(x, level, random):
    order = random.sample(range(x.size), x.size)
    assert tail.var(x[order], level) == tail.var(x, level)
    assert tail.cvar(x[order], level) == pytest.approx(tail.cvar(x, level))
    np.testing.assert_array_equal(tail.weights(x[order], level), tail.weights(x, level)[order])


@given(SCORE, LEVEL, st.data())
def test_a_worse_answer_never_makes_the_tail_better(x, level, data):
    worse = x.copy()
    worse[data.draw(st.integers(0, x.size - 1))] += data.draw(st.floats(0, 30))
    assert tail.var(worse, level) >= tail.var(x, level)
    assert tail.cvar(worse, level) >= tail.cvar(x, level) - 1e-9


@given(SCORE, LEVEL, LEVEL)
def test_a_higher_level_has_a_worse_tail(x, one, two):
    low, high = sorted((one, two))
    assert tail.cvar(x, low) <= tail.cvar(x, high) + 1e-9


@given(SCORE, LEVEL)
def test_weights_sum_to_the_tail_and_give_back_cvar(x, level):
    w, m = tail.weights(x, level), (1 - level) * x.size
    assert ((w >= 0) & (w <= 1)).all() or m < 1
    assert w.sum() == pytest.approx(m, abs=1e-8)
    assert w @ x / m == pytest.approx(tail.cvar(x, level), abs=1e-6)


@given(SCORE, LEVEL, st.data())
def test_whole_row_weights_are_copies_of_the_row(x, level, data):
    copies = data.draw(arrays(int, x.size, elements=st.integers(1, 4)))
    long = np.repeat(x, copies)
    assert tail.var(x, level, copies) == tail.var(long, level)
    assert tail.cvar(x, level, copies) == pytest.approx(tail.cvar(long, level), abs=1e-6)


def test_cvar_is_the_worst_mean_any_reweighting_of_the_tail_can_make():
    x, level = np.random.default_rng(4).gamma(2, 1, 37), 0.9
    cap = 1 / ((1 - level) * x.size)
    best = linprog(-x, A_eq=np.ones((1, x.size)), b_eq=[1], bounds=(0, cap))
    assert tail.cvar(x, level) == pytest.approx(-best.fun)


def test_ties_at_the_quantile_share_the_atom():
    x = [0, 0, 0, 0, 1, 1, 1, 1, 1, 2]
    assert tail.cvar(x, 0.8) == 1.5
    assert tail.weights(x, 0.8) == pytest.approx([0] * 4 + [0.2] * 5 + [1])


def test_ties_broken_by_rounding_are_still_ties():
    x = np.array([2.5, 0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1, 0.5, 0.1])
    assert x[1] != x[2]
    assert tail.weights(x, 0.6) == pytest.approx([1, 0.5, 0.5, 0, 0])


@pytest.mark.parametrize(("a", "expected"), [(0.80, 8), (0.85, 9), (0.95, 10)])
def test_var_of_one_to_ten(a, expected):
    assert tail.var(range(1, 11), a) == expected


def test_a_rank_spoiled_by_floats_is_still_the_right_one():
    assert tail.var(range(1, 101), 0.55) == 55
    assert tail.cvar(range(1, 21), 0.95) == 20
    assert tail.weights(range(1, 21), 0.95).tolist() == [0.0] * 19 + [1.0]


def test_901_prompts_lie_between_the_two_usual_shortcuts():
    x = np.random.default_rng(0).gamma(2, 1, 901)
    assert tail.cvar(x, 0.95) == pytest.approx(5.913, abs=5e-4)
    assert tail.cvar(np.arange(1, 902), 0.95) == pytest.approx(878.9745, abs=5e-5)


def test_a_missing_row_is_left_out_and_has_no_weight():
    assert tail.var([1, np.nan, 3], 0.5) == 1
    assert tail.cvar([1, np.nan, 3], 0.5) == 3
    assert np.isnan(tail.weights([1, np.nan, 3], 0.5)).tolist() == [False, True, False]
    assert tail.cvar([1, np.nan, 3], 0.5, row_weights=[1, 50, 1]) == 3


@pytest.mark.parametrize("measure", [tail.var, tail.cvar])
def test_nothing_left_is_missing_and_a_level_outside_is_refused(measure):
    assert math.isnan(measure([np.nan]))
    for level in (0, 1, 95):
        with pytest.raises(ValueError, match=f"level is {level}"):
            measure([1.0], level)
    with pytest.raises(ValueError, match="row weight"):
        measure([1.0, 2.0], 0.5, row_weights=[-1, 2])


@given(arrays(float, (25, 3), elements=st.integers(0, 3).map(float)), LEVEL)
def test_shares_of_the_tail_add_to_one_whatever_the_order(parts, level):
    total = parts.sum(axis=1)
    found = tail.shares(parts, total, level)
    if tail.cvar(total, level) == 0:
        assert np.isnan(found).all()
        return
    assert found.sum() == pytest.approx(1)
    assert (found >= -1e-12).all()
    np.testing.assert_allclose(tail.shares(parts[::-1], total[::-1], level), found, atol=1e-12)


def test_marginal_tails_add_to_no_less_than_the_joint_one():
    b, f = np.array([2, 0.2, 1.5, 0.3, 0]), np.array([0.5, 1.8, 0.5, 0.2, 0.1])
    assert tail.cvar(b, 0.6) == pytest.approx(1.75)
    assert tail.cvar(f, 0.6) == pytest.approx(1.15)
    assert tail.cvar(b + f, 0.6) == pytest.approx(2.25)


def test_a_row_without_a_total_takes_no_part_in_the_shares():
    parts = np.array([[1.0, 3.0], [np.nan, 9.0], [0.0, 0.0]])
    assert tail.shares(parts, parts.sum(axis=1), 0.5) == pytest.approx([0.25, 0.75])


def test_only_values_strictly_above_count_in_the_moments():
    assert tail.upper_moment([0.5, 0.5, 0.6], 0.5, 0) == pytest.approx(1 / 3)
    assert math.sqrt(tail.upper_moment([0.1, 0.2, 0.3, 0.8, 1.2], 0.5, 2)) == pytest.approx(
        0.3406, abs=5e-5
    )
    assert math.isnan(tail.upper_moment([np.nan], 0.5, 1))
    with pytest.raises(ValueError, match="p is -1"):
        tail.upper_moment([1.0], 0.5, -1)


@given(SCORE)
def test_the_survival_curve_falls_to_zero_inside_its_band(x):
    curve = tail.survival(x)
    assert curve.share[-1] == 0
    assert all(a > b for a, b in pairwise(curve.share))
    assert ((curve.low <= curve.share) & (curve.share <= curve.high)).all()
    assert curve.share.tolist() == [np.mean(x > v) for v in curve.values]


def test_the_survival_of_nothing_is_empty():
    assert [part.size for part in tail.survival([np.nan])] == [0, 0, 0, 0]


def test_volatility_needs_two_values():
    assert math.isnan(tail.volatility([3.0, np.nan]))
