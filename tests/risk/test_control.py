"""Risk control and the dual threshold: worked values, MAPIE's controller, scikit-learn's ROC."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from mapie.risk_control import BinaryClassificationController
from scipy.stats import binom
from sklearn.metrics import roc_curve

from risk.conformal import Rule, orders
from risk.control import GRID, bound, control, p_values, valid
from risk.dual import Dual, at_rate, dual, youden
from tests.asked import made

RNG = np.random.default_rng(2)


def closed(k: int, n: int, limit: float, binary: bool) -> float:
    """The Hoeffding-Bentkus p-value, written out."""
    r = min(k / n, limit)
    h1 = (r * math.log(r / limit) if r else 0) + (1 - r) * math.log((1 - r) / (1 - limit))
    return min(math.exp(-n * h1), (1 if binary else math.e) * binom.cdf(k, n, limit))


def test_the_three_thresholds_worked_by_hand_keep_two():
    p = p_values([0, 0.02, 0.05], [100] * 3, 0.1)
    assert p.tolist() == pytest.approx([2.7e-05, 0.0053, 0.1565], rel=0.02)
    assert valid(p, 0.1, "bonferroni").tolist() == [True, True, False]


@given(st.integers(1, 300), st.floats(0, 1), st.floats(0.01, 0.9), st.booleans())
def test_p_values_are_those_of_the_closed_form(n, share, limit, binary):
    k = round(n * share)
    assert p_values([k / n], [n], limit, binary)[0] == pytest.approx(closed(k, n, limit, binary))


@given(st.integers(2, 200), st.floats(0.05, 0.5))
def test_more_losses_never_look_safer(n, limit):
    p = p_values(np.arange(n + 1) / n, np.full(n + 1, n), limit, binary=True)
    assert (np.diff(p) >= -1e-12).all()


def test_nothing_answered_proves_nothing():
    assert p_values([math.nan], [0], 0.1).tolist() == [1]


@given(st.integers(1, 500), st.floats(0, 0.9), st.floats(0.01, 0.5), st.booleans())
def test_at_the_upper_bound_the_p_value_is_delta(n, share, delta, binary):
    k = round(n * share)
    high = bound(k / n, n, delta, binary)
    assert k / n <= high <= 1
    assume(k / n + 1e-6 < high < 1 - 1e-6)
    assert closed(k, n, high, binary) == pytest.approx(delta, rel=1e-4)


def test_the_upper_bound_holds_as_often_as_it_says():
    k = RNG.binomial(80, 0.15, 4000)
    highs = {int(x): bound(x / 80, 80, 0.1, binary=True) for x in np.unique(k)}
    missed = np.mean([highs[int(x)] < 0.15 for x in k])
    assert missed <= 0.1 + 3 * (0.09 / 4000) ** 0.5


def test_holm_rejects_more_than_bonferroni_where_small_values_go_first():
    p = [0.06, 0.01, 0.04]
    assert valid(p, 0.1, "bonferroni").tolist() == [False, True, False]
    assert valid(p, 0.1, "holm").tolist() == [True, True, True]


@given(st.lists(st.floats(0, 1), max_size=20), st.floats(0.01, 0.5))
def test_holm_rejects_whatever_bonferroni_does(p, delta):
    assert not (valid(p, delta, "bonferroni") & ~valid(p, delta, "holm")).any()


def test_thresholds_of_confidence_are_those_of_mapies_controller():
    confidence = RNG.random(400)
    right = (RNG.random(400) < confidence**0.3).astype(int)
    grid = np.arange(0.05, 1, 0.05)
    theirs = BinaryClassificationController(
        lambda x: np.c_[1 - x, x], "precision", 0.8, 0.9, list_predict_params=grid
    ).calibrate(confidence, right)
    ours = control(1 - confidence, 1.0 - right, 1 - grid, 0.2, 0.1)
    assert 0 < ours.valid.sum() < len(grid)
    assert grid[ours.valid].tolist() == pytest.approx(theirs.valid_predict_params.tolist())


def test_the_chance_of_breaking_the_limit_stays_below_delta():
    # loss is Bernoulli(u), u uniform: answering up to 0.4 has a true risk of 0.2, just too much
    broken = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        u = rng.random(250)
        loss = (rng.random(250) < u).astype(float)
        broken += bool(control(u, loss, np.array([0.4]), 0.2, 0.2).valid[0])
    assert 0.05 * 400 < broken <= 400 * (0.2 + 3 * (0.16 / 400) ** 0.5)


def test_no_valid_threshold_abstains_from_all():
    found = control(np.zeros(20), np.ones(20), np.array([0.0, 1.0]), 0.1, 0.1)
    assert (found.valid.any(), found.chosen) == (False, -math.inf)


def test_losses_outside_their_bounds_are_named():
    with pytest.raises(ValueError, match="run from 0 to 2"):
        control(np.zeros(2), np.array([0.0, 2.0]), np.zeros(1), 0.1, 0.1)
    with pytest.raises(ValueError, match="limit is 1"):
        p_values([0.1], [10], 1.0)


# Youden


@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=40),
)
def test_no_threshold_tells_more_than_the_chosen_one(rows):
    u, wrong = np.array([a for a, _ in rows]) / 10, np.array([b for _, b in rows])
    assume(wrong.any() and not wrong.all())
    t, tpr, fpr = youden(u, wrong)
    assert (tpr, fpr) == pytest.approx(((u > t)[wrong].mean(), (u > t)[~wrong].mean()))
    fprs, tprs, _ = roc_curve(wrong, u)
    assert tpr - fpr == pytest.approx(max(tprs - fprs))
    ties = fprs[tprs - fprs > tpr - fpr - 1e-9]
    assert fpr == pytest.approx(min(ties))


@pytest.mark.parametrize("wrong", [[0, 0], [1, 1]])
def test_rows_all_alike_have_no_youden_threshold(wrong):
    assert all(math.isnan(x) for x in youden([0.1, 0.9], wrong))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.floats(0, 1))
def test_no_more_than_the_rate_is_abstained_from(u, rate):
    t = at_rate(u, rate)
    assert np.mean(np.array(u) > t) <= rate + 1e-9


# The dual threshold

RAPS = Dual(Rule(method="raps", randomized=True))


def test_the_true_option_of_judged_rows_moves_no_abstention():
    asked = made(150, seed=4)
    test = next(orders(150, 1, seed=0))[0][100:]
    other = replace(asked, gold=asked.gold.copy())
    other.gold[test] = (other.gold[test] + 1) % 4
    for u in ("top", "entropy", "margin", "size"):
        for choice in ("youden", "rate", "control"):
            rule = Dual(RAPS.rule, u, choice, limit=0.4)
            a, b = (dual(one, rule, splits=1).tested for one in (asked, other))
            for name in ("abstain", "threshold", "set_size"):
                assert a[name].tolist() == pytest.approx(b[name].tolist(), nan_ok=True)
            assert a["coverage"] != b["coverage"]


def test_an_abstention_is_never_a_covered_row():
    both = dual(made(300, seed=5), RAPS, splits=20)
    assert both.n == 100
    found = both.tested
    assert (found["coverage"] <= 1 - found["abstain"] + 1e-12).all()
    answered = found["abstain"] < 1
    assert found["coverage"][answered] == pytest.approx(
        (found["coverage_answered"] * (1 - found["abstain"]))[answered]
    )


def test_where_no_set_misses_nothing_is_abstained_from():
    # nine calibration rows are too few for one in a hundred: every option is in
    found = dual(made(27), Dual(Rule(0.01)), splits=3).tested
    assert found["abstain"].tolist() == [0, 0, 0]
    assert np.isinf(found["threshold"]).all()
    assert np.isnan(found["tpr"]).all()


def test_an_impossible_limit_abstains_from_every_row():
    rule = Dual(RAPS.rule, "top", "control", loss="error", limit=0.001)
    found = dual(made(90), rule, splits=4).tested
    assert found["abstain"].tolist() == [1] * 4
    assert np.isnan(found["set_size"]).all()


def test_controlled_errors_among_answers_stay_below_the_limit():
    rule = Dual(RAPS.rule, "top", "control", loss="error", limit=0.25, delta=0.2)
    large = made(30_000, seed=99)
    u = 1 - large.p.max(axis=1)
    broken = 0
    for seed in range(100):
        t = dual(made(900, seed=seed), rule, splits=1).tested["threshold"][0]
        if math.isfinite(t):
            broken += (~large.right)[u <= t].mean() > 0.25
    assert broken <= 100 * (0.2 + 3 * (0.16 / 100) ** 0.5)
    assert GRID == 20


def test_three_parts_need_nine_rows():
    with pytest.raises(ValueError, match="at least 9"):
        dual(made(8), RAPS)
