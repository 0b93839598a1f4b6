"""Dominance: made pairs of which the order is known, its laws, and the band's coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk.dominance import dominance
from risk.worst import cvar

PAIRS = arrays(float, (2, 20), elements=st.integers(0, 6).map(float))


def test_a_shift_dominates_in_both_orders():
    rng = np.random.default_rng(0)
    b = rng.gamma(2, 1, 400)
    for order in (1, 2):
        found = dominance(b + 0.3, b, order)
        assert (found.verdict, found.sure) == ("a above b", True)
        assert dominance(b, b + 0.3, order).verdict == "b above a"


def test_more_spread_crosses_at_first_order_and_dominates_at_second():
    calm = np.tile([2.0, 2.0], 300)
    wild = np.tile([1.0, 3.0], 300)
    assert dominance(wild, calm, 1).verdict == "they cross"
    assert dominance(wild, calm, 1).sure
    assert dominance(wild, calm, 2).verdict == "a above b"


def test_equal_answers_show_no_difference():
    found = dominance([1, 2, 3], [1, 2, 3])
    assert (found.verdict, found.sure) == ("no difference", False)


@given(PAIRS)
def test_the_first_order_implies_the_second(x):
    first, second = dominance(*x, 1, draws=10), dominance(*x, 2, draws=10)
    if first.verdict in ("a above b", "b above a"):
        assert second.verdict == first.verdict


@given(PAIRS)
def test_the_second_order_is_the_order_of_every_tail(x):
    found = dominance(*x, 2, draws=10)
    tails = [cvar(x[0], a) - cvar(x[1], a) for a in np.arange(0.05, 1, 0.05)]
    if found.verdict == "a above b":
        assert min(tails) > -1e-9
    if found.verdict == "b above a":
        assert max(tails) < 1e-9


@given(PAIRS)
def test_sides_exchanged_turn_the_curve_round(x):
    one, other = dominance(*x, draws=10), dominance(*x[::-1], draws=10)
    assert one.gap == pytest.approx(-other.gap)
    assert one.low == pytest.approx(-other.high, nan_ok=True)


def test_the_gap_is_the_difference_of_survival_and_of_expected_excess():
    a, b = np.array([0.0, 2, 4, 4]), np.array([1.0, 1, 3, 5])
    first, second = dominance(a, b, 1), dominance(a, b, 2)
    assert first.gap == pytest.approx([(a > t).mean() - (b > t).mean() for t in first.at])
    assert second.gap == pytest.approx(
        [np.maximum(a - t, 0).mean() - np.maximum(b - t, 0).mean() for t in second.at]
    )


@pytest.mark.parametrize("order", [1, 2])
def test_the_band_covers_the_whole_curve_at_its_level(order):
    hits = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        item = rng.gamma(2, 1, 120)
        a, b = item + rng.gamma(1, 0.5, 120), item + rng.gamma(1, 0.5, 120)
        found = dominance(a, b, order, draws=200, seed=seed)
        inside = np.isnan(found.low) | ((found.low <= 0) & (found.high >= 0))
        hits += inside.all()
    # both models are one, so the true curve is 0; three Monte-Carlo errors of 100 trials
    assert hits / 100 == pytest.approx(0.95, abs=3 * 0.0218 + 0.01)


def test_several_answers_to_a_prompt_widen_the_band():
    rng = np.random.default_rng(4)
    a, b = np.repeat(rng.random((2, 80)), 4, axis=1)
    alone = dominance(a, b, 2)
    joined = dominance(a, b, 2, clusters=np.repeat(np.arange(80), 4))
    ratio = np.nanmedian((joined.high - joined.low) / (alone.high - alone.low))
    assert ratio == pytest.approx(2, abs=0.1)


def test_a_long_scale_keeps_its_thresholds_few():
    x = np.random.default_rng(0).random((2, 3000))
    assert len(dominance(*x, draws=20).at) <= 200


def test_one_item_is_too_few():
    with pytest.raises(ValueError, match="1 items have both"):
        dominance([1.0, np.nan], [1.0, 2.0])
