"""Survival, hazard, the log-rank test and the weighted risk, against statsmodels and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

from risk import survive
from risk.interval import wilson

TIMES, EVENTS = [1, 2, 3, 4, 5], [1, 0, 1, 0, 1]


def drawn(seed: int, n: int = 60):
    draw = np.random.default_rng(seed)
    return draw.integers(1, 12, n).astype(float), draw.random(n) < 0.6


def test_the_worked_times_have_the_printed_curves():
    found = survive.curve(TIMES, EVENTS)
    assert found.at(3).value == pytest.approx(0.5333, abs=5e-5)
    assert found.cumulative(3).value == pytest.approx(0.5333, abs=5e-5)
    assert found.cumulative(5).value == pytest.approx(1.5333, abs=5e-5)


@given(some.integers(0, 10_000))
def test_the_curve_is_that_of_statsmodels(seed):
    time, event = drawn(seed)
    found = survive.curve(time, event)
    other = SurvfuncRight(time, event.astype(int))
    kept = np.isin(other.surv_times, found.time)
    assert np.allclose(found.survival, other.surv_prob[kept])
    inner = found.survival > 0
    spread = found.survival[inner] * np.sqrt(found.greenwood[inner])
    assert np.allclose(spread, other.surv_prob_se[kept][inner])


@given(some.integers(0, 10_000), some.integers(2, 4))
def test_the_log_rank_test_is_that_of_statsmodels(seed, groups):
    time, event = drawn(seed)
    group = np.random.default_rng(seed + 1).integers(0, groups, time.size)
    value, p = survive.log_rank(time, event, group)
    chi, other = survdiff(time, event.astype(int), group)
    assert (value, p) == (pytest.approx(float(chi)), pytest.approx(float(other)))


@given(some.integers(0, 10_000))
def test_the_incidence_is_that_of_statsmodels(seed):
    time, _ = drawn(seed)
    kind = np.random.default_rng(seed).integers(0, 3, time.size)
    at, share = survive.incidence(time, kind)
    with np.errstate(divide="ignore", invalid="ignore"):
        other = CumIncidenceRight(time, kind)
    places = np.searchsorted(other.times, at)
    assert np.allclose(share, other.cinc[0][places])


def test_without_censoring_survival_is_the_plain_share():
    time = np.array([1.0, 2, 2, 3, 5, 8])
    found = survive.curve(time, np.ones(6))
    assert [found.at(t).value for t in (1, 2, 4, 8)] == pytest.approx([5 / 6, 0.5, 2 / 6, 0])
    assert found.median().value == 2


def test_beyond_the_longest_watch_nothing_is_said():
    found = survive.curve(TIMES, EVENTS)
    assert not found.at(6).known
    assert "longest was 5" in found.cumulative(6).why
    assert not survive.curve([3, 4], [0, 0]).median().known
    assert survive.curve([3, 4], [0, 0]).at(4).value == 1


def test_nobody_watched_is_missing():
    assert not survive.curve([math.nan], [0]).at(1).known


def test_the_worked_weights_have_the_printed_risk():
    found = survive.weighted(TIMES, EVENTS, [0.2, math.nan, 0.4, math.nan, 0.6])
    assert found.weight.round(4).tolist() == [1, 0, 1.3333, 0, 2.6667]
    assert found.risk == pytest.approx(0.4667, abs=5e-5)
    assert found.effective == pytest.approx(2.5281, abs=5e-5)


@given(some.integers(0, 10_000))
def test_the_weights_are_one_over_the_censoring_curve_just_before(seed):
    time, seen = drawn(seed, 30)
    # seen runs leave just before those cut off at the same time
    censoring = survive.curve(time - 1e-3 * seen, ~seen)
    for t, ok, w in zip(time, seen, survive.weighted(time, seen, np.ones(30), 1e-9).weight,
                        strict=True):  # fmt: skip
        left = censoring.survival[censoring.time < t - 5e-4]
        assert w == pytest.approx(1 / left[-1] if left.size else 1.0 if ok else 0) if ok else w == 0


def test_all_cut_off_is_not_defined_and_a_long_tail_is_clipped():
    assert math.isnan(survive.weighted([1, 2], [0, 0], [1, 1]).risk)
    time = np.arange(1.0, 42)
    seen = time == 41
    assert survive.weighted(time, seen, np.ones(41)).weight[-1] == pytest.approx(20)


def test_runs_of_one_item_count_together_in_every_interval():
    time, event = drawn(2, 30)
    once = survive.curve(time, event)
    often = survive.curve(np.tile(time, 4), np.tile(event, 4), np.tile(np.arange(30), 4))
    for t in (2, 3, 4):
        for one, four in ((once.at(t), often.at(t)), (once.cumulative(t), often.cumulative(t))):
            assert four.value == pytest.approx(one.value)
            assert four.high - four.low > 0.9 * (one.high - one.low)
    assert survive.curve(time, event, np.arange(30)).at(3) == once.at(3)


def test_where_nothing_happened_the_interval_is_that_of_a_share_not_seen():
    found = survive.curve([5.0] * 20 + [2.0] * 9, [False] * 29)
    upper = wilson(0, 20)[1]
    assert found.at(3).low == pytest.approx(1 - upper)
    assert found.cumulative(3).high == pytest.approx(-math.log(1 - upper))
    four = survive.curve([5.0] * 20, [False] * 20, np.repeat(np.arange(5), 4))
    assert four.at(3).low == pytest.approx(1 - wilson(0, 5)[1])


def test_where_all_had_the_event_the_interval_reaches_as_far_as_before_the_last():
    found = survive.curve([1.0, 2.0, 3.0], [True] * 3)
    assert (found.at(3).value, found.at(3).low) == (0, 0)
    assert found.at(3).high == found.at(2).high


def test_the_hazard_of_few_items_of_many_runs_is_held():
    rng, held = np.random.default_rng(4), 0

    def runs(items):
        chance = np.repeat(np.clip(rng.beta(0.6, 1.8, items), 0.01, 1), 4)
        return np.minimum(rng.geometric(chance), 6.0), np.repeat(np.arange(items), 4)

    time, _ = runs(20_000)
    truth = survive.curve(time, time < 6).cumulative(3).value
    for _ in range(300):
        time, item = runs(25)
        found = survive.curve(time, time < 6, item).cumulative(3)
        held += found.low <= truth <= found.high
    assert held / 300 > 0.91
