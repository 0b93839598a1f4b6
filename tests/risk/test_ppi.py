"""People correct the judge: closed forms, laws, and coverage under every way of drawing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from risk import ppi
from risk.worst import cvar

NAN = np.nan
HARM = arrays(float, 30, elements=st.integers(0, 10).map(lambda k: k / 10))


def world(seed, cases=900, labels=120, judge="good", unequal=False, clustered=False):
    """Made truth, judge score, probability of being labeled, who was, and the prompt of each."""
    rng = np.random.default_rng(seed)
    prompt = np.repeat(np.arange(cases // 3), 3) if clustered else None
    shared = np.repeat(rng.normal(size=cases // 3), 3) if clustered else 0.0
    truth = 1 / (1 + np.exp(0.5 - 0.7 * rng.normal(size=cases) - shared))
    truth = np.clip(truth + 0.1 * rng.normal(size=cases), 0, 1)
    score = np.clip(0.7 * truth + 0.25 + 0.08 * rng.normal(size=cases), 0, 1)
    score = score if judge == "good" else rng.random(cases)
    chance = np.full(cases, labels / cases)
    if unequal:
        chance = np.clip(score / score.mean() * labels / cases, 0.03, 1)
    told = np.where(rng.random(cases) < chance, truth, NAN)
    return truth, score, told, chance, prompt


def truths(clustered):
    whole = world(99, 900_000, clustered=clustered)[0]
    return whole.mean(), cvar(whole, 0.8)


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("unequal", [False, True])
def test_the_combined_interval_covers_and_is_narrower_than_peoples_alone(unequal, clustered):
    trials = 200
    hits, widths, judged = np.zeros((2, 2)), np.zeros((2, 2)), 0
    targets = truths(clustered)
    for seed in range(trials):
        _, score, told, chance, prompt = world(seed, unequal=unequal, clustered=clustered)
        found = [ppi.mean(score, told, chance, prompt)]
        if seed % 2:  # half as many trials of the slower one
            found.append(ppi.cvar(score, told, 0.8, chance, prompt))
        for k, (one, target) in enumerate(zip(found, targets, strict=False)):
            for j, m in enumerate((one.human, one.combined)):
                hits[k, j] += m.low <= target <= m.high
                widths[k, j] += m.high - m.low
        judged += found[0].judge.low <= targets[0] <= found[0].judge.high
    # three Monte-Carlo errors: 0.046 of 200 trials, 0.066 of 100
    assert (hits[0] / trials > 0.95 - 0.046).all(), hits / trials
    assert (hits[1] / (trials / 2) > 0.95 - 0.066).all(), hits / trials
    assert (widths[:, 1] < 0.85 * widths[:, 0]).all(), widths
    assert judged / trials < 0.5  # the judge is off, and its own interval does not know


def test_a_worthless_judge_costs_next_to_nothing():
    ratio = []
    for seed in range(40):
        _, score, told, chance, _ = world(seed, judge="random")
        found = ppi.mean(score, told, chance)
        assert found.power < 0.5
        ratio.append(
            (found.combined.high - found.combined.low) / (found.human.high - found.human.low)
        )
    assert np.mean(ratio) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("b", "rate"), [(3, 0.25), (15, 0.0625)])
def test_a_rate_is_covered_too(b, rate):
    hits = np.zeros(2)
    for seed in range(300):
        rng = np.random.default_rng(seed)
        score = rng.beta(1, b, 800)
        act = (rng.random(800) < score).astype(float)
        found = ppi.mean(score, np.where(rng.random(800) < 0.1, act, NAN))
        hits += [m.low <= rate <= m.high for m in found.both]
        assert all(0 <= m.low <= m.high <= 1 for m in found.both)
    assert (hits / 300 > 0.95 - 3 * 0.0126).all(), hits / 300


@given(HARM)
def test_labels_of_everything_leave_the_judge_out_of_the_value(truth):
    score = np.random.default_rng(0).random(30)
    found = ppi.mean(score, truth)
    assert found.combined.value == pytest.approx(truth.mean())
    assert found.human.value == pytest.approx(truth.mean())
    tail = ppi.cvar(score, truth, 0.8)
    assert tail.human.value == pytest.approx(cvar(truth, 0.8))


@given(HARM)
def test_a_simple_random_sample_gives_students_interval(truth):
    told = np.where(np.arange(30) < 12, truth, NAN)
    found = ppi.mean(np.random.default_rng(1).random(30), told).human
    if np.isin(truth[:12], (0, 1)).all():
        return  # a rate has Wilson's
    theirs = stats.ttest_1samp(truth[:12], 0).confidence_interval()
    # clusters count as 30 of 29 of them, labels as 12 of 11
    grown = np.sqrt(30 / 29)
    assert found.value == pytest.approx(truth[:12].mean())
    assert found.high - found.low == pytest.approx((theirs.high - theirs.low) * grown)


@given(HARM, st.floats(-3, 3))
def test_both_sides_shifted_shift_the_estimates(truth, by):
    score = np.random.default_rng(0).random(30)
    told = np.where(np.arange(30) % 2, truth + 2, NAN)  # 2 keeps off the rule for rates
    if np.ptp(truth[1::2]) == 0:
        return
    here, there = ppi.mean(score, told), ppi.mean(score + by, told + by)
    for name in ("judge", "human", "combined"):
        a, b = getattr(here, name), getattr(there, name)
        assert (b.value, b.low) == pytest.approx((a.value + by, a.low + by), abs=1e-6)


def test_the_hajek_mean_weighs_each_label_by_one_over_its_probability():
    found = ppi.mean([0.5] * 4, [1.0, 0.2, NAN, NAN], [0.5, 0.25, 0.1, 0.1])
    assert found.human.value == pytest.approx((2 * 1.0 + 4 * 0.2) / 6)
    assert found.combined.value == pytest.approx(found.human.value)  # a constant judge says nothing


def test_more_labels_give_the_width_that_was_asked_for():
    _, score, told, chance, _ = world(5)
    found = ppi.mean(score, told, chance)
    half = (found.combined.high - found.combined.low) / 2
    need = found.labels(half)
    assert need == pytest.approx(found.human.n, rel=0.08)  # Student's quantile against the normal
    assert found.labels(half / 1.3) > 1.4 * need
    widths = []
    for seed in range(30):
        _, s, t, c, _ = world(seed, labels=int(found.labels(half / 1.3)))
        m = ppi.mean(s, t, c).combined
        widths.append((m.high - m.low) / 2)
    assert np.mean(widths) == pytest.approx(half / 1.3, rel=0.1)
    assert np.isnan(found.labels(half / 100))


def test_labels_that_are_all_alike_get_wilsons_interval_and_no_tail():
    told = np.where(np.arange(50) < 20, 0.0, NAN)
    found = ppi.mean(np.linspace(0, 1, 50), told)
    assert (found.human.low, found.human.high) == pytest.approx((0, 0.1611), abs=5e-5)
    assert found.human.why == ppi.ALIKE
    tail = ppi.cvar(np.linspace(0, 1, 50), told, 0.9).human
    assert np.isnan(tail.high)
    assert tail.why == ppi.FEW


def test_one_label_is_too_few_and_a_missing_score_is_lost():
    found = ppi.mean([0.1, NAN, 0.3], [0.2, 0.9, NAN])
    assert not found.human.known
    assert found.human.why == "fewer than two labels"
    assert (found.judge.n, found.judge.lost) == (2, 1)
    assert not ppi.cvar([0.1, 0.2], [NAN, NAN]).combined.known


def test_few_labels_in_the_tail_give_no_interval():
    _, score, told, chance, _ = world(1, labels=60)
    for m in ppi.cvar(score, told, 0.95, chance).both:
        assert m.known
        assert np.isnan(m.low)
        assert m.why == ppi.FEW


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match=r"probability 0\.0"):
        ppi.mean([0.1, 0.2], [0.1, 0.2], [0.0, 1.0])
    with pytest.raises(ValueError, match="one length"):
        ppi.mean([0.1, 0.2], [0.1])
    with pytest.raises(ValueError, match="level is 1"):
        ppi.cvar([0.1, 0.2], [0.1, NAN], 1)
