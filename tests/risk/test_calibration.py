"""Calibration: by hand, by law, against scikit-learn, and its interval by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ncx2
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
    parts_measures,
    reliability,
)
from risk.miscalibration import Gaps, absolute, squared
from risk.spread import replicates

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


@given(ROWS, st.integers(2, 15))
def test_intervals_of_the_parts_hold_them_and_what_the_base_rate_may_be(rows, count):
    p, y = split(rows)
    found = parts_measures(p, y, count)
    assert all(not one.low > one.value and not one.high < one.value for one in found.values())
    assert math.isnan(found["uncertainty"].low) or found["uncertainty"].low >= 0
    assert math.isnan(found["uncertainty"].high) or found["uncertainty"].high <= 0.25


def test_the_interval_of_what_bins_hide_is_that_of_resampled_rows():
    rng = np.random.default_rng(0)
    p = rng.random(600)
    y = (rng.random(600) < p**1.5).astype(float)
    drawn = replicates(lambda w: np.stack(decompose(p, y, weights=w)[2:], axis=1), 600, draws=2000)
    found = parts_measures(p, y)
    for name, column in zip(("uncertainty", "within"), drawn.T, strict=True):
        low, high = np.quantile(column, [0.025, 0.975])
        width = high - low
        assert found[name].low == pytest.approx(low, abs=0.12 * width)
        assert found[name].high == pytest.approx(high, abs=0.12 * width)


@pytest.mark.parametrize("kind", ["width", "mass"])
@pytest.mark.parametrize("n", [20, 40])
def test_the_interval_of_what_bins_hide_holds_where_few_answers_are_sure_and_right(kind, n):
    def drawn(rng, size):
        p = 1 - rng.beta(1, 30, size)
        return p, (rng.random(size) < p - 0.02).astype(float)

    truth = float(decompose(*drawn(np.random.default_rng(1), 400_000), kind=kind).within[0])
    told = [
        parts_measures(*drawn(np.random.default_rng([seed, n]), n), kind=kind, draws=20)["within"]
        for seed in range(200)
    ]
    assert np.mean([one.low <= truth <= one.high for one in told]) > 0.95 - 0.04


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


SHAPES = {"even": (1, 1), "surest": (8, 1.2)}


@pytest.mark.parametrize(
    ("shape", "n", "shift", "kind"),
    [
        ("even", 40, 0.05, "width"),
        ("surest", 150, 0.0, "width"),
        ("surest", 150, 0.04, "width"),
        ("even", 150, 0.12, "mass"),
    ],
)
def test_the_intervals_of_ece_and_of_brier_parts_cover_at_their_level(shape, n, shift, kind):
    rng, rounds = np.random.default_rng(3), 120
    many = rng.beta(*SHAPES[shape], 200_000)
    so = np.clip(many - shift, 0, 1)
    of = bins(many, 10, kind)
    share, off = np.bincount(of) / many.size, np.bincount(of, many - so) / many.size
    apart = np.bincount(of, so - so.mean()) / many.size
    truth = {
        "ece": np.abs(off).sum(),
        "reliability": (off**2 / np.maximum(share, 1e-9)).sum(),
        "resolution": (apart**2 / np.maximum(share, 1e-9)).sum(),
    }
    held = dict.fromkeys(truth, 0)
    for seed in range(rounds):
        p = rng.beta(*SHAPES[shape], n)
        y = (rng.random(n) < np.clip(p - shift, 0, 1)).astype(float)
        found = parts_measures(p, y, 10, kind, draws=100, seed=seed)
        found["ece"] = ece_measure(p, y, 10, kind, seed=seed)
        for name, true in truth.items():
            m = found[name]
            assert m.low <= m.value <= m.high, name
            held[name] += m.low - 1e-9 <= true <= m.high + 1e-9
    noise = 3 * (0.95 * 0.05 / rounds) ** 0.5
    assert min(held.values()) / rounds > 0.95 - noise, held


def test_the_interval_of_ece_covers_where_answers_come_several_to_a_prompt():
    rng, rounds, held = np.random.default_rng(4), 150, 0
    codes = np.repeat(np.arange(60), 3)
    for seed in range(rounds):
        p = np.repeat(rng.random(60), 3)
        # the three answers to a prompt are right or wrong together
        y = np.repeat((rng.random(60) < np.clip(p[::3] - 0.15, 0, 1)).astype(float), 3)
        found = ece_measure(p, y, clusters=codes, seed=seed)
        held += found.low <= 0.15 - 0.15**2 / 2 <= found.high
    assert held / rounds > 0.95 - 3 * (0.95 * 0.05 / rounds) ** 0.5


def test_calibrated_answers_are_never_surely_off():
    x = np.linspace(0.05, 0.95, 100)
    found = ece_measure(x, np.random.default_rng(0).random(100) < x)
    assert found.low == 0
    assert ece_measure([0.3], [1.0]).why == "one item only"


def test_a_sum_of_squares_of_equally_noisy_gaps_has_the_interval_of_a_chi_square():
    noise = np.random.default_rng(5).standard_normal((20_000, 4))
    low, high = squared(Gaps(np.array([5.0, 0, 0, 0]), noise), np.ones(4))
    assert ncx2.cdf(25, 4, low) == pytest.approx(0.975, abs=0.01)
    assert ncx2.cdf(25, 4, high) == pytest.approx(0.025, abs=0.01)


@given(
    st.lists(st.integers(-30, 30).map(lambda k: k / 10), min_size=1, max_size=6),
    st.sampled_from([0.25, 4.0]),
)
def test_the_interval_of_absolute_gaps_holds_them_and_has_their_scale(sizes, times):
    noise = np.random.default_rng(6).standard_normal((500, len(sizes)))
    low, high = absolute(Gaps(np.array(sizes), noise))
    assert 0 <= low <= np.abs(sizes).sum() <= high
    other = absolute(Gaps(times * np.array(sizes), times * noise))
    assert other == pytest.approx((times * low, times * high))
