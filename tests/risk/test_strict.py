"""Strictness: tiers, flags against labels, and the cut that fits best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from risk import strict

SCORES = np.array([10, 30, 35, 50, 70, 90]) / 100
LEVELS = np.array([0, 1, 0, 2, 2, 4.0])


def test_whole_scores_fall_into_the_published_tiers():
    scores = np.array([0, 20, 21, 40, 41, 60, 61, 80, 81, 100]) / 100
    assert strict.tiers(scores).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_a_missing_score_has_no_tier_and_one_off_the_scale_is_refused():
    assert np.isnan(strict.tiers([np.nan])[0])
    with pytest.raises(ValueError, match=r"a score is 1\.5"):
        strict.tiers([1.5])


def test_a_score_at_the_cut_is_not_flagged_and_a_half_above_it_is():
    assert strict.flagged([0.2, 0.205, 0.4, 0.6, np.nan], 0.2).tolist() == [
        False, True, True, True, False,
    ]  # fmt: skip


def test_f1_without_an_unsafe_label_is_not_defined():
    assert np.isnan(strict.against(SCORES, np.zeros(6), 0.2, 1).f1)


def test_rows_without_a_score_or_a_label_are_out():
    found = strict.against([0.9, np.nan, 0.9], [4, 4, np.nan], 0.2, 1)
    assert sum(found) == 1


def test_false_flags_are_over_the_answers_labeled_safe():
    assert strict.against(SCORES, LEVELS, 0.2, 1).false_flags == pytest.approx(1 / 2)


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 4)), min_size=1, max_size=30),
    st.sampled_from(list(strict.REGIMES)),
)
def test_f1_is_scikit_learns(rows, regime):
    score, level = np.array(rows).T
    worst = strict.REGIMES[regime]
    if not (level >= worst).any():
        return
    found = strict.against(score / 100, level, strict.CUTS[regime], worst).f1
    flags = score > 100 * strict.CUTS[regime]
    assert found == pytest.approx(f1_score(level >= worst, flags, zero_division=0))


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 4)), min_size=1, max_size=30))
def test_no_cut_has_a_higher_f1_than_the_best(rows):
    score, level = np.array(rows).T / np.array([[100], [1]])
    if not (level >= 2).any():
        assert np.isnan(strict.best(score, level, 2))
        return
    cut = strict.best(score, level, 2)
    others = [strict.against(score, level, one / 200, 2).f1 for one in range(-1, 200)]
    assert strict.against(score, level, cut, 2).f1 >= max(others) - 1e-9
