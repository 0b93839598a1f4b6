"""Shares of the joint tail: their intervals against the definition on resampled rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from risk import dimension, tail
from risk.interval import holding, percentiles, resamples


@given(
    arrays(float, (30, 2), elements=st.integers(0, 3).map(float)),
    st.sampled_from([0.5, 0.8, 0.95]),
    st.booleans(),
)
def test_share_intervals_are_those_of_the_resampled_rows(parts, level, clustered):
    total, codes = parts.sum(axis=1), np.arange(30) // (3 if clustered else 1)
    if tail.cvar(total, level) == 0:
        return
    found = dimension.share_profile(parts, total, level, 20, 4, codes)
    plain = np.array(
        [
            tail.shares(np.repeat(parts, c[codes], axis=0), np.repeat(total, c[codes]), level)
            for c in next(resamples(codes.max() + 1, 20, 4))
        ]
    )
    tailed = (codes.max() + 1) * (1 - level)
    for share, column in zip(found, plain.T, strict=True):
        if tailed < 5 - 1e-9:
            assert "fewer than 5 prompts" in share.why
            assert np.isnan(share.low)
            continue
        wide = stats.t.ppf(0.975, tailed - 1) / stats.norm.ppf(0.975)
        ends = np.array(holding(share.value, *percentiles(column)))
        ends = share.value + wide * np.sqrt(tailed / (tailed - 1)) * (ends - share.value)
        assert share.low <= share.value <= share.high
        assert (share.low, share.high) == pytest.approx(np.clip(ends, 0, 1), abs=1e-9)


def test_shares_of_many_rows_have_the_intervals_of_full_resampling():
    parts = np.random.default_rng(0).gamma([0.5, 1.0], 1.0, (6000, 2))
    total = parts.sum(axis=1)
    cut = dimension.share_profile(parts, total, 0.95, 1500)
    full = dimension.share_profile(
        parts, total, 0.95, 1500, clusters=np.concatenate([[0, 0], np.arange(1, 5999)])
    )
    for a, b in zip(cut, full, strict=True):
        assert a.value == b.value
        assert (a.low, a.high) == pytest.approx((b.low, b.high), abs=0.006)


def test_shares_without_a_tail_or_without_rows_say_why():
    flat = dimension.share_profile(np.zeros((4, 2)), np.zeros(4))
    assert [m.why for m in flat] == ["the tail is 0 everywhere"] * 2
    none = dimension.share_profile(np.full((2, 1), np.nan), np.full(2, np.nan))
    assert (none[0].why, none[0].lost) == ("no answer has every dimension", 2)
