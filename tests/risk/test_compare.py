"""Comparison: worked cases, SciPy and statsmodels, every resample counted out, coverage."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from statsmodels.stats.multitest import multipletests

from risk import compare, flips, rank
from risk.bootstrap import TAILS
from risk.compare import difference, shared, two_sided
from risk.driving import drivers
from risk.ranked import by_item, friedman, holm, wilcoxon
from risk.worst import cvar

NAN = np.nan
SCORES = arrays(float, (3, 15), elements=st.integers(0, 6).map(float))
PAIRS = arrays(float, (2, 12), elements=st.integers(0, 5).map(float))


def test_the_worked_resamples_of_three_differences():
    d = np.array([0.3, -0.1, 0.4])
    every = np.array([d[list(ids)].mean() for ids in product(range(3), repeat=3)])
    assert two_sided(every, counted_out=True) == pytest.approx(0.0741, abs=5e-5)
    assert np.quantile(every, [0.025, 0.975]) == pytest.approx([-0.0133, 0.3783], abs=5e-5)
    assert two_sided(every) == pytest.approx(2 * 2 / 28)


def test_the_paired_bootstrap_finds_what_counting_out_finds():
    x = np.array([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]])
    many = np.diff(shared(x, draws=20_000).many["mean"][::-1], axis=0)[0]
    every = [np.diff(x[::-1][:, list(ids)].mean(axis=1))[0] for ids in product(range(3), repeat=3)]
    for value in np.unique(np.round(every, 9)):
        share = np.mean(np.isclose(every, value))
        assert np.mean(np.isclose(many, value)) == pytest.approx(share, abs=0.01)
    assert two_sided(many) == pytest.approx(two_sided(every, counted_out=True), abs=0.01)


def test_rows_missing_for_one_model_are_lost_to_all():
    found = shared([[1, 2, NAN, 4], [2, 3, 4, 5], [1, NAN, 1, 1]], draws=20)
    assert (found.n, found.lost, found.kept.tolist()) == (2, 2, [True, False, False, True])


@given(SCORES)
def test_differences_turn_round_with_their_sides_and_add_up(x):
    found = shared(x, 0.8, draws=40)
    for name in ("mean", "cvar"):
        ab, ba, bc, ac = (
            difference(found, a, b, name) for a, b in ((0, 1), (1, 0), (1, 2), (0, 2))
        )
        turned = (-ba.value, -ba.high, -ba.low)
        assert (ab.value, ab.low, ab.high) == pytest.approx(turned, nan_ok=True)
        assert ab.value + bc.value == pytest.approx(ac.value)


@given(SCORES)
def test_friedman_agrees_with_scipy(x):
    found = friedman(x)
    if (x == x[0]).all():
        assert "tied" in found.why
        return
    q, p = stats.friedmanchisquare(*x)
    assert (found.statistic, found.p) == pytest.approx((q, p), abs=1e-9)
    assert 0 <= found.effect <= 1 + 1e-12


@given(PAIRS)
def test_wilcoxon_agrees_with_scipy(x):
    d = (x[0] - x[1])[x[0] != x[1]]
    found = wilcoxon(*x)
    if d.size == 0:
        assert (found.p, found.n) == (1, 0)
        return
    exact = len(set(np.abs(d))) == d.size
    theirs = stats.wilcoxon(d, method="exact" if exact else "asymptotic", correction=False)
    assert found.p == pytest.approx(theirs.pvalue, abs=1e-9)
    back = wilcoxon(x[1], x[0])
    assert (back.p, back.effect) == pytest.approx((found.p, -found.effect))


def test_the_exact_signed_rank_law_is_the_one_of_all_signs():
    d = np.array([0.5, -1.5, 2.5, 3.5, -4.5, 6.0, 7.0])
    ranks = np.arange(1, 8)
    sums = [np.dot(signs, ranks) for signs in product((0, 1), repeat=7)]
    up = ranks[d > 0].sum()
    far = abs(up - 14)
    assert wilcoxon(d, np.zeros(7)).p == pytest.approx(np.mean(np.abs(np.array(sums) - 14) >= far))


def test_signed_ranks_of_no_difference_are_told():
    found = wilcoxon([1, 2, NAN], [1, 2, 3])
    assert (found.p, found.n, found.lost) == (1, 0, 3)
    assert np.isnan(found.effect)
    assert found.why == "2 zero differences dropped"


@settings(max_examples=20)  # theirs takes a twentieth of a second
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_agrees_with_statsmodels(p):
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])
    with_gap = holm([*p, NAN])
    assert with_gap[:-1] == pytest.approx(holm(p))
    assert np.isnan(with_gap[-1])


@given(PAIRS, st.sampled_from([0.5, 0.8, 0.95]))
def test_what_drives_a_gap_adds_up_to_it(x, level):
    assert drivers(*x, level).sum() == pytest.approx(x[0].mean() - x[1].mean())
    tail = drivers(*x, level, "cvar").sum()
    assert tail == pytest.approx(cvar(x[0], level) - cvar(x[1], level))


def test_gaps_of_what_is_missing_or_does_not_add_up_are_refused():
    with pytest.raises(ValueError, match="missing on one side"):
        drivers([1, NAN], [1, 2])
    with pytest.raises(ValueError, match="mean and cvar only"):
        drivers([1, 2], [1, 2], statistic="var")


def test_two_models_are_too_few_for_friedman():
    assert "needs three" in friedman([[1, 2], [2, 1]]).why


def test_answers_to_one_prompt_are_one_item():
    x = np.array([[1.0, 3, 5, 5], [0, 0, 2, 4]])
    assert by_item(x, np.array([4, 4, 7, 7])).tolist() == [[2, 5], [0, 3]]
    twice = np.repeat(np.random.default_rng(0).random((2, 60)), 5, axis=1)
    alone, joined = (
        shared(twice, draws=300, clusters=c) for c in (None, np.repeat(np.arange(60), 5))
    )
    widths = [difference(f, 0, 1).high - difference(f, 0, 1).low for f in (alone, joined)]
    assert 1.8 < widths[1] / widths[0] < 2.7  # five copies are one answer: sqrt(5)


def made(seed, models, shift=0.0):
    rng = np.random.default_rng(seed)
    item = rng.gamma(2.0, 1.0, 200)
    return np.stack([item + rng.gamma(1.0, 0.5, 200) + shift * k for k in range(models)])


def test_the_interval_of_a_difference_covers_at_its_level():
    hits = {"mean": 0, "cvar": 0}
    for seed in range(300):
        found = shared(made(seed, 2), 0.8, draws=200, seed=seed)
        for name in hits:
            m = difference(found, 0, 1, name)
            hits[name] += m.low <= 0 <= m.high
    # 300 trials: three Monte-Carlo errors are 0.038; a percentile tail is a little narrow.
    assert hits["mean"] / 300 == pytest.approx(0.95, abs=0.038)
    assert hits["cvar"] / 300 == pytest.approx(0.94, abs=0.045)


def test_places_of_equal_models_hold_at_their_level():
    hits = 0
    for seed in range(150):
        found = shared(made(seed, 4), 0.8, draws=200, seed=seed, wanted=("mean",))
        # all are equal, so every place from 1 to 4 must lie inside
        hits += rank.places(found.value["mean"], found.many["mean"])[0].low == 1
    assert hits / 150 > 0.95 - 3 * 0.018


def test_places_of_models_far_apart_are_certain_and_in_order():
    found = shared(made(1, 4, shift=3.0), draws=100)
    places = rank.places(found.value["cvar"], found.many["cvar"], n=200)
    assert [(m.value, m.low, m.high) for m in places] == [(p, p, p) for p in (4, 3, 2, 1)]


@given(SCORES)
def test_a_place_lies_inside_its_interval(x):
    found = shared(x, 0.8, draws=60)
    for m in rank.places(found.value["cvar"], found.many["cvar"]):
        assert 1 <= m.low <= m.value <= m.high <= 3


def test_places_want_the_replicates_of_the_same_models():
    with pytest.raises(ValueError, match="must be"):
        rank.places([1, 2], np.zeros((3, 5)))


def test_two_models_that_flip_are_found_and_sure():
    rng = np.random.default_rng(3)
    calm = rng.normal(1.0, 0.1, 800)
    wild = np.where(rng.random(800) < 0.1, rng.normal(5, 0.3, 800), rng.normal(0.2, 0.1, 800))
    (flip,) = flips.flips(shared([calm, wild, ], 0.95, draws=400))  # fmt: skip
    assert (flip.a, flip.b, flip.sure) == (1, 0, True)
    assert flip.p == pytest.approx(0, abs=2 / 401)
    assert flip.mean.high < 0 < flip.tail.low


def test_models_ordered_alike_do_not_flip():
    assert flips.flips(shared(made(2, 3, shift=1.0), draws=60)) == []


def test_flips_by_chance_are_rare():
    sure = 0
    for seed in range(120):
        x = made(seed, 2)
        sure += any(f.sure and f.p < 0.05 for f in flips.flips(shared(x, 0.8, 200, seed)))
    assert sure / 120 < 0.05


def test_the_statistics_are_the_ones_asked_for():
    found = shared(made(0, 2), draws=30, wanted=compare.STATISTICS)
    assert found.value["median"] == pytest.approx(np.median(made(0, 2), axis=1))
    assert set(found.many) == {*compare.STATISTICS, TAILS}
