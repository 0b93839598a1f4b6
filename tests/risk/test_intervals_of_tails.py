"""Do the intervals of tails hold what they promise: coverage, the band of a curve, long tails."""

from __future__ import annotations

import math

import numpy as np
import pytest

from risk import band, bootstrap, bounded, compare, deep, dimension, limits, student, tail
from risk.bounded import ceiling
from risk.interval import clopper_pearson, percentiles
from risk.lenses import every

TRIALS = 250
NOISE = 3 * math.sqrt(0.95 * 0.05 / TRIALS)


@pytest.mark.parametrize("prompts", [100, 200])
def test_the_interval_of_a_cvar_covers_where_few_prompts_make_it(prompts):
    rng, truth = np.random.default_rng(prompts), 1 + math.log(20)
    held = plain = 0
    for seed in range(TRIALS):
        x = rng.exponential(size=prompts)
        found = tail.profile(x, 0.95, draws=300, seed=seed)["cvar"]
        held += found.low <= truth <= found.high
        many = bootstrap.replicates(x[None], 0.95, 300, seed, wanted=("cvar",))["cvar"][0]
        low, high = percentiles(many)
        plain += low <= truth <= high
    assert held / TRIALS > 0.95 - NOISE
    assert plain / TRIALS < 0.95 - NOISE  # what the percentiles alone would have done


LEVELS = -np.log1p(-np.minimum(np.array([0, 0.25, 0.5, 0.75, 1]), 1 - 1e-6))


@pytest.mark.parametrize(
    ("prompts", "shares"),
    [
        (20, (0.7, 0.15, 0.1, 0.04, 0.01)),
        (100, (0.7, 0.15, 0.1, 0.04, 0.01)),
        (100, (0.98, 0, 0, 0, 0.02)),
        (400, (0.9, 0.04, 0.03, 0.02, 0.01)),
    ],
)
def test_tails_of_few_prompts_and_few_values_are_covered_by_what_a_loss_can_be(prompts, shares):
    rng, most = np.random.default_rng(prompts), ceiling(1e-6)
    pool = np.random.default_rng(0).choice(LEVELS, 2_000_000, p=shares)
    truth = {"cvar": tail.cvar(pool), "var": tail.var(pool)}
    truth |= {"gap": truth["cvar"] - pool.mean(), "ratio": truth["cvar"] / pool.mean()}
    held = dict.fromkeys(truth, 0)
    for seed in range(TRIALS):
        x = rng.choice(LEVELS, prompts, p=shares)
        found = tail.profile(x, 0.95, draws=300, seed=seed, most=most)
        for name, true in truth.items():
            m = found[name]
            held[name] += not m.known or m.low - 1e-9 <= true <= m.high + 1e-9
    assert min(held.values()) / TRIALS > 0.95 - NOISE, held


def test_a_tail_of_few_prompts_without_a_bound_has_no_interval_but_a_reason():
    found = tail.profile(np.random.default_rng(0).exponential(size=60), 0.95, draws=50)
    for name in tail.TAIL:
        assert math.isnan(found[name].low)
        assert found[name].why.startswith("fewer than 5 prompts make this number")
    assert found["mean"].low < found["mean"].high


def test_a_share_has_the_exact_interval_where_its_tail_is_all_of_it():
    hits = np.array([1.0] * 3 + [0.0] * 97)
    low, high = limits.ends(*limits.limits(hits, 0.5, 1.0, draws=20_000).mean)
    assert (low, high) == pytest.approx(clopper_pearson(3, 100), rel=0.03)


def test_the_gap_and_the_ratio_of_a_tail_cover():
    rng, held = np.random.default_rng(12), {"gap": 0, "ratio": 0}
    tails = 2.0 * (1 + math.log(10))  # CVaR of twice an exponential at 90 %
    truth = {"gap": tails - 2, "ratio": tails / 2}
    for seed in range(TRIALS):
        found = tail.profile(2 * rng.exponential(size=150), 0.9, draws=300, seed=seed)
        for name, true in truth.items():
            held[name] += found[name].low <= true <= found[name].high
    assert min(held.values()) / TRIALS > 0.95 - NOISE, held


@pytest.mark.parametrize("how", ["continuous", "few values"])
def test_the_paired_difference_and_ratio_of_two_tails_cover(how):
    def made(rng, n):
        if how == "few values":
            return rng.choice(LEVELS, (2, n), p=(0.85, 0.08, 0.04, 0.02, 0.01))
        return rng.exponential(size=n) + rng.exponential(size=(2, n)) * [[1.0], [1.4]]

    pool = made(np.random.default_rng(1), 1_000_000)
    one, two = (tail.cvar(row) for row in pool)
    most = ceiling(1e-6) if how == "few values" else None
    rng, held = np.random.default_rng(2), [0, 0]
    for seed in range(TRIALS):
        a, b = made(rng, 150)
        found = compare.shared([a, b], 0.95, 300, seed, wanted=("cvar",), most=most)
        gap, times = compare.difference(found, 0, 1, "cvar"), compare.ratio(found, 0, 1)
        held[0] += gap.low <= one - two <= gap.high
        held[1] += times.low <= one / two <= times.high
    assert min(held) / TRIALS > 0.95 - NOISE, held


def test_clustered_intervals_of_a_cvar_cover_too():
    rng = np.random.default_rng(1)
    codes, held = np.repeat(np.arange(80), 3), 0
    pool = np.random.default_rng(2)
    truth = tail.cvar(pool.exponential(size=400_000) + pool.exponential(size=400_000), 0.9)
    for seed in range(TRIALS):
        # three answers to a prompt share what the prompt brings, which is half of the risk
        x = np.repeat(rng.exponential(size=80), 3) + rng.exponential(size=240)
        found = tail.profile(x, 0.9, draws=200, seed=seed, clusters=codes)["cvar"]
        held += found.low <= truth <= found.high
    assert held / TRIALS > 0.95 - NOISE - 0.02


