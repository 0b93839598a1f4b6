"""Profiles and paired differences: replicates against plain resampling, and interval coverage."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk import bootstrap, tail
from risk.compare import shared
from risk.interval import percentiles, resamples
from risk.paired import ALIKE
from risk.paired import bootstrap as of_replicates
from risk.worst import mass

LEVEL = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])
SCORE = arrays(float, st.integers(2, 80), elements=st.floats(-9, 9, width=32)) | arrays(
    float, st.integers(2, 80), elements=st.integers(0, 3).map(float)
)
PLAIN = {
    "mean": lambda x, _: x.mean(),
    "median": lambda x, _: np.median(x),
    "sd": lambda x, _: x.std(ddof=1),
    "var": tail.var,
    "cvar": tail.cvar,
    "max": lambda x, _: x.max(),
}


@given(SCORE, LEVEL, st.integers(0, 99))
def test_every_replicate_is_the_statistic_of_the_resampled_rows(x, level, seed):
    found = bootstrap.replicates(x[None], level, 6, seed)
    for i, counts in enumerate(next(resamples(x.size, 6, seed))):
        rows = np.repeat(x, counts)
        for name, statistic in PLAIN.items():
            assert found[name][0, i] == pytest.approx(statistic(rows, level), abs=1e-6), name


@given(SCORE, LEVEL, st.integers(0, 99), st.data())
def test_clustered_replicates_take_all_answers_of_a_drawn_prompt(x, level, seed, data):
    codes = data.draw(arrays(int, x.size, elements=st.integers(0, 8)))
    codes[:2] = 0, 1
    found = bootstrap.replicates(x[None], level, 4, seed, codes)
    own = np.unique(codes, return_inverse=True)[1]
    for i, counts in enumerate(next(resamples(own.max() + 1, 4, seed))):
        rows = np.repeat(x, counts[own])
        for name, statistic in PLAIN.items():
            assert found[name][0, i] == pytest.approx(statistic(rows, level), abs=1e-6), name


def test_a_prompt_with_most_of_the_answers_may_be_missed_and_the_replicate_is_still_exact():
    rng = np.random.default_rng(5)
    codes = np.concatenate([np.zeros(3000, int), np.arange(1, 1001)])
    x = np.where(codes == 0, 100, 0) + rng.random(codes.size)
    found = bootstrap.replicates(x[None], 0.9, 30, 0, codes)
    for i, counts in enumerate(next(resamples(1001, 30, 0))):
        rows = np.repeat(x, counts[codes])
        for name, statistic in PLAIN.items():
            assert found[name][0, i] == pytest.approx(statistic(rows, 0.9)), name


def moments(found):
    """Mean and spread of the replicates of every statistic."""
    return {name: (rows[0].mean(), rows[0].std()) for name, rows in found.items()}


@pytest.mark.parametrize("level", [0.8, 0.99])
def test_tail_only_replicates_have_the_law_of_full_resampling(level):
    x, draws = np.random.default_rng(6).gamma(0.5, 1, 6000), 1500
    assert x.size > bootstrap.LARGE
    tail_only = bootstrap.replicates(x[None], level, draws, seed=1)
    full = bootstrap.replicates(x[None], level, draws, seed=2, clusters=np.arange(x.size))
    for name, (center, spread) in moments(full).items():
        near, wide = moments(tail_only)[name]
        assert near == pytest.approx(center, abs=5 * spread * math.sqrt(2 / draws) + 1e-9), name
        assert wide == pytest.approx(spread, rel=0.15, abs=1e-9), name
    for a, b in (("mean", "cvar"), ("sd", "cvar"), ("mean", "sd")):
        ours = np.corrcoef(tail_only[a][0], tail_only[b][0])[0, 1]
        assert ours == pytest.approx(np.corrcoef(full[a][0], full[b][0])[0, 1], abs=0.08)


def test_a_replicate_that_outruns_the_kept_rows_is_completed():
    x = np.random.default_rng(7).gamma(2, 1, 400)[None]
    cut = bootstrap._cut(x, 0.9, 2000, 0, 5, bootstrap.STATISTICS)
    full = bootstrap.replicates(x, 0.9, 2000, 1)
    for name, (center, spread) in moments(full).items():
        near, wide = moments(cut)[name]
        assert near == pytest.approx(center, abs=5 * spread * math.sqrt(2 / 2000)), name
        assert wide == pytest.approx(spread, rel=0.15), name


def test_tail_only_replicates_are_paired_over_scores():
    x = np.random.default_rng(8).gamma(1, 1, 6000)
    both = bootstrap.replicates(np.stack([x, 2 * x + 1]), 0.95, 200, 0)
    for name in ("mean", "cvar", "var", "max"):
        np.testing.assert_allclose(both[name][1], 2 * both[name][0] + 1)


@given(st.integers(1, 10_000), LEVEL)
def test_the_kept_rows_are_enough(n, level):
    m = float(mass(n, level))
    assert bootstrap.reach(m) > m + 1


def test_a_bootstrap_refuses_what_it_cannot_resample():
    with pytest.raises(ValueError, match="two or more"):
        bootstrap.replicates(np.array([[1.0]]))
    with pytest.raises(ValueError, match="finite"):
        bootstrap.replicates(np.array([[1.0, np.inf]]))
    with pytest.raises(ValueError, match="1 item"):
        bootstrap.replicates(np.array([[1.0, 2.0]]), clusters=np.zeros(2, int))


def test_a_profile_counts_what_it_dropped_and_says_when_few_prompts_make_the_tail():
    x = np.append(np.arange(1.0, 201.0), [np.nan] * 3)
    found = tail.profile(x, 0.95, draws=200)
    assert list(found) == list(tail.NUMBERS)
    assert {(m.n, m.lost) for m in found.values()} == {(200, 3)}
    assert found["cvar"].why == ""
    few = tail.profile(x[:99], 0.95, draws=10)["cvar"]
    assert few.why.startswith(tail.FEW)
    assert math.isnan(few.low)
    of_three = tail.profile(x, 0.95, draws=10, clusters=np.arange(203) // 3)
    assert of_three["var"].why.startswith(tail.FEW)
    for name in set(tail.NUMBERS) - {"max"}:
        assert found[name].low <= found[name].value <= found[name].high
    assert math.isnan(found["max"].high)


def test_the_same_seed_gives_the_same_profile():
    x = np.random.default_rng(9).random(6000)
    assert tail.profile(x, draws=50) == tail.profile(x, draws=50)
    assert tail.profile(x, draws=50) != tail.profile(x, draws=50, seed=1)


def test_what_a_profile_cannot_say_is_missing_with_a_reason():
    nothing = tail.profile([np.nan, np.nan])
    assert {(m.known, m.why, m.lost) for m in nothing.values()} == {
        (False, "no row has a score", 2)
    }
    one = tail.profile([3.0])
    assert (one["mean"].value, one["sd"].known) == (3.0, False)
    assert one["sd"].why == "one row has no spread"
    assert math.isnan(one["mean"].low)
    zero = tail.profile([0.0, 0.0], draws=10)
    assert not zero["ratio"].known
    assert "mean is 0" in zero["ratio"].why


def test_samples_of_one_prompt_widen_the_interval():
    x = np.repeat(np.random.default_rng(10).gamma(2, 1, 100), 5)
    rows = tail.profile(x, 0.9, draws=500)["cvar"]
    prompts = tail.profile(x, 0.9, draws=500, clusters=np.repeat(np.arange(100), 5))["cvar"]
    assert rows.value == prompts.value
    assert prompts.high - prompts.low > 1.6 * (rows.high - rows.low)


def test_pairing_tells_what_resampling_apart_does_not():
    a, b = np.array([0.9, 0.2, 0.8]), np.array([0.6, 0.3, 0.4])
    two = shared([a, b], draws=20_000)
    # One resample in 27 takes the smallest difference three times, one the largest: over 2.5 %.
    told = of_replicates(two.many["mean"][0] - two.many["mean"][1])
    assert (two.value["mean"] @ [1, -1], *told[:2]) == pytest.approx((0.2, -0.1, 0.4))
    drawn = [list(ids) for ids in product(range(3), repeat=3)]
    apart = percentiles([a[i].mean() - b[j].mean() for i in drawn for j in drawn])
    assert apart == pytest.approx((-0.2, 0.5333), abs=5e-5)


@pytest.mark.parametrize("n", [300, 6000])
@pytest.mark.parametrize("statistic", ["mean", "var", "cvar"])
def test_a_shift_of_every_item_has_no_interval_since_none_tells_how_far_they_differ(n, statistic):
    x = np.random.default_rng(11).gamma(2, 1, n)
    found = tail.paired(x + 0.25, x, 0.9, statistic, draws=100)
    assert (found.value, found.why) == (pytest.approx(0.25), ALIKE)
    assert math.isnan(found.low)


def test_a_ratio_of_tails_of_the_same_items_is_paired_too():
    x = np.random.default_rng(12).gamma(2, 1, 300)
    found = tail.paired_ratio(3 * x, x, draws=100)
    assert (found.value, found.low, found.high) == pytest.approx((3, 3, 3))
    undefined = tail.paired_ratio([1.0, 2.0], [0.0, 0.0])
    assert not undefined.known
    assert "ratio is undefined" in undefined.why


def test_items_missing_on_one_side_are_lost_on_both():
    found = tail.paired([1, 2, np.nan, 4], [0, np.nan, 0, 0], draws=50)
    assert (found.value, found.n, found.lost) == (2.5, 2, 2)
    assert not tail.paired([np.nan], [1.0]).known
    with pytest.raises(ValueError, match="statistic is 'sd'"):
        tail.paired([1.0], [1.0], 0.9, "sd")


@pytest.mark.parametrize(
    ("name", "truth"), [("mean", 1), ("var", math.log(5)), ("cvar", 1 + math.log(5))]
)
def test_intervals_of_exponential_scores_cover_the_truth(name, truth):
    rng, trials = np.random.default_rng(13), 400
    held = 0
    for seed in range(trials):
        found = tail.profile(rng.exponential(size=500), 0.8, draws=300, seed=seed)[name]
        held += found.low <= truth <= found.high
    assert held / trials == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / trials))
