"""Intervals of shares and resampled items: by hand, against statsmodels, and their coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from risk import interval

SHARES = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
CONFIDENCE = st.sampled_from([0.5, 0.9, 0.95, 0.99])


@given(SHARES, CONFIDENCE)
def test_wilson_agrees_with_statsmodels(share, confidence):
    k, n = share
    theirs = proportion_confint(k, n, alpha=1 - confidence, method="wilson")
    assert interval.wilson(k, n, confidence) == pytest.approx(theirs, abs=1e-12)


@given(SHARES, CONFIDENCE)
def test_clopper_pearson_agrees_with_statsmodels(share, confidence):
    k, n = share
    theirs = proportion_confint(k, n, alpha=1 - confidence, method="beta")
    assert interval.clopper_pearson(k, n, confidence) == pytest.approx(theirs, abs=1e-12)


@given(SHARES)
def test_the_share_lies_in_both_intervals_and_they_lie_between_0_and_1(share):
    k, n = share
    for low, high in (interval.wilson(k, n), interval.clopper_pearson(k, n)):
        assert 0 <= low <= k / n <= high <= 1


@pytest.mark.parametrize("n", [5, 20, 60])
def test_the_exact_interval_covers_at_least_95_percent_for_every_true_share(n):
    bounds = np.array([interval.clopper_pearson(k, n) for k in range(n + 1)])
    for p in np.linspace(0.01, 0.99, 41):
        held = (bounds[:, 0] <= p) & (p <= bounds[:, 1])
        assert binom.pmf(np.arange(n + 1), n, p)[held].sum() >= 0.95 - 1e-9


def test_wilson_covers_95_percent_on_average_over_true_shares():
    n = 40
    low, high = interval.band(np.arange(n + 1), n)
    grid = np.linspace(0.005, 0.995, 199)
    covered = [binom.pmf(np.arange(n + 1), n, p)[(low <= p) & (p <= high)].sum() for p in grid]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.01)


def test_no_rows_have_no_interval():
    assert all(math.isnan(end) for end in interval.wilson(0, 0) + interval.clopper_pearson(0, 0))
    found = interval.rate(0, 0)
    assert not found.known
    assert found.why == "no rows"


@pytest.mark.parametrize("call", [interval.wilson, interval.clopper_pearson])
@pytest.mark.parametrize(("k", "n", "confidence"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0)])
def test_what_is_no_share_is_refused(call, k, n, confidence):
    with pytest.raises(ValueError, match="must be"):
        call(k, n, confidence)


@given(st.integers(1, 50), st.integers(1, 40), st.integers(0, 5), st.integers(1, 60))
def test_resamples_do_not_depend_on_the_chunk(n, draws, seed, chunk):
    pieces = list(interval.resamples(n, draws, seed, chunk))
    assert max(len(piece) for piece in pieces) <= chunk
    whole = np.concatenate(list(interval.resamples(n, draws, seed)))
    assert np.array_equal(np.concatenate(pieces), whole)
    assert whole.shape == (draws, n)
    assert (whole.sum(axis=1) == n).all()


def test_every_item_is_drawn_once_on_average():
    counts = np.concatenate(list(interval.resamples(50, 4000, seed=3)))
    assert counts.mean(axis=0) == pytest.approx(np.ones(50), abs=5 / math.sqrt(4000))
    assert counts.var() == pytest.approx(1 - 1 / 50, abs=0.02)


def test_another_seed_gives_other_resamples():
    first, second = (next(interval.resamples(30, 5, seed)) for seed in (0, 1))
    assert not np.array_equal(first, second)


def test_undefined_replicates_are_left_out_of_the_percentiles():
    assert interval.percentiles([math.nan, 1, 2, 3], 0.5) == (1.5, 2.5)
    assert all(math.isnan(end) for end in interval.percentiles([math.nan]))


def test_percentiles_of_all_27_resamples_are_the_worked_ones():
    d = np.array([0.3, -0.1, 0.4])
    means = [d[[i, j, k]].mean() for i in range(3) for j in range(3) for k in range(3)]
    assert interval.percentiles(means) == pytest.approx((-0.0133, 0.3783), abs=5e-5)
