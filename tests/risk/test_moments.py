"""Means of functions of a score: moments and unions with intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk import moments, tail
from risk.skewed import ALIKE

SCORE = arrays(float, st.integers(2, 40), elements=st.integers(-4, 4).map(float))


@given(SCORE, st.integers(-3, 3), st.integers(0, 3))
def test_the_value_is_the_upper_moment_inside_its_interval(x, t, p):
    found = moments.upper(x, t, p)
    assert found.value == pytest.approx(tail.upper_moment(x, t, p))
    if p and (x > t).sum() < 2:
        assert math.isnan(found.low)
        assert found.why == moments.FEW
    elif p and np.ptp(np.maximum(x - t, 0)) == 0:
        assert found.why == ALIKE
    else:
        assert found.low <= found.value + 1e-9
        assert found.high >= found.value - 1e-9


@pytest.mark.parametrize(("p", "truth"), [(1, np.exp(-2)), (2, 2 * np.exp(-2))])
@pytest.mark.parametrize("n", [30, 100])
def test_moments_of_a_long_tailed_score_are_held_also_by_few_prompts(p, truth, n):
    rng, told = np.random.default_rng(n), []
    for _ in range(300):
        found = moments.upper(rng.exponential(size=n), 2, p)
        if not math.isnan(found.low):
            told.append(found.low <= truth <= found.high)
    assert len(told) > 250
    assert np.mean(told) > 0.9


@given(SCORE, st.integers(-3, 3))
def test_a_higher_threshold_never_gives_a_larger_moment(x, t):
    for p in (0, 1, 2):
        assert moments.upper(x, t, p).value >= moments.upper(x, t + 1, p).value


def test_the_root_has_the_unit_of_the_score():
    x = np.random.default_rng(0).gamma(2, 1, 50)
    one, three = (moments.upper_root(s * x, s) for s in (1, 3))
    assert (three.value, three.low, three.high) == pytest.approx(
        (3 * one.value, 3 * one.low, 3 * one.high)
    )


def test_a_union_at_the_threshold_is_failing_whatever_floats_say():
    assert moments.failing([0.1 + 0.2, 0.3, 0.29], 0.3).value == pytest.approx(2 / 3)


def test_missing_rows_are_lost_and_nothing_is_missing():
    found = moments.upper([1.0, np.nan, 3.0], 0, 1)
    assert (found.n, found.lost) == (2, 1)
    assert not moments.upper([np.nan], 0, 1).known
    alone = moments.upper([2.0, 4.0], 0, 1, clusters=np.zeros(2, int))
    assert alone.value == 3.0
    assert math.isnan(alone.low)
    with pytest.raises(ValueError, match="p is -1"):
        moments.upper([1.0], 0, -1)
