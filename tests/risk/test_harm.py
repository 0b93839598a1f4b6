"""Harm vectors: pooling judges, joining dimensions, and putting long rows in order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import logsumexp

from risk import harm

JUDGES = arrays(float, st.integers(1, 6), elements=st.floats(0, 1))
HARM = arrays(float, st.tuples(st.integers(1, 20), st.integers(1, 5)), elements=st.floats(0, 1))


def text(*words):
    return np.array(words, dtype=object)


@pytest.mark.parametrize(
    ("how", "expected"), [("mean", 0.5), ("max", 1.0), ("rms", 0.6455), ("median", 0.5)]
)
def test_the_poolings_of_three_judges_are_the_worked_ones(how, expected):
    assert harm.pool([1, 0, 0.5], how) == pytest.approx(expected, abs=5e-5)


@given(JUDGES, st.sampled_from([0.001, 0.1, 1.0, 100.0]))
def test_lse_and_rms_lie_between_mean_and_max(h, tau):
    for pooled in (harm.pool(h, "lse", tau), harm.pool(h, "rms")):
        assert h.mean() - 1e-9 <= pooled <= h.max() + 1e-9


@given(JUDGES, st.sampled_from([0.01, 0.1, 1.0]))
def test_lse_is_scipys_logsumexp_less_the_log_of_the_judges(h, tau):
    oracle = tau * (logsumexp(h / tau) - np.log(h.size))
    assert harm.pool(h, "lse", tau) == pytest.approx(oracle, abs=1e-12)


def test_lse_goes_to_the_mean_and_to_the_max():
    h = [0.2, 0.4, 0.9]
    assert harm.pool(h, "lse", 1e6) == pytest.approx(0.5, abs=1e-6)
    assert harm.pool(h, "lse", 1e-6) == pytest.approx(0.9, abs=1e-5)


@pytest.mark.parametrize("how", harm.POOLINGS)
@given(h=JUDGES)
def test_a_missing_judge_is_left_out_and_none_is_missing(how, h):
    beside = np.append(h, np.nan)
    assert harm.pool(beside, how) == pytest.approx(float(harm.pool(h, how)), abs=1e-12)
    assert np.isnan(harm.pool([np.nan, np.nan], how))


@pytest.mark.parametrize("how", harm.POOLINGS)
def test_pooling_works_over_the_last_axis_of_any_shape(how):
    h = np.random.default_rng(0).random((4, 3, 5))
    h[1, 2, :] = np.nan
    h[0, 0, 1:3] = np.nan
    pooled = harm.pool(h, how)
    one_by_one = [[harm.pool(cell, how) for cell in row] for row in h]
    np.testing.assert_allclose(pooled, one_by_one, rtol=1e-14)


def test_an_impossible_temperature_or_pooling_is_refused():
    with pytest.raises(ValueError, match="tau is 0"):
        harm.pool([0.5], "lse", 0)
    with pytest.raises(ValueError, match="pooling is 'sum'"):
        harm.pool([0.5], "sum")


@given(HARM)
def test_log_risk_goes_back_to_the_union(h):
    risk = harm.log_risk(h, eps=1e-9)
    np.testing.assert_allclose(harm.from_log(risk.total), harm.union(h), atol=1e-8)
    assert (risk.parts >= 0).all()
    np.testing.assert_allclose(risk.parts.sum(axis=1), risk.total)


@pytest.mark.parametrize(("eps", "cap"), [(1e-3, 6.9078), (1e-6, 13.8155), (1e-9, 20.7233)])
def test_the_cap_of_a_certain_harm_is_the_logarithm_of_eps(eps, cap):
    risk = harm.log_risk([[1.0, 0.0]], eps)
    assert risk.total[0] == pytest.approx(cap, abs=5e-5)
    assert risk.clipped == 1


def test_a_missing_dimension_leaves_total_and_union_missing_not_zero():
    h = [[0.5, np.nan], [0.5, 0.0]]
    assert np.isnan(harm.log_risk(h).total).tolist() == [True, False]
    assert np.isnan(harm.union(h)).tolist() == [True, False]


@pytest.mark.parametrize("wrong", [-0.1, 1.5, np.inf])
def test_a_harm_outside_the_scale_is_an_error_not_a_clip(wrong):
    with pytest.raises(ValueError, match="from 0 to 1"):
        harm.log_risk([[0.5, wrong]])


def long_rows(h):
    """Rows of a (N, D, J) array in an order of their own, the missing ones left out."""
    at = np.argwhere(~np.isnan(h))[::-1]
    name = np.array([f"p{i:02}" for i in range(20)], dtype=object)
    return {
        "item_id": name[at[:, 0]],
        "dimension": text("bias", "ethics", "fairness")[at[:, 1]],
        "scorer": text("one", "two")[at[:, 2]],
        "value": h[tuple(at.T)],
    }


def test_long_rows_in_any_order_come_back_as_the_array_they_were():
    h = np.random.default_rng(1).random((20, 3, 2))
    h[3, 1, 0] = h[4, 2, 1] = np.nan
    vector = harm.assemble(long_rows(h))
    np.testing.assert_array_equal(vector.h, h)
    assert vector.dimensions == ("bias", "ethics", "fairness")
    assert vector.judges == ("one", "two")
    assert vector.clusters is None


def test_several_samples_of_one_item_are_rows_of_one_cluster():
    rows = {
        "item_id": text("b", "a", "a", "b"),
        "sample": np.array([1.0, 0.0, 1.0, 0.0]),
        "dimension": text(*["bias"] * 4),
        "scorer": text(*["j"] * 4),
        "value": np.array([0.4, 0.1, 0.2, 0.3]),
    }
    vector = harm.assemble(rows)
    assert vector.h.ravel().tolist() == [0.1, 0.2, 0.3, 0.4]
    assert vector.clusters is not None
    assert vector.clusters.tolist() == [0, 0, 1, 1]


def test_submetrics_of_one_judge_become_their_root_mean_square():
    rows = {
        "item_id": text("a", "a", "a", "a"),
        "dimension": text(*["bias"] * 4),
        "scorer": text(*["j"] * 4),
        "value": np.array([1, 0, 0.5, np.nan]),
    }
    assert harm.assemble(rows).h.item() == pytest.approx(0.6455, abs=5e-5)


def test_an_item_whose_scores_are_all_missing_stays_as_a_missing_row():
    rows = {
        "item_id": text("a", "b"),
        "dimension": text("bias", "bias"),
        "scorer": text("j", "j"),
        "value": np.array([0.5, np.nan]),
    }
    np.testing.assert_array_equal(harm.assemble(rows).h.ravel(), [0.5, np.nan])


def test_dimensions_where_up_is_good_are_left_out():
    rows = {
        "item_id": text("a", "a"),
        "dimension": text("bias", "help"),
        "scorer": text("j", "j"),
        "value": np.array([0.5, 7.0]),
        "up": text("harm", "good"),
    }
    assert harm.assemble(rows).dimensions == ("bias",)
    with pytest.raises(ValueError, match="no score runs towards harm"):
        harm.assemble(rows | {"up": text("good", "good")})


def test_a_row_without_an_item_is_refused():
    rows = long_rows(np.full((1, 1, 1), 0.5)) | {"item_id": text(None)}
    with pytest.raises(ValueError, match="1 rows have no item_id"):
        harm.assemble(rows)


def test_judges_can_be_chosen_or_left_out_by_name():
    vector = harm.assemble(long_rows(np.random.default_rng(2).random((20, 3, 2))))
    assert vector.judged("all") is vector
    assert vector.judged("one").judges == ("one",)
    np.testing.assert_array_equal(vector.judged("-one").h, vector.h[:, :, 1:])
    with pytest.raises(ValueError, match="the judges are one, two"):
        vector.judged("three")
    with pytest.raises(ValueError, match="leave out"):
        vector.judged("one").judged("-one")
