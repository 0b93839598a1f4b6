"""Two groups side by side, held against statsmodels and a simulation by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from risk.contrast import shares, times

SOME = st.tuples(st.integers(5, 30), st.integers(5, 30))
"""Counts of which none is so few that Wilson's interval is modified or exact."""


@given(SOME, SOME)
def test_the_interval_of_two_shares_is_newcombes(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    found = shares([1] * one[0] + [0] * one[1], [1] * two[0] + [0] * two[1])
    low, high = confint_proportions_2indep(
        one[0], sum(one), two[0], sum(two), method="newcomb", compare="diff"
    )
    assert found.low == pytest.approx(low, abs=1e-9)
    assert found.high == pytest.approx(high, abs=1e-9)
    assert found.low <= found.value <= found.high


def test_all_alike_is_still_uncertain() -> None:
    found = shares([1.0] * 10, [1.0] * 10)
    assert (found.value, found.n) == (0.0, 20)
    assert found.high - found.low > 0.4


def test_swapping_the_groups_turns_the_ratio_over() -> None:
    draw = np.random.default_rng(1)
    fast, slow = np.exp(draw.normal(1.0, 0.4, 60)), np.exp(draw.normal(1.5, 0.4, 80))
    one, other = times(fast, slow), times(slow, fast)
    assert one.value == pytest.approx(1 / other.value)
    assert one.low == pytest.approx(1 / other.high)
    assert one.low < np.exp(-0.5) < one.high < 1
    welch = stats.ttest_ind(np.log(fast), np.log(slow), equal_var=False).confidence_interval()
    assert (one.low, one.high) == pytest.approx((np.exp(welch.low), np.exp(welch.high)))


@pytest.mark.parametrize("group", [[], [1.0]])
def test_too_few_are_missing_with_the_reason(group: list[float]) -> None:
    assert not times(group, [1.0, 2.0]).known
    assert times(group, [1.0, 2.0]).why
    assert shares([], [1.0]).why == "one of the two groups is empty"
