"""Abstention: the matrix and its rates by hand, by law, and against scikit-learn and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import precision_recall_fscore_support

from risk.abstain import Matrix, balanced, cells, f1, forced, matrix, rates, scores
from risk.availability import lift

ROWS = st.lists(
    st.tuples(
        st.sampled_from([True, False, None]),
        st.sampled_from([0.0, 1.0, np.nan]),
        st.sampled_from([0.0, 1.0, np.nan]),
    ),
    min_size=1,
    max_size=40,
)
COUNTS = st.integers(0, 9)


def spelled(m):
    """The cells that a matrix counts."""
    return np.repeat(np.array([*Matrix._fields[:-1], None], dtype=object), list(m))


def test_the_worked_matrix_has_the_rates_of_its_source():
    found = rates(spelled(Matrix(tp=5, fp1=2, fn=1, fp2=3, tn=4)))
    expected = {
        "aac": 0.6250, "uac": 0.5714, "ar": 0.3333, "accuracy": 0.7143,
        "over_abstention": 0.1250, "answered_unanswerable": 0.4286, "precision": 0.8000,
    }  # fmt: skip
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value, abs=5e-5)
        assert found[name].low < found[name].value < found[name].high
    assert balanced(Matrix(5, 2, 1, 3, 4)) == pytest.approx(0.5982, abs=5e-5)


def test_an_answer_to_the_unanswerable_is_wrong_whatever_it_matches():
    assert cells([False, False], [0, 0], [1, 0]).tolist() == ["fp2", "fp2"]


def test_what_neither_answered_nor_abstained_is_lost_and_an_unjudged_answer_is_no_wrong_one():
    told = cells([True, None, True], [np.nan, 1, 0], [1, 1, np.nan])
    found = matrix(told)
    assert (found.lost, found.unjudged, found.fp1) == (2, 1, 0)
    assert not rates(told)["aac"].known
    assert "no verdict" in rates(told)["aac"].why


@given(ROWS)
def test_every_row_is_in_one_cell_or_lost(rows):
    found = matrix(cells(*zip(*rows, strict=True)))
    assert sum(found) == len(rows)
    assert found.answerable + found.unanswerable + found.lost == len(rows)


@given(st.lists(COUNTS, min_size=5, max_size=5))
def test_rates_are_shares_or_missing_and_never_made_up(counts):
    m = Matrix(*counts)
    told = rates(spelled(m))
    for name, found in told.items():
        if found.known:
            assert 0 <= found.low <= found.value <= found.high <= 1, name
        else:
            assert found.n == 0, name
    if m.tn + m.fp2 == 0:
        assert not told["uac"].known


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=40))
def test_precision_recall_and_f1_are_those_of_scikit_learn(rows):
    should, did = map(np.array, zip(*rows, strict=True))
    found = scores(should, did)
    p, r, f, _ = precision_recall_fscore_support(
        should, did, average="binary", zero_division=np.nan
    )
    assert found.precision[0] == pytest.approx(p, nan_ok=True)
    assert found.recall[0] == pytest.approx(r, nan_ok=True)
    if should.any():
        assert found.f1[0] == pytest.approx(f)
    else:
        assert np.isnan(found.f1[0])


def test_f1_drops_and_counts_rows_that_say_neither_yes_nor_no():
    found = f1([1, 1, 0, np.nan, 1], [1, 0, 0, 1, np.nan], None, 200, 0)
    assert found.why == ""
    assert (found.value, found.n, found.lost) == (pytest.approx(2 / 3), 3, 2)


def test_forced_answers_show_which_abstentions_were_worth_it():
    a = [0] * 8 + [1] * 4
    found = forced(a, [1] * 6 + [0] * 2 + [np.nan] * 4, [np.nan] * 8 + [1, 0, 0, 0])
    assert list(found.values()) == pytest.approx([0.75, 1 / 3, 0.75, 0.75, 0.6, 1 / 3, 12])
    nothing = forced([0], [1], [np.nan])
    assert np.isnan(nothing["abstain_precision"])


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 10))
def test_the_value_of_a_lift_is_that_of_the_binomial_test(only, rather, both):
    clean = [0] * only + [1] * rather + [1] * both
    under = [1] * only + [0] * rather + [1] * both
    found = lift(clean, under, draws=100)
    if only + rather:
        assert found.p == pytest.approx(binomtest(only, only + rather).pvalue)
        assert found.lift.value == pytest.approx((only - rather) / len(clean))
    elif both:
        assert found.p == 1
    else:
        assert not found.lift.known


def test_a_pair_with_one_side_unknown_is_lost():
    found = lift([0, np.nan, 1], [1, 1, np.nan], lost=2)
    assert (found.pairs, found.lift.lost) == (1, 4)
