"""The mean of few bounded rows: the exact interval of marks, and how often it holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.abstain import f1
from risk.few import few_ends
from risk.interval import clopper_pearson
from risk.skewed import TOO_FEW
from risk.spread import mean


@pytest.mark.parametrize("yes", [0, 1, 3, 6])
def test_marks_have_the_exact_binomial_interval(yes):
    marks = np.array([1.0] * yes + [0.0] * (6 - yes))
    assert few_ends(marks, 0.0, 1.0) == pytest.approx(clopper_pearson(yes, 6), abs=0.02)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=11), st.floats(-3, 3), st.floats(0.1, 5))
def test_the_interval_moves_with_the_unit_of_the_scores(scores, start, unit):
    x = np.array(scores)
    low, high = few_ends(x, 0.0, 1.0)
    assert 0 <= low <= x.mean() + 1e-9
    assert x.mean() - 1e-9 <= high <= 1
    moved = few_ends(start + unit * x, start, start + unit)
    assert moved == pytest.approx((start + unit * low, start + unit * high), abs=1e-9)


def test_answers_to_one_prompt_count_once():
    x = np.array([0.2, 0.9, 0.4])
    often = few_ends(np.repeat(x, 4), 0.0, 1.0, np.repeat([7, 3, 5], 4))
    assert often == pytest.approx(few_ends(x[[1, 2, 0]], 0.0, 1.0))


@pytest.mark.parametrize("items", [2, 3, 6, 11])
@pytest.mark.parametrize("law", [(0.3, 0.3), (5, 3), (0.1, 1.5)])
def test_the_mean_of_few_bounded_scores_is_held(items, law):
    rng = np.random.default_rng(items)
    true = law[0] / sum(law)
    found = [mean(rng.beta(*law, items), None, 0, 0.0, 1.0) for _ in range(150)]
    held = np.mean([one.low <= true <= one.high for one in found])
    assert held >= 0.95 - 2.6 * np.sqrt(0.95 * 0.05 / len(found))


def test_few_rows_without_bounds_keep_their_caution():
    x = np.array([0.1, 0.4, 0.2])
    assert mean(x).why == TOO_FEW
    assert mean(x, None, 0, 0.0, 1.0).why == ""


def test_the_f1_of_few_answers_reaches_as_far_as_the_exact_interval_of_its_hits():
    should, did = np.array([1.0, 1.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0, 0.0])
    found = f1(should, did, None, 200, 0)
    low, high = clopper_pearson(1, 2)
    assert found.value == pytest.approx(2 / 3)
    assert found.low <= 2 * low / (1 + low)
    assert found.high >= 2 * high / (1 + high)
    assert found.why == ""
