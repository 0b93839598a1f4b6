"""Intervals of shares and resampled items: by hand, against statsmodels, and their coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chi2
from statsmodels.stats.proportion import proportion_confint

from risk import interval

SHARES = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
CONFIDENCE = st.sampled_from([0.5, 0.9, 0.95, 0.99])


@given(SHARES, CONFIDENCE)
def test_wilson_agrees_with_statsmodels_but_where_few_are_of_a_kind(share, confidence):
    k, n = share
    exact = n < interval.EXACT
    low, high = proportion_confint(k, n, alpha=1 - confidence, method="beta" if exact else "wilson")
    some = () if exact else range(1, 2 if n <= 10 else 3 if n <= 50 else 4)
    if k in some:
        low = min(low, chi2.ppf(1 - confidence, 2 * k) / (2 * n))
    if n - k in some:
        high = max(high, 1 - chi2.ppf(1 - confidence, 2 * (n - k)) / (2 * n))
    assert interval.wilson(k, n, confidence) == pytest.approx((low, high), abs=1e-12)


def test_the_worked_shares_of_ten_rows_and_more_stay_wilsons_own():
    worked = {(8, 10): (0.490, 0.943), (3, 20): (0.0524, 0.3604), (0, 20): (0.0, 0.1611)}
    for (k, n), ends in worked.items():
        assert interval.wilson(k, n) == pytest.approx(ends, abs=5e-4)


LEAST = {
    1: 0.975,
    4: 0.975,
    7: 0.953,
    9: 0.959,
    10: 0.893,
    13: 0.909,
    25: 0.915,
    50: 0.915,
    51: 0.927,
    100: 0.926,
    200: 0.927,
}


@pytest.mark.parametrize(("n", "least"), LEAST.items())
def test_the_interval_of_a_share_holds_every_true_share(n, least):
    low, high = interval.band(np.arange(n + 1), n)
    ends = np.concatenate([low, high])
    grid = np.concatenate([ends - 1e-9, ends + 1e-9, np.linspace(0.001, 0.999, 500)])
    grid = grid[(grid > 0) & (grid < 1)][:, None]  # coverage falls at the ends alone
    held = (low <= grid) & (grid <= high)
    assert least <= (binom.pmf(np.arange(n + 1), n, grid) * held).sum(axis=1).min() < least + 0.001


@given(st.floats(0, 60), st.floats(0.5, 200), st.floats(0.01, 1))
def test_more_successes_never_have_a_lower_interval(k, n, more):
    k = min(k, n)
    (low, high), (least, most) = interval.wilson(k, n), interval.wilson(min(k + more, n), n)
    assert low <= least + 1e-12
    assert high <= most + 1e-12


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
