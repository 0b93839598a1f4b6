"""How far the intervals of agreement reach: by resampling, by leaving out, by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from risk import agreement, raters
from risk.interval import wilson
from risk.rated import SAME
from risk.skewed import ends
from tests.risk.test_agreement import METRICS, NAN, alpha_by_pairs


def test_the_interval_is_of_resampled_items_no_nearer_than_leaving_each_out_tells():
    ratings = np.random.default_rng(0).integers(0, 3, (40, 3)).astype(float)
    ratings[::7, 2] = NAN
    found = agreement.summary(ratings, ordered=True, draws=60, seed=5)
    rng = np.random.default_rng(5)
    drawn = rng.integers(0, 40, size=(60, 40))
    for metric in METRICS:
        many = [alpha_by_pairs(ratings[ids], metric) for ids in drawn]
        low, high = np.quantile(many, [0.025, 0.975])
        value = alpha_by_pairs(ratings, metric)
        left = [alpha_by_pairs(np.delete(ratings, i, axis=0), metric) for i in range(40)]
        first, last = ends(value, (value - np.array(left)) * 39 / 40)
        low, high = min(low, first), max(high, last)
        m = found[f"alpha_{metric}"]
        assert (m.low, m.high) == pytest.approx((low, high), abs=1e-9)


def test_an_interval_surrounds_the_value_and_narrows_with_more_items():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 2000)
    ratings = np.where(rng.random((2000, 3)) < 0.8, truth[:, None], rng.integers(0, 3, (2000, 3)))
    few, many = (agreement.summary(ratings[:n], True, draws=200) for n in (100, 2000))
    for name in set(many) - {"cohen_kappa"}:
        assert many[name].low < many[name].value < many[name].high
        assert many[name].high - many[name].low < (few[name].high - few[name].low) / 2


def test_intervals_cover_at_their_level():
    rng = np.random.default_rng(7)
    p = 0.5 + 0.3 * (1 - 2 * np.array([0, 1]))  # a person says the truth in 8 of 10
    truth_kappa = (p[0] ** 2 + p[1] ** 2 - 0.5) / 0.5
    hits = dict.fromkeys(("cohen_kappa", "alpha_nominal", "ac1", "fleiss_kappa"), 0)
    for seed in range(200):
        truth = rng.integers(0, 2, 150)
        ratings = np.where(rng.random((150, 2)) < 0.8, truth[:, None], 1 - truth[:, None])
        found = agreement.summary(ratings.astype(float), False, draws=200, seed=seed)
        for name in hits:
            hits[name] += found[name].low <= truth_kappa <= found[name].high
    for name, count in hits.items():
        assert count / 200 == pytest.approx(0.95, abs=3 * 0.0154), name


def test_few_items_with_a_rare_label_are_held():
    def draw(rng, n):
        truth = rng.random(n) < 0.1
        flip = rng.random((n, 3)) < 0.05
        return np.where(flip, ~truth[:, None], truth[:, None]).astype(float)

    truth = agreement.alpha(draw(np.random.default_rng(1), 40_000)).value
    rng, told = np.random.default_rng(2), []
    for seed in range(150):
        found = agreement.alpha(draw(rng, 60), draws=200, seed=seed)
        if not math.isnan(found.low):
            told.append(found.low <= truth <= found.high)
    assert len(told) > 140
    assert np.mean(told) > 0.9


def test_items_that_all_agree_have_the_interval_of_wilson():
    same = agreement.percent(np.ones((20, 2)), draws=100)
    assert (same.value, same.low, same.high) == pytest.approx((1, *wilson(20, 20)))
    two = agreement.alpha(np.repeat([[0.0, 0.0], [1.0, 1.0]], 10, axis=0), draws=100)
    assert (two.value, two.high) == (1, 1)
    assert 0.5 < two.low < 0.8


@pytest.mark.parametrize("name", ["alpha", "fleiss_kappa", "cohen_kappa", "weighted_kappa"])
def test_a_label_hardly_seen_leaves_room_for_more_of_it(name):
    seen = np.zeros((30, 2))
    seen[0, 0] = 1
    found = getattr(agreement, name)(seen, draws=100)
    assert found.value <= 0
    assert found.high > 0.5


def test_more_labels_than_can_be_thought_of_leave_the_interval_as_it_was():
    free = np.repeat(np.arange(150.0)[:, None], 2, axis=1)
    found = agreement.alpha(free, draws=50)
    assert (found.value, found.why) == (1, SAME)


def test_a_share_of_few_items_ends_at_0_and_at_1():
    found = agreement.percent([[1, 1], [1, 2], [2, 1]], draws=200)
    assert (found.low, found.high) == (0.0, 1.0)


@pytest.mark.parametrize(
    "name", ["percent", "alpha", "fleiss_kappa", "cohen_kappa", "weighted_kappa", "ac1"]
)
def test_answers_to_one_prompt_that_are_alike_tell_no_more_than_one(name):
    people = 2 if "kappa" in name and name != "fleiss_kappa" else 3
    one = np.random.default_rng(3).integers(1, 4, (30, people)).astype(float)
    one[:20] = one[:20, :1]
    four, of = np.repeat(one, 4, axis=0), np.repeat(np.arange(30), 4)
    measure = getattr(agreement, name)
    seen, copied = measure(one, draws=300), measure(four, draws=300, of=of)
    assert (copied.low, copied.high) == pytest.approx((seen.low, seen.high), abs=0.02)
    blind = measure(four, draws=300)
    assert blind.high - blind.low < 0.7 * (copied.high - copied.low)
    summary = agreement.summary(four, ordered=True, draws=300, of=of)
    key = {"alpha": "alpha_nominal", "weighted_kappa": "cohen_quadratic"}.get(name, name)
    if people == 3 or "cohen" in key:
        assert summary[key] == copied


def test_a_persons_share_draws_the_answers_to_a_prompt_together():
    one = np.random.default_rng(4).integers(1, 3, (30, 3)).astype(float)
    of = np.repeat(np.arange(30), 4)
    seen = raters.with_others(one, 0, 300)
    copied = raters.with_others(np.repeat(one, 4, axis=0), 0, 300, of=of)
    assert (copied.low, copied.high) == pytest.approx((seen.low, seen.high))


def test_groups_of_which_an_item_has_too_few_labels_are_told_apart():
    gaps = np.array([[1.0, 1.0], [2.0, 2.0], [1.0, np.nan], [2.0, 2.0], [1.0, 2.0]])
    of = np.array([5, 5, 6, 7, 7])
    for name in ("percent", "alpha", "fleiss_kappa", "cohen_kappa", "ac1"):
        found = getattr(agreement, name)(gaps, draws=100, of=of)
        assert (found.n, found.lost) == (4, 1)
        assert found.low < found.value
