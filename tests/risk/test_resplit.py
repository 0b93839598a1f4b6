"""The interval of a mean over splits: exact for means, a jackknife's, in its room, over jumps."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.conformal import Rule, near, threshold, trials
from risk.resplit import Room, ends, error, spread
from risk.sets import lac, sized
from risk.splits import orders
from risk.tested import by_size, summary
from tests.asked import made

UNIT = st.floats(0, 1)
SHARES = st.lists(st.integers(0, 64), min_size=2, max_size=30)


@pytest.mark.parametrize("made_of", [2, 4, 6])
def test_over_all_splits_the_variance_of_a_mean_is_what_everybody_takes(made_of):
    x = np.array([0.3, 1.0, 0.2, 0.9, 0.4, 0.0, 0.1, 0.7])
    kept = [set(one) for one in combinations(range(8), made_of)]
    own = np.array([x[list(one)].mean() for one in kept])
    variance, degrees = error(np.full(own.size, x.mean()), own, made_of / 8)
    assert variance * (own.size - 1) / own.size == pytest.approx(x.var(ddof=1) / 8)
    assert degrees == own.size - 1


def test_the_error_of_the_size_of_sets_is_that_of_leaving_out_each_question():
    asked, n, half = made(80, seed=3), 80, 40
    split = next(orders(n, 400, seed=0))
    columns = np.ascontiguousarray(lac(asked.p).T)
    gold = columns[asked.gold, np.arange(n)]

    def mean(left: int) -> float:
        """The mean size over the splits without one question, wherever it stood."""
        found = []
        for order in split:
            own, test = (part[part != left] for part in (order[:half], order[half:]))
            size, _ = sized(columns, gold, asked.right, threshold(gold[own], 0.3))
            found.append(size[test].mean())
        return float(np.mean(found))

    without = np.array([mean(left) for left in range(n)])
    jackknife = (n - 1) / n * ((without - without.mean()) ** 2).sum()
    found = trials(asked, Rule(0.3), 400)
    ours, _ = error(found.size, found.own.size, found.trained)
    assert 0.7 < math.sqrt(ours / jackknife) < 1.6


@given(UNIT, st.floats(1e-6, 1), st.integers(1, 1000), st.floats(0.5, 1e5))
def test_an_interval_stays_in_its_room_holds_the_value_and_has_a_width(value, variance, k, rows):
    for lies in (Room(rows), Room(rows, 1, 4)):
        at = lies.least + value * (lies.most - lies.least)
        low, high = ends(at, variance, k, lies)
        assert lies.least <= low <= at + 1e-9
        assert at - 1e-9 <= high <= lies.most + 1e-9
        assert low < high


@given(SHARES, SHARES)
def test_the_order_of_splits_and_turning_a_share_around_change_no_width(a, b):
    # a count of just three is as near to another interval as floats can tell: none comes to it here
    values, own, room = np.array(a) / 64, np.array(b) / 64, Room(47.3)
    one = spread(values, own, 0.5, room, 10)
    same, turned = (
        spread(values[::-1], own[::-1], 0.5, room, 10),
        spread(1 - values, 1 - own, 0.5, room, 10),
    )
    assert (same.low, same.high) == pytest.approx((one.low, one.high), abs=1e-9)
    assert (1 - turned.high, 1 - turned.low) == pytest.approx((one.low, one.high), abs=1e-6)


def test_fewer_answers_behind_a_share_and_fewer_splits_make_it_longer():
    own = np.tile([0.45, 0.55], 100)
    many, few, poor = (
        spread(own[:splits], own[:splits], 0.5, Room(rows), 10)
        for splits, rows in ((200, 1000), (4, 1000), (200, 20))
    )
    assert many.high - many.low < few.high - few.low
    assert many.high - many.low < poor.high - poor.low


def test_what_no_split_or_one_alone_has_gets_no_interval_but_a_reason():
    one, none = np.array([0.5, np.nan]), np.full(2, np.nan)
    assert "fewer than two" in spread(one, one, 0.5, Room(20), 5).why
    assert math.isnan(spread(one, one, 0.5, Room(20), 5).low)
    assert spread(none, none, 0.5, Room(20), 5, nothing="nobody").why == "nobody"
    still = spread(np.ones(3), np.ones(3), 0.5, Room(math.inf, 0, 2), 5)
    assert "alike in every split" in still.why


def test_thresholds_that_jump_reach_over_the_jump():
    # every seventh score is the largest there is: a half of others may well be cut there or below
    gold = np.append(np.linspace(0, 0.8, 86), np.ones(14))
    low, high = near(gold, 50, Rule(0.1))
    assert low < 0.8
    assert high >= 1
    alone = near(np.linspace(0, 1, 100), 50, Rule(0.1))
    assert np.ptp(alone) < 0.2


def test_a_size_that_own_rows_never_had_is_still_as_uncertain_as_few_rows():
    found = trials(made(60, seed=6), Rule(0.2), splits=2)
    for told in by_size(found).values():
        for one in told.values():
            assert one.low < one.high


def test_judging_all_rows_is_as_uncertain_as_judging_those_held_out():
    a, b = (
        summary(trials(made(100, seed=2), Rule(0.2), 300, evaluate=how)) for how in ("test", "all")
    )
    for name in ("coverage", "set_size", "accuracy"):
        wide = [one[name].high - one[name].low for one in (a, b)]
        assert wide[0] == pytest.approx(wide[1], rel=0.15)


def test_rows_that_do_two_jobs_are_told_from_noise_by_the_splits_that_have_them():
    # a number that its rows move by their mean, and by noise as large that no row is behind
    rng = np.random.default_rng(1)
    x, order = rng.normal(0, 1, 100), next(orders(100, 400, seed=0))
    made = np.zeros((400, 100), dtype=bool)
    np.put_along_axis(made, order[:, :66], True, axis=1)
    moved = (made @ x) / 66
    noisy = moved + rng.normal(0, 4 * moved.std(), 400)
    bound, told = (error(moved, noisy, 0.66, some)[0] for some in (None, made))
    truth = float(x.var(ddof=1)) / 100
    assert truth / 2 < told < bound / 2
    assert bound > 10 * truth
    assert error(moved, moved, 0.66, made)[0] == pytest.approx(
        error(moved, moved, 0.66)[0], rel=0.3
    )
