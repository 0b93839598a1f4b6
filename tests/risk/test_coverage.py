"""Risk against coverage: ties, laws, and scikit-learn and brute force as oracles."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from risk.coverage import (
    NUMBERS,
    average_precision,
    coverage_at,
    curve,
    numbers,
    rank,
    risk_at,
)

ROWS = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40)


def split(rows):
    confidence, correct = zip(*rows, strict=True)
    return np.array(confidence) / 6, np.array(correct, dtype=float)


def values(rows, **how):
    return {name: float(value[0]) for name, value in numbers(rank(*split(rows)), **how).items()}


def test_the_mean_form_is_the_average_over_every_order_of_the_ties():
    confidence, correct = [0.9, 0.7, 0.7, 0.7, 0.2], [0, 1, 0, 1, 1]
    areas = []
    for middle in itertools.permutations([1, 0, 1]):
        loss = 1 - np.array([0, *middle, 1])
        areas.append((loss.cumsum() / np.arange(1, 6)).mean())
    assert numbers(rank(confidence, correct))["aurc"][0] == pytest.approx(np.mean(areas))


@given(ROWS)
def test_nothing_depends_on_the_order_of_the_rows(rows):
    turned = values(rows[::-1])
    for name, value in values(rows).items():
        assert turned[name] == pytest.approx(value, abs=1e-9, nan_ok=True)


@given(ROWS)
def test_augrc_is_what_its_identity_with_auroc_says(rows):
    found = values(rows)
    accuracy = 1 - found["error"]
    mixed = 0 < accuracy < 1
    first = (1 - found["auroc"]) * accuracy * (1 - accuracy) if mixed else 0
    assert found["augrc"] == pytest.approx(first + (1 - accuracy) ** 2 / 2, abs=1e-9)


@given(ROWS)
def test_auroc_is_that_of_scikit_learn(rows):
    confidence, correct = split(rows)
    if 0 < correct.mean() < 1:
        expected = roc_auc_score(correct, confidence)
        assert values(rows)["auroc"] == pytest.approx(expected)
    else:
        assert np.isnan(values(rows)["auroc"])


@given(ROWS)
def test_the_areas_keep_their_bounds(rows):
    found = values(rows)
    assert -1e-9 <= found["eaurc"] <= found["aurc"] + 1e-9 <= 1 + 2e-9
    assert found["error"] ** 2 / 2 - 1e-9 <= found["augrc"] <= 0.5
    assert found["auarc"] == pytest.approx(1 - found["aurc"])
    assert np.isnan(found["prr"]) or found["prr"] <= 1 + 1e-9


def test_one_confidence_for_all_makes_aurc_the_error_rate():
    found = values([(3, True), (3, False), (3, False), (3, True)])
    assert found["aurc"] == pytest.approx(0.5)
    assert values([(3, True), (3, False)], form="trapezoid")["aurc"] == pytest.approx(0.5)


def test_a_perfect_order_has_no_excess():
    rows = [(6, True), (5, True), (4, True), (2, False), (1, False)]
    assert values(rows)["eaurc"] == pytest.approx(0, abs=1e-12)
    assert values(rows)["prr"] == pytest.approx(1)


def test_the_best_area_nears_its_limit_as_rows_grow():
    n, error = 4000, 0.3
    correct = np.arange(n) < n * (1 - error)
    best = numbers(rank(-np.arange(n), correct))["aurc"][0]
    assert best == pytest.approx(error + (1 - error) * np.log(1 - error), abs=3e-4)


@given(ROWS)
def test_weights_count_rows_as_often_as_they_say(rows):
    confidence, correct = split(rows)
    times = np.arange(len(rows)) % 3 + (np.arange(len(rows)) == 0)
    repeated = numbers(rank(np.repeat(confidence, times), np.repeat(correct, times)))
    weighted = numbers(rank(confidence, correct), times[None].astype(float))
    for name in NUMBERS:
        assert weighted[name][0] == pytest.approx(repeated[name][0], abs=1e-9, nan_ok=True)


@given(ROWS)
def test_a_weight_of_nothing_leaves_the_trapezoid_as_if_the_row_were_gone(rows):
    confidence, correct = split(rows)
    keep = np.arange(len(rows)) % 2 == 0
    alone = numbers(rank(confidence[keep], correct[keep]), form="trapezoid")
    weighted = numbers(rank(confidence, correct), keep[None].astype(float), "trapezoid")
    assert weighted["aurc"][0] == pytest.approx(alone["aurc"][0])


def test_the_curve_has_one_point_a_distinct_confidence():
    found = curve(rank([0.9, 0.8, 0.8, 0.6, 0.5], [1, 1, 0, 1, 0]))
    assert found.coverage.tolist() == [0.2, 0.6, 0.8, 1.0]
    assert found.risk == pytest.approx([0, 1 / 3, 1 / 4, 2 / 5])
    assert found.generalized == pytest.approx([0, 0.2, 0.2, 0.4])


def test_operating_points_take_a_tie_in_part_or_whole():
    found = rank([0.9, 0.8, 0.8, 0.6, 0.5], [1, 1, 0, 1, 0])
    assert risk_at(found, 0.4)[0] == pytest.approx(0.25)  # one right row, half an error of two
    assert risk_at(found, 0.55 + 0.05)[0] == pytest.approx(1 / 3)
    assert coverage_at(found, 0.3)[0] == pytest.approx(0.8)
    assert coverage_at(found, 0)[0] == pytest.approx(0.2)
    assert coverage_at(rank([0.9, 0.1], [0, 1]), 0.1)[0] == 0
    with pytest.raises(ValueError, match="coverage is 0"):
        risk_at(found, 0)


def test_a_row_without_verdict_or_confidence_is_lost_and_never_wrong():
    found = rank([0.9, np.nan, 0.5], [1, 0, np.nan])
    assert (found.lost, numbers(found)["error"][0]) == (2, 0)


def test_what_is_no_verdict_is_refused():
    with pytest.raises(ValueError, match="correct runs from 0 to 7"):
        rank([0.1, 0.2], [0, 7])


def test_rightness_in_shares_has_areas_but_no_auroc():
    found = numbers(rank([0.9, 0.5], [1, 0.5]))
    assert found["aurc"][0] == pytest.approx((0 + 0.25) / 2)
    assert np.isnan(found["auroc"][0])


@given(ROWS)
def test_average_precision_is_that_of_scikit_learn(rows):
    confidence, correct = split(rows)
    if correct.any():
        expected = average_precision_score(correct, confidence)
        assert average_precision(correct, confidence) == pytest.approx(expected)
    else:
        assert np.isnan(average_precision(correct, confidence))
