"""Intervals that assume nothing of losses nobody has seen: they hold under laws that hide them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from risk import bounded, compare, limits, tail
from risk.lens import worked
from risk.lenses import sharp

MOST = 20.0
TRIALS = 120
ASKED = 0.95 - 2.6 * math.sqrt(0.95 * 0.05 / TRIALS)
RARE = 1 / 300


def hiding(rng, n, rare=RARE):
    """Losses of some nats, and now and then one at the most there can be."""
    return np.where(rng.random(n) < rare, MOST, rng.exponential(0.3, n))


@pytest.fixture(scope="module")
def truth():
    """Mean, VaR and CVaR of the law of `hiding`, from four million losses."""
    x = hiding(np.random.default_rng(1), 4_000_000)
    return {name: m.value for name, m in tail.profile(x, draws=2, most=MOST).items()}


def test_the_law_hides_what_it_does_from_intervals_that_trust_the_sample(truth):
    rng, held = np.random.default_rng(2), []
    for seed in range(TRIALS):
        m = tail.profile(hiding(rng, 250), draws=200, seed=seed, most=MOST)["cvar"]
        held.append(m.low <= truth["cvar"] <= m.high)
    assert np.mean(held) < 0.9


@pytest.mark.parametrize("n", [30, 150, 400])
@pytest.mark.parametrize("answers", [1, 3])
def test_mean_var_cvar_gap_and_ratio_hold_where_nothing_is_assumed(truth, n, answers):
    """Also where prompts have several answers that are alike."""
    rng = np.random.default_rng([n, answers])
    held = dict.fromkeys(("mean", "var", "cvar", "gap", "ratio"), 0)
    items = None if answers == 1 else np.repeat(np.arange(n), answers)
    for seed in range(TRIALS):
        x = np.repeat(hiding(rng, n), answers)
        found = tail.profile(x, 0.95, 200, seed, items, MOST, "nothing")
        for name in held:
            held[name] += found[name].low <= truth[name] <= found[name].high
            assert found[name].why == "its interval allows for any losses nobody has seen up to 20"
    assert min(held.values()) / TRIALS > ASKED, held


def test_differences_and_ratios_of_two_models_hold_where_nothing_is_assumed(truth):
    """Both answer the same prompts; only one of them has losses that most samples miss."""
    rng = np.random.default_rng(5)
    calm = {"mean": 0.3, "cvar": 0.3 * (1 + math.log(20))}
    held = dict.fromkeys(("mean", "cvar", "ratio"), 0)
    for seed in range(TRIALS):
        a = hiding(rng, 150)
        two = compare.shared(
            [a, rng.exponential(0.3, 150)], draws=200, seed=seed, most=MOST, assume="nothing"
        )
        for name in ("mean", "cvar"):
            m = compare.difference(two, 0, 1, name)
            held[name] += m.low <= truth[name] - calm[name] <= m.high
            p = compare.p_of(two, 0, 1, name)
            assert (p > 0.05) == (m.low <= 0 <= m.high)
        m = compare.ratio(two, 0, 1)
        held["ratio"] += m.low <= truth["cvar"] / calm["cvar"] <= m.high
    assert min(held.values()) / TRIALS > ASKED, held


def test_a_place_is_sure_only_where_no_loss_nobody_has_seen_could_take_it():
    rng = np.random.default_rng(7)
    x = np.stack([rng.exponential(0.3, 200) + c for c in (0.0, 1.0, 8.0)])
    every = {a: compare.shared(x, draws=400, most=MOST, assume=a) for a in bounded.ASSUMPTIONS}
    seen, wary = (compare.places(every[a], "cvar") for a in bounded.ASSUMPTIONS)
    assert [(m.value, m.low, m.high) for m in seen] == [(3, 3, 3), (2, 2, 2), (1, 1, 1)]
    assert [(m.value, m.low, m.high) for m in wary] == [(3, 2, 3), (2, 1, 3), (1, 1, 2)]
    assert all("nobody has seen" in m.why for m in wary)
    mean = compare.places(every["nothing"], "mean")
    assert [(m.low, m.high) for m in mean] == [(3, 3), (2, 2), (1, 1)]


def test_without_a_bound_nothing_assumed_means_no_interval():
    x = np.random.default_rng(0).exponential(size=300)
    found = tail.profile(x, draws=50, assume="nothing")
    for name in ("mean", "var", "cvar", "gap", "ratio"):
        assert math.isnan(found[name].low)
        assert found[name].why == bounded.UNBOUNDED
    assert found["median"].low < found["median"].value
    two = compare.shared(np.stack([x, x[::-1]]), draws=50, assume="nothing")
    assert compare.difference(two, 0, 1, "cvar").why == bounded.UNBOUNDED
    assert math.isnan(compare.difference(two, 0, 1).low)


@pytest.mark.parametrize("answers", [1, 2])
def test_many_prompts_weigh_together_as_they_do_one_by_one(monkeypatch, answers):
    rng = np.random.default_rng(3)
    x = np.stack([hiding(rng, 3_000, 0.01), hiding(rng, 3_000, 0.02)])
    items = None if answers == 1 else np.arange(3_000) // answers
    one = limits.paired_limits(x, 0.9, MOST, items, 4_000)
    monkeypatch.setattr(limits, "MANY", 100)
    for a, b in zip(one, limits.paired_limits(x, 0.9, MOST, items, 4_000), strict=True):
        for name, (low, high) in limits.intervals(a).items():
            near = limits.intervals(b)[name]
            assert near == pytest.approx((low, high), abs=0.12 * (high - low))
    both = limits.paired_limits(x, 0.9, MOST, items, 1_000)
    apart, alone = both[1].mean[0] - both[0].mean[0], both[0].mean[0]
    assert np.std(apart) < 1.3 * math.hypot(np.std(alone), np.std(both[1].mean[0]))


def test_the_lens_tells_which_it_assumes():
    r = np.random.default_rng(4).exponential(0.15, 300)
    columns = {
        "item_id": [f"p{k}" for k in range(300)], "scorer": ["j"] * 300,
        "dimension": ["bias"] * 300, "value": [-math.expm1(-x) for x in r],
    }  # fmt: skip
    every = [
        {f.measure: f.found for f in sharp.LENS.measures(
            {k: np.array(v, dtype=object) for k, v in columns.items()},
            sharp.LENS.settings({"assume": a, "draws": 200}))}
        for a in bounded.ASSUMPTIONS
    ]  # fmt: skip
    seen, wary = (one["cvar"] for one in every)
    assert seen.value == wary.value
    assert wary.high - seen.high > 2
    assert "nobody has seen" in wary.why
    assert worked(sharp.LENS, {"assume": "nothing", "draws": 200}, **columns)["cvar"] == round(
        wary.value, 4
    )