@pytest.mark.parametrize("statistic", ["mean", "var"])
def test_the_intervals_of_a_mean_and_of_a_var_cover(statistic):
    rng = np.random.default_rng(3)
    truth = {"mean": 1.0, "var": math.log(10)}[statistic]
    held = 0
    for seed in range(TRIALS):
        found = tail.profile(rng.exponential(size=300), 0.9, draws=300, seed=seed)[statistic]
        held += found.low <= truth <= found.high
    assert held / TRIALS == pytest.approx(0.95, abs=NOISE + 0.01)


def test_an_error_is_the_spread_of_the_estimate_over_samples():
    rng = np.random.default_rng(4)
    samples = rng.gamma(2, 1, (400, 2000))
    spread = np.std([tail.cvar(x, 0.9) for x in samples])
    assert np.mean([student.error(x, 0.9) for x in samples[:50]]) == pytest.approx(spread, rel=0.12)


def test_the_spread_within_a_replicate_is_the_error_of_its_rows():
    x = np.random.default_rng(5).gamma(2, 1, 90)
    codes = np.repeat(np.arange(30), 3)
    for clusters in (None, codes):
        found = bootstrap.replicates(x[None], 0.8, 5, 0, clusters, (bootstrap.SPREAD,))
        items = np.arange(90) if clusters is None else clusters
        counts = next(bootstrap.resamples(items.max() + 1, 5, 0))
        for i, often in enumerate(counts):
            rows = np.repeat(np.arange(90), often[items])
            # a prompt drawn twice is two prompts
            copy = np.concatenate([np.tile(np.arange(k), 1) for k in often[items] if k])
            own = items[rows] * 100 + copy
            assert found["cvar_se"][0, i] == pytest.approx(student.error(x[rows], 0.8, own))


def test_a_tail_that_is_all_alike_has_the_percentile_interval():
    found = tail.profile([0.0] * 90 + [1.0] * 30, 0.9, draws=100)["cvar"]
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)


def test_no_interval_of_a_tail_reaches_below_that_of_the_mean():
    x = np.random.default_rng(6).exponential(size=40)
    found = tail.profile(x, 0.8, draws=300)
    assert found["cvar"].low >= found["mean"].low


@pytest.mark.parametrize("n", [20, 300, 3000])
def test_the_whole_curve_lies_in_its_band_as_often_as_promised(n):
    at, low, high = band.simultaneous(n)
    rng = np.random.default_rng(7)
    ends = np.append(at[1:], n + 1)
    held = 0
    for _ in range(400):
        u = np.append(np.sort(rng.random(n)), 1.0)
        # from the rank at[i] to the next the empirical curve stands still while the true one falls
        held += bool(((1 - u[at - 1] <= high) & (1 - u[np.minimum(ends, n + 1) - 1] >= low)).all())
    assert held / 400 == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / 400) + 0.01)


def test_a_band_of_nothing_is_empty():
    assert [part.size for part in band.simultaneous(0)] == [0, 0, 0]


def test_a_long_tail_is_resampled_like_a_short_one():
    x = np.random.default_rng(8).gamma(0.5, 1, 120_000)
    draws, level = 600, 0.9
    assert bootstrap.reach(12_000) > deep.DEEP
    far = bootstrap.replicates(x[None], level, draws, 0)
    keep = bootstrap.reach(12_000)
    near = bootstrap._cut(x[None], level, draws, 1, keep, bootstrap.STATISTICS)
    for name in bootstrap.STATISTICS:
        center, spread = near[name].mean(), near[name].std()
        assert far[name].mean() == pytest.approx(center, abs=5 * spread * math.sqrt(2 / draws)), (
            name
        )
        assert far[name].std() == pytest.approx(spread, rel=0.15), name
    for a, b in (("mean", "cvar"), ("var", "cvar"), ("sd", "cvar")):
        ours = np.corrcoef(far[a][0], far[b][0])[0, 1]
        assert ours == pytest.approx(np.corrcoef(near[a][0], near[b][0])[0, 1], abs=0.1), (a, b)


def test_shares_of_a_long_tail_have_the_interval_of_their_bootstrap(monkeypatch):
    parts = np.random.default_rng(9).gamma(0.3, 1, (40_000, 2))
    total = parts.sum(axis=1)
    counted = dimension.share_profile(parts, total, 0.9, draws=400)
    monkeypatch.setattr(dimension, "DEEP", 1000)
    expanded = dimension.share_profile(parts, total, 0.9)
    for a, b in zip(counted, expanded, strict=True):
        assert a.value == b.value
        assert b.high - b.low == pytest.approx(a.high - a.low, rel=0.15)


def test_what_the_interval_of_a_cvar_assumes_is_true_and_said():
    """Losses that one prompt in 200 has, none of these 400: nothing but the words tells it."""
    most, plain = ceiling(1e-6, 4), np.random.default_rng(0).exponential(0.5, 400)
    true = tail.cvar(np.append(plain, [13.8] * 2), 0.95)
    found = tail.profile(plain, 0.95, most=most)["cvar"]
    assert found.high < true
    assert found.why == ""
    for prompts, nats in ((200, 20), (400, 9)):
        law = limits.limits(plain[:prompts], 0.95, most)
        low, high = limits.intervals(law)["cvar"]
        assert high - low == pytest.approx(nats, abs=1.5)
        assert f"{nats} " in bounded.ASSUMED
    assert bounded.ASSUMED in every()["sharp"].edges
