"""Resampled sums: the same spread as resampling rows one by one, items staying together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk import spread, sums


def test_sums_spread_as_those_of_rows_drawn_one_by_one():
    rng = np.random.default_rng(3)
    rows = (rng.random((200, 2)) < [0.3, 0.6]).astype(float)
    quick = sums.resampled(rows, None, 4000, 1)
    slow = spread.replicates(lambda w: w @ rows, 200, None, 4000, 2)
    assert quick.mean(axis=0) == pytest.approx(rows.sum(axis=0), rel=0.02)
    assert np.cov(quick.T) == pytest.approx(np.cov(slow.T), rel=0.15)


def test_rows_of_an_item_are_drawn_together():
    rows = np.array([[1.0], [1.0], [0.0], [0.0]])
    drawn = sums.resampled(rows, np.array([0, 0, 1, 1]), 200, 0)
    assert set(drawn.ravel().tolist()) <= {0.0, 2.0, 4.0}


def test_one_item_has_no_replicate():
    assert sums.resampled([[1.0], [0.0]], np.array([7, 7])).shape == (0, 1)


@given(st.integers(2, 40), st.integers(0, 5))
def test_every_replicate_draws_as_many_rows_as_there_are(n, seed):
    rows = np.random.default_rng(seed).integers(0, 3, (n, 2)).astype(float)
    drawn = sums.resampled(np.column_stack([rows, np.ones(n)]), None, 20, seed)
    assert (drawn[:, -1] == n).all()


def test_a_statistic_that_is_not_defined_is_missing_with_its_reason():
    found = sums.measure(
        lambda s: s[:, 0] / s[:, 1], [[0.0, 0.0]] * 3, None, 50, 0, n=0, lost=3, why="nothing"
    )
    assert (found.known, found.why, found.lost) == (False, "nothing", 3)


def test_f1_of_few_answers_is_held_and_ends_at_1():
    def draw(rng, n):
        truth, found = rng.random((2, n))
        want = truth < 0.4
        did = np.where(want, found < 0.8, found < 0.2)
        return np.stack([want & did, want, did], axis=1).astype(float)

    def f1(told):
        return 2 * told[:, 0] / (told[:, 1] + told[:, 2])

    truth = float(f1(draw(np.random.default_rng(0), 1_000_000).sum(axis=0)[None])[0])
    rng = np.random.default_rng(1)
    ends = [
        (found.low, found.high)
        for found in (sums.measure(f1, draw(rng, 20), None, 200, k, n=20) for k in range(300))
    ]
    assert np.mean([low <= truth <= high for low, high in ends]) > 0.92
    assert max(high for _, high in ends) <= 1
