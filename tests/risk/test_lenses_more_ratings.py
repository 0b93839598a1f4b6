"""Lenses of scores against people: score_error, length_bias, self_assessment, label_words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score, mean_absolute_error, r2_score

from risk import error
from risk.lenses.label_words import log_odds
from tests.lens_columns import look, text

PEOPLE = np.array([1.0, 2, 3, 4, 5])
JUDGE = np.array([2.0, 2, 4, 4, 5])
LENGTHS = np.array([100.0, 220, 180, 400, 600])


def test_score_error_has_the_worked_errors():
    found = look("score_error", {"score": JUDGE, "label_score": PEOPLE})
    told = {"mae": 0.4, "rmse": 0.6325, "r2": 0.8, "bias": 0.4}
    for name, value in told.items():
        assert found[name, ""].value == pytest.approx(value, abs=5e-5)
        if name != "r2":
            assert found[name, ""].low <= value <= found[name, ""].high + 1e-9
    assert np.isnan(found["r2", ""].low), "five answers are too few"


def test_score_error_refuses_two_scales_until_they_are_one():
    columns = {"harm": np.array([0.0, 0.5, 1.0]), "label_severity": text("0", "2", "3")}
    with pytest.raises(ValueError, match="bring them to one scale with times and plus"):
        look("score_error", columns)
    assert look("score_error", columns, times=4)["mae", ""].value == pytest.approx(1 / 3)


def test_score_error_with_equal_ratings_has_errors_and_no_r_squared():
    columns = {"score": JUDGE, "label_score": np.array([3.0, 3, 3, 3, np.nan])}
    found = look("score_error", columns)
    assert found["r2", ""].why == "people's ratings are all equal"
    assert (found["mae", ""].n, found["mae", ""].lost) == (4, 1)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=30))
def test_the_errors_are_those_of_scikit_learn(pairs):
    score, people = np.array(pairs, dtype=float).T
    found = error.errors(score, people, None, 100, 0)
    assert found["mae"].value == pytest.approx(mean_absolute_error(people, score))
    if people.min() < people.max():
        assert found["r2"].value == pytest.approx(r2_score(people, score))


def test_length_bias_has_the_worked_correlation():
    found = look("length_bias", {"score": JUDGE, "n_tokens": LENGTHS})
    assert found["spearman", ""].value == pytest.approx(0.7379, abs=5e-5)
    assert ("within", "") not in found


def test_length_bias_within_labels_takes_quality_out():
    rng = np.random.default_rng(0)
    good = np.repeat([0.0, 1.0], 200)
    columns = {
        "score": good + 0.1 * rng.random(400),
        "n_tokens": 100 + 300 * good + 50 * rng.random(400),
        "label_rating": good,
    }
    found = look("length_bias", columns)
    assert found["spearman", ""].value > 0.6
    assert abs(found["within", ""].value) < 0.15
    assert found["within", ""].n == 400


def test_length_bias_of_a_constant_score_is_not_defined():
    found = look("length_bias", {"score": np.ones(5), "n_tokens": LENGTHS})
    assert found["spearman", ""].why == "one side is the same throughout"


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=25))
def test_the_rank_correlation_is_that_of_scipy(pairs):
    x, y = np.array(pairs, dtype=float).T
    found = error.spearman(x, y, None, 100, 0)
    if x.min() < x.max() and y.min() < y.max():
        assert found.value == pytest.approx(stats.spearmanr(x, y).statistic)
        if len(pairs) < error.LEAST:
            assert np.isnan(found.low)
            assert found.why
        elif not np.isnan(found.low):  # of a perfect order no pair tells how far it may lie
            assert -1 <= found.low < found.high <= 1
    else:
        assert not found.known


SELF = {"self_rating": np.array([5.0, 4, 5, 3, 4]), "label_rating": np.array([3.0, 4, 4, 3, 2])}


def test_self_assessment_has_the_worked_bias():
    found = look("self_assessment", SELF)
    assert found["bias", ""].value == 1
    assert found["too_kind", ""].value == 0.6
    assert found["too_hard", ""].value == 0
    kappa = cohen_kappa_score(
        SELF["self_rating"], SELF["label_rating"], labels=[2, 3, 4, 5], weights="quadratic"
    )
    assert found["kappa", ""].value == pytest.approx(kappa)


def test_self_assessment_loses_unrated_answers_and_refuses_two_scales():
    unrated = SELF | {"label_rating": np.array([3.0, np.nan, 4, 3, 2])}
    found = look("self_assessment", unrated)["bias", ""]
    assert (found.value, found.n, found.lost) == (1.25, 4, 1)
    with pytest.raises(ValueError, match="one scale"):
        look("self_assessment", SELF | {"self_rating": np.full(5, 0.5)})
    as_loaded = SELF | {"self_rating": (SELF["self_rating"] - 1) / 4}
    found = look("self_assessment", as_loaded, times=4, plus=1)
    assert found["bias", ""].value == pytest.approx(1)


WORDS = {
    "response": text("I can't help", "Sorry, I can't", "Sure, here", "Sure thing", None, "Sure"),
    "act": text("refused", "refused", "answered", "answered", "answered", None),
}


def test_label_words_puts_telling_words_first():
    found = look("label_words", WORDS, label="refused", least=2)
    assert [word for measure, word in found if measure == "z"][:3] == ["sure", "can't", "i"]
    assert found["log_odds", "can't"].value > 0 > found["log_odds", "sure"].value
    assert (found["texts", "refused"].value, found["texts", "refused"].lost) == (4, 2)


def test_label_words_hides_rare_words_and_names_the_labels_there_are():
    assert ("z", "sorry") not in look("label_words", WORDS, label="refused", least=2)
    with pytest.raises(ValueError, match="there are answered, refused"):
        look("label_words", WORDS, label="hedged")


@given(*[st.integers(0, 40)] * 2, *[st.integers(50, 200)] * 2, st.integers(60, 200))
def test_swapping_the_labels_turns_the_sign_of_the_log_odds(a, b, total_a, total_b, words):
    odds, z = log_odds(a, b, total_a, total_b, words)
    other, turned = log_odds(b, a, total_b, total_a, words)
    assert odds == pytest.approx(-other)
    assert z == pytest.approx(-turned)
