"""Range and mixed value at risk: worked cases, laws, and the integral done another way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from risk import ranges, tail
from risk.bounded import FEW
from risk.lenses import every

SCORE = arrays(float, st.integers(1, 40), elements=st.integers(-20, 20).map(float))
SPAN = st.tuples(st.integers(0, 19), st.integers(1, 20)).map(
    lambda pair: (pair[0] / 20, min(pair[0] + pair[1], 20) / 20)
)


@given(SCORE, SPAN)
def test_a_range_is_the_integral_of_the_quantile_function(x, span):
    low, high = span
    ranked = np.sort(x)
    steps = np.arange(x.size + 1) / x.size
    inside = [e for e in steps if low < e < high]
    pieces = zip([low, *inside], [*inside, high], strict=True)
    # the quantile function is flat between its steps, so its value halfway stands for the piece
    whole = sum((b - a) * ranked[int((a + b) / 2 * x.size)] for a, b in pieces)
    assert ranges.range_var(x, low, high) == pytest.approx(whole / (high - low), abs=1e-6)


@given(SCORE, SPAN)
def test_the_identity_with_the_clipped_mean_holds(x, span):
    low, high = span
    ends = [np.quantile(x, max(q - 1e-12, 0), method="inverted_cdf") for q in span]
    clipped = np.clip(x, *ends).mean()
    identity = (clipped - low * ends[0] - (1 - high) * ends[1]) / (high - low)
    assert ranges.range_var(x, low, high) == pytest.approx(identity, abs=1e-6)


@given(SCORE, st.sampled_from([0.5, 0.8, 0.9]), st.floats(-9, 9), st.floats(0.1, 9))
def test_a_range_to_the_top_is_cvar_and_moves_with_the_score(x, level, shift, scale):
    assert ranges.range_var(x, level, 1) == pytest.approx(tail.cvar(x, level), abs=1e-6)
    moved = ranges.mixed_var(scale * x + shift, 0.2, 0.8, up="harm")
    assert moved == pytest.approx(
        scale * ranges.mixed_var(x, 0.2, 0.8, up="harm") + shift, abs=1e-6
    )


@given(SCORE)
def test_harm_is_reward_seen_in_a_mirror(x):
    reward = ranges.mixed_var(-x, 0.2, 0.9, up="good")
    assert ranges.mixed_var(x, 0.1, 0.8, up="harm") == pytest.approx(-reward, abs=1e-6)


def test_what_is_no_range_or_leaves_no_tail_is_refused():
    for low, high in ((0.5, 0.5), (-0.1, 0.5), (0.5, 1.1)):
        with pytest.raises(ValueError, match="the range is"):
            ranges.range_var([1.0], low, high)
    with pytest.raises(ValueError, match="high must be below 1"):
        ranges.mixed_var([1.0], 0.2, 1.0, up="harm")
    with pytest.raises(ValueError, match="low must be above 0"):
        ranges.mixed_var([1.0], 0.0, 0.8)
    assert math.isnan(ranges.range_var([np.nan], 0, 1))


def test_the_interval_is_that_of_a_bootstrap_of_the_items():
    x, codes = np.random.default_rng(1).gamma(2, 1, 800), np.arange(800) // 4
    found = ranges.profile(x, 0.2, 0.8, clusters=codes)
    rng, many = np.random.default_rng(2), []
    for _ in range(1500):
        drawn = x.reshape(200, 4)[rng.integers(200, size=200)].ravel()
        many.append([ranges.range_var(drawn, *span) for span in ((0.8, 1.0), (0.2, 0.8))])
    low, high = np.quantile(np.array(many), [0.025, 0.975], axis=0)
    for place, name in enumerate(("tail", "range_var")):
        wide = found[name].high - found[name].low
        assert 0.85 < wide / (high[place] - low[place]) < 1.35


def test_a_tail_of_few_prompts_has_no_interval_and_the_range_beside_it_has():
    found = ranges.profile(np.random.default_rng(0).random(45), 0.2, 0.9, up="harm")
    assert math.isnan(found["tail"].low)
    assert found["mixed_var"].why == FEW
    assert found["range_var"].low < found["range_var"].value < found["range_var"].high


def test_a_profile_counts_what_it_lost_and_has_no_interval_for_one_prompt():
    found = ranges.profile([1.0, 2.0, np.nan], 0.2, 0.8)
    assert {(m.n, m.lost) for m in found.values()} == {(2, 1)}
    assert math.isnan(ranges.profile([1.0], 0.2, 0.8)["tail"].low)
    assert ranges.profile([np.nan], 0.2, 0.8)["mixed_var"].why == "no row has a score"


def look(columns, **settings):
    lens = every()["range_var"]
    return {(f.measure, f.group): f.found for f in lens.measures(columns, lens.settings(settings))}


def columns(values, up):
    names = np.array([f"p{n}" for n in range(len(values))], dtype=object)
    return {
        "item_id": names,
        "dimension": np.array(["score"] * len(values), dtype=object),
        "scorer": np.array(["j"] * len(values), dtype=object),
        "value": np.asarray(values, dtype=float),
        "up": np.array([up] * len(values), dtype=object),
    }


def test_the_lens_takes_a_reward_by_its_low_end_and_a_harm_by_its_high_one():
    tenths = np.arange(1, 11) / 10
    reward = look(columns(tenths, "good"), dimension="score")
    assert reward["mixed_var", "reward: tail [0, low]"].value == pytest.approx(0.31)
    harm = look(columns(tenths, "harm"), dimension="score")
    assert harm["mixed_var", "harm: tail [high, 1]"].value == pytest.approx(0.79)
    risk = look(columns(tenths[:9], "harm"))
    worst = -np.log1p(-0.9)
    assert risk["tail", "harm: tail [high, 1]"].value == pytest.approx(
        (worst + 0.8 * -np.log1p(-0.8)) / 1.8
    )


def test_the_lens_refuses_a_dimension_that_is_not_there_or_runs_nowhere():
    with pytest.raises(ValueError, match="it can be score, or any"):
        look(columns([0.1], "harm"), dimension="other")
    with pytest.raises(ValueError, match="runs towards neither"):
        look(columns([0.1], "neither"), dimension="score")


@pytest.mark.parametrize("up", ["harm", "good"])
@pytest.mark.parametrize("zeros", [0.8, 0.9])
def test_a_score_that_is_mostly_zero_is_held_where_a_quantile_meets_the_zeros(up, zeros):
    def draw(rng, n):
        return np.where(rng.random(n) < zeros, 0.0, rng.beta(2, 2, n))

    many = np.sort(draw(np.random.default_rng(1), 1_000_000))
    truths = {
        "range_var": ranges.range_var(many, 0.8, 0.95),
        "mixed_var": ranges.mixed_var(many, 0.8, 0.95, up=up),
    }
    rng, held = np.random.default_rng(2), dict.fromkeys(truths, 0)
    for _ in range(300):
        found = ranges.profile(draw(rng, 100), 0.8, 0.95, up=up)
        for name, truth in truths.items():
            held[name] += found[name].low <= truth <= found[name].high
    assert min(held.values()) / 300 > 0.9


def test_a_range_that_too_few_prompts_reach_beyond_has_no_interval():
    found = ranges.profile(np.random.default_rng(0).random(30), 0.8, 0.95)["range_var"]
    assert found.known
    assert math.isnan(found.low)
    assert found.why == ranges.BEYOND
