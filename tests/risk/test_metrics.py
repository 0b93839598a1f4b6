"""Plain means of scores: by prompt, with an error bar that covers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from risk.lenses import every
from risk.lenses.metrics import mean


def columns(values, dimension="acc", scorer="none", item=None):
    n = len(values)
    return {
        "item_id": np.array(item or [f"p{i}" for i in range(n)], dtype=object),
        "dimension": np.full(n, dimension, dtype=object),
        "scorer": np.full(n, scorer, dtype=object),
        "value": np.array(values, dtype=float),
    }


def test_a_share_has_wilsons_interval():
    found = mean(np.array([1.0, 0.0, 1.0, 1.0] * 3), np.arange(12))
    assert (found.low, found.high) == pytest.approx(proportion_confint(9, 12, method="wilson"))


def test_other_means_have_students_interval_and_reach_farther_on_the_long_side():
    values = np.array([0.2, 0.4, 0.9, 30.0])
    found, ends = mean(values, np.arange(4)), DescrStatsW(values).tconfint_mean()
    assert found.low == pytest.approx(ends[0])
    assert found.high > ends[1]
    even = np.array([0.2, 0.4, 0.6, 0.8])
    found = mean(even, np.arange(4))
    assert (found.low, found.high) == pytest.approx(DescrStatsW(even).tconfint_mean())


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30))
def test_repeating_every_answer_changes_nothing(values):
    once = mean(np.array(values), np.arange(len(values)))
    # three, so that shares of yes and no are told apart from samples of a prompt
    thrice = mean(np.tile(values, 3), np.tile(np.arange(len(values)), 3))
    assert thrice.value == pytest.approx(once.value, abs=1e-9)
    assert thrice.n == once.n


def test_an_answer_without_a_score_is_lost_and_never_zero():
    found = mean(np.array([1.0, np.nan]), np.arange(2))
    assert (found.value, found.n, found.lost) == (1, 1, 1)


def test_nothing_scored_is_no_number():
    assert not mean(np.array([np.nan]), np.arange(1)).known


def test_each_scorer_is_a_group_of_its_own():
    both = [columns([1, 0], scorer="strict"), columns([1, 1], scorer="flexible")]
    joined = {name: np.concatenate([one[name] for one in both]) for name in both[0]}
    lens = every()["metrics"]
    found = {(f.measure, f.group): f.found.value for f in lens.measures(joined, {})}
    assert found == {("acc", "strict"): 0.5, ("acc", "flexible"): 1.0}


def test_the_interval_covers_the_mean_it_is_for():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(400):
        sample = rng.gamma(4, size=40)
        found = mean(sample, np.arange(40))
        hits += found.low <= 4 <= found.high
    assert abs(hits / 400 - 0.95) < 3.5 * (0.95 * 0.05 / 400) ** 0.5
