"""Calibration: by hand, by law, against scikit-learn, and its interval by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as log_loss_of

from risk.calibration import (
    bins,
    brier,
    decompose,
    ece,
    ece_measure,
    log_loss,
    reliability,
)

ROWS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)
P, Y = [0.55, 0.65, 0.65, 0.95, 0.95], [1, 0, 1, 1, 1]


def split(rows):
    p, y = zip(*rows, strict=True)
    return np.array(p), np.array(y, dtype=float)


def test_the_worked_row_of_five():
    assert ece(P, Y)[0] == pytest.approx(0.17)
    assert brier(P, Y).mean() == pytest.approx(0.1505)
    said = np.where(Y, P, 1 - np.array(P))
    assert log_loss(said).mean() == pytest.approx(0.4362, abs=5e-5)


@given(ROWS)
def test_brier_and_log_loss_are_those_of_scikit_learn(rows):
    p, y = split(rows)
    assert brier(p, y).mean() == pytest.approx(brier_score_loss(y, p, pos_label=1))
    inside = np.clip(p, 1e-12, 1 - 1e-12)
    expected = log_loss_of(y, inside, labels=[0, 1])
    assert log_loss(np.where(y == 1, inside, 1 - inside)).mean() == pytest.approx(expected)


@given(ROWS, st.integers(2, 15), st.sampled_from(["width", "mass"]))
def test_the_parts_of_brier_add_up_to_it(rows, count, kind):
    p, y = split(rows)
    parts = decompose(p, y, count, kind)
    whole = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert whole[0] == pytest.approx(brier(p, y).mean(), abs=1e-12)
    assert parts.uncertainty[0] == pytest.approx(y.var())


@given(ROWS)
def test_equal_forecasts_hide_nothing_within_their_bins(rows):
    p, y = split(rows)
    coarse = (np.floor(p * 9.99) + 0.5) / 10
    assert decompose(coarse, y).within[0] == pytest.approx(0, abs=1e-9)


@given(ROWS, st.sampled_from(["width", "mass"]))
def test_ece_lies_between_the_gap_of_all_and_one(rows, kind):
    p, y = split(rows)
    found = ece(p, y, kind=kind)[0]
    assert abs(p.mean() - y.mean()) - 1e-9 <= found <= 1


@given(ROWS, st.sampled_from(["width", "mass"]))
def test_no_bin_tells_equal_probabilities_apart_nor_turns_them_around(rows, kind):
    p, _ = split(rows)
    of = bins(p, 10, kind)
    order = np.argsort(p, kind="stable")
    assert (np.diff(of[order]) >= 0).all()
    assert all(len(set(of[p == one].tolist())) == 1 for one in p)


def test_bins_are_closed_on_the_right_in_spite_of_floats():
    assert bins([0.3, 0.1 + 0.2, 0.3000001, 0.7]).tolist() == [2, 2, 3, 6]
    with pytest.raises(ValueError, match="must be 0 to 1"):
        bins([0.5, 50])


def test_equal_mass_bins_hold_equal_numbers_where_nothing_is_tied():
    p = np.random.default_rng(0).random(100)
    assert np.bincount(bins(p, 10, "mass")).tolist() == [10] * 10


def test_the_diagram_is_that_of_scikit_learn():
    rng = np.random.default_rng(1)
    p = rng.random(400)
    y = (rng.random(400) < p**2).astype(float)
    found = reliability(p, y)
    came, said = calibration_curve(y, p, n_bins=10)
    assert found.said == pytest.approx(said)
    assert found.came == pytest.approx(came)
    assert ((found.low <= found.came) & (found.came <= found.high)).all()


def test_weights_count_rows_as_often_as_they_say():
    rng = np.random.default_rng(2)
    p, y, times = rng.random(50), rng.integers(0, 2, 50).astype(float), rng.integers(0, 4, 50)
    again = np.repeat(p, times), np.repeat(y, times)
    weights = times[None].astype(float)
    assert ece(p, y, weights=weights)[0] == pytest.approx(ece(*again)[0])
    for part, other in zip(decompose(p, y, weights=weights), decompose(*again), strict=True):
        assert part[0] == pytest.approx(other[0])


def test_brier_over_options_leaves_out_options_an_item_does_not_have():
    p = [[0.7, 0.2, 0.1], [0.5, 0.5, np.nan], [np.nan] * 3]
    y = [[1, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert brier(p, y) == pytest.approx([0.14, 0.5, np.nan], nan_ok=True)


def test_an_impossible_event_costs_much_but_not_infinitely():
    assert log_loss([0.0])[0] == pytest.approx(-np.log(1e-15))


@pytest.mark.parametrize(("shift", "least"), [(0.0, 0.93), (0.15, 0.80)])
def test_the_interval_of_ece_covers_the_truth_about_as_often_as_it_says(shift, least):
    rng, n, rounds = np.random.default_rng(3), 300, 80
    many = rng.beta(2, 2, 100_000)
    off = many - np.clip(many + shift, 0, 1)
    truth = np.abs(np.bincount(bins(many), off)).sum() / many.size
    covered = 0
    for seed in range(rounds):
        p = rng.beta(2, 2, n)
        y = rng.random(n) < np.clip(p + shift, 0, 1)
        found = ece_measure(p, y, draws=200, seed=seed)
        covered += found.low - 1e-9 <= truth <= found.high
    assert covered / rounds >= least
