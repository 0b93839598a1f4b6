"""The lenses of trajectories on columns: what they find, lose and refuse."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from risk.lenses import every
from risk.measure import TAUGHT
from tests.lens_columns import look, text
from tests.risk.walked import runs

MIXED = (
    "safe risky!odd violated!odd",
    "safe safe safe",
    "safe risky!odd safe",
    "safe safe!odd",
) * 5
WHOLE = {"violated": [1, 0, 0, 0] * 5, "censored": [0, 0, 1, 0] * 5}


def test_drift_finds_the_chance_by_state_and_the_points_of_no_return():
    found = look("drift", runs(*MIXED), smoothing=0.0, horizon=2)
    # risky goes to violated or safe evenly; safe stays 15 of 25 times, no run is without a state
    assert found["within", "risky"].value == pytest.approx(0.5 + 0.5 * 0)
    assert found["within", "safe"].value < found["within", "risky"].value
    assert found["within", ""].value == pytest.approx(found["within", "safe"].value)
    assert found["no_return", ""].value == 0.5
    assert found["turned_back", ""].value == 0.5
    assert (found["detected", ""].value, found["false_alarms", ""].value) == (
        1,
        pytest.approx(1 / 3),
    )
    assert found["warning", ""].value == 1


def test_a_violation_is_not_its_own_warning():
    found = look("drift", runs(*["safe safe violated", "safe safe safe"] * 6), threshold=0.99)
    assert found["detected", ""].value == 0
    assert not found["warning", ""].known


@given(some.integers(0, 1000))
def test_drift_looks_the_same_whatever_the_order_of_the_runs(seed):
    words = np.array(["safe", "risky", "violated"])
    draw = np.random.default_rng(seed)
    told = [" ".join(words[draw.integers(0, 3, 4)]) for _ in range(8)] + ["safe violated"]
    columns = runs(*told)
    mixed = draw.permutation(len(columns["item_id"]))
    one = look("drift", columns, draws=20)
    two = look("drift", {name: c[mixed] for name, c in columns.items()}, draws=20)
    assert {k: m.value for k, m in one.items() if m.known} == pytest.approx(
        {k: m.value for k, m in two.items() if m.known}
    )


def test_care_scores_the_flags_of_a_run_and_its_parts_lie_in_bounds():
    found = look("care", runs(*MIXED, **WHOLE), role="any")
    assert found["coverage", ""].value == pytest.approx(2.5 / (2.5 + 0.25))
    assert found["reliability", ""].value == pytest.approx(1.25 / (1.25 + 2))
    assert all(0 <= m.low <= m.value <= m.high <= 1 for m in found.values())


def test_streaming_stops_at_the_kth_flag_and_counts_false_stops():
    found = look("streaming", runs(*MIXED, **WHOLE))
    assert (found["detected", ""].value, found["false_stops", ""].value) == (
        1,
        pytest.approx(2 / 3),
    )
    assert found["share_seen", ""].value == pytest.approx(2 / 3)
    later = look("streaming", runs(*MIXED, **WHOLE), k=2)
    assert (later["share_seen", ""].value, later["false_stops", ""].value) == (1, 0)
    never = look("streaming", runs(*MIXED, **WHOLE), k=9)
    assert not never["share_seen", ""].known
    assert never["detected", ""].value == 0


def test_survival_counts_cut_off_runs_for_what_they_are():
    found = look("survival", runs(*MIXED, **WHOLE), at=3)
    # at move 3 five break the rule of the fifteen still watched
    assert found["survival", ""].value == pytest.approx(2 / 3)
    # half of the ended have ended before, so a quarter of all breaks it
    assert found["violated_by", ""].value == pytest.approx(0.25)
    assert found["weighted", ""].value == pytest.approx(0.25)
    assert found["weight", ""].value == pytest.approx(15)
    assert found["weighted_ratio", ""].value == pytest.approx(1 / 3)


def test_survival_compares_groups_by_the_log_rank_test():
    columns = runs(*["safe violated"] * 10, *["safe safe safe safe"] * 10)
    columns["category"] = text(*["a"] * 20, *["b"] * 40)
    found = look("survival", columns, at=2)
    assert (found["survival", "a"].value, found["survival", "b"].value) == (0, 1)
    assert found["log_rank_p", ""].value < 0.001


def test_hazard_grows_and_loses_runs_broken_at_no_known_step():
    columns = runs("x violated", "x x", "x x x violated", "x x x x", violated=[1, 1, 1, 0])
    found = look("hazard", columns, at=4)
    assert (found["hazard", ""].n, found["hazard", ""].lost) == (3, 1)
    assert found["hazard", ""].value == pytest.approx(1 / 3 + 1 / 2)
    steps = [found["hazard", f"move {k}"].value for k in (1, 2, 3, 4)]
    assert steps == pytest.approx([0, 1 / 3, 1 / 3, 5 / 6])
    late = look("hazard", columns, at=4, unplaced="end")
    assert late["hazard", ""].lost == 0


def segmented(*scores):
    told = [None if one is None else json.dumps(one) for one in scores]
    return {"item_id": text(*(f"i{k}" for k in range(len(told)))), "segment_scores": text(*told)}


def test_segments_find_the_dip_and_pass_over_gaps():
    worked = [0.98, 0.95, 0.60, 0.30, 0.70]
    found = look("segments", segmented(worked, [0.9, None, 0.8], None))
    assert found["least", ""].value == pytest.approx((0.30 + 0.8) / 2)
    assert (found["crossed", ""].value, found["crossed", ""].lost) == (0.5, 1)
    assert found["first_segment", ""].value == 4
    assert found["area", ""].value == pytest.approx(0.1)
    assert found["missing_segments", ""].value == pytest.approx(1 / 8)
    turned = look("segments", segmented([round(1 - x, 2) for x in worked]), up="harm")
    assert turned["least", ""].value == pytest.approx(0.30)
    with pytest.raises(ValueError, match="must be a list of numbers"):
        look("segments", segmented("high"))


def test_feasible_counts_seven_of_ten_and_their_reward():
    cost = np.array([0.0] * 7 + [1, 2, 3, np.nan])
    columns = {"item_id": text(*(f"i{k}" for k in range(11))), "cost": cost}
    columns["reward"] = np.array([1.0] * 6 + [np.nan] + [5.0] * 4)
    found = look("feasible", columns)
    assert (found["feasible", ""].value, found["feasible", ""].lost) == (0.7, 1)
    assert (found["reward", ""].value, found["reward", ""].lost) == (1, 1)
    assert found["reward_of_all", ""].value == pytest.approx(2.6)
    none = look("feasible", columns | {"cost": cost + 1})
    assert none["feasible", ""].value == 0
    assert not none["reward", ""].known


def revised(**means):
    n = 100
    return {
        name: {
            "item_id": text(*(f"i{k}" for k in range(n))),
            "revision": text(*[name.replace("_", "-")] * n),
            "model": text(*["m"] * n),
            "correct": (np.arange(n) < round(100 * mean)).astype(float),
        }
        for name, mean in means.items()
    }


def trend(runs, **chosen):
    lens = every()["trend"]
    settings = lens.settings({"measure": "correct", "up": "good", "draws": 50} | chosen)
    return {(f.measure, f.group or f.run): f.found for f in lens.measures(runs, settings)}


def test_trend_finds_the_worked_slope_and_the_crash_in_the_order_of_revisions():
    found = trend(revised(step_10=0.83, step_2=0.84, step_1=0.82, step_30=0.60))
    assert found["slope", "m"].value == pytest.approx(-0.0670)
    assert found["crashes", "m"].value == 1
    assert found["step", "step_30"].value == pytest.approx(-0.23)
    assert found["value", "step_2"].value == pytest.approx(0.84)
    up = trend(revised(step_1=0.82, step_2=0.60, step_3=0.9), up="harm")
    assert up["crashes", "m"].value == 1


def test_trend_needs_three_revisions_and_a_measure_in_each():
    few = trend(revised(a=0.5, b=0.6))
    assert not few["slope", "m"].known
    assert few["crashes", "m"].value == 0
    lacking = revised(a=0.5, b=0.6, c=0.7)
    del lacking["b"]["correct"]
    assert "b has no correct" in trend(lacking)["slope", "m"].why


def test_the_chance_of_the_next_move_is_held_against_what_came():
    rng = np.random.default_rng(0)
    chance = {"safe": (0.7, 0.25, 0.05), "risky": (0.1, 0.6, 0.3)}
    walked = []
    for _ in range(300):
        states = ["safe"]
        while states[-1] != "violated" and len(states) < 6:
            states.append(rng.choice(["safe", "risky", "violated"], p=chance[states[-1]]))
        walked.append(" ".join(states))
    found = look("drift", runs(*walked))
    assert abs(found["next_bias", ""].value) < 0.02
    assert found["next_ece", ""].value < 0.04
    moves = sum(len(one.split()) - 1 for one in walked)
    assert found["next_brier", ""].n == moves
    assert found["next_ece", ""].low < found["next_ece", ""].value < found["next_ece", ""].high
    assert found["no_return", ""].why == TAUGHT
    assert math.isnan(found["no_return", ""].low)
    alone = look("drift", runs("safe safe violated"))
    assert "judged by other items" in alone["next_ece", ""].why


def test_a_share_of_few_runs_and_a_warning_stay_where_they_can_be():
    walked = ("safe!odd violated", "safe violated!odd", "violated!odd safe")
    found = look("streaming", runs(*walked, violated=[1, 1, 1]))
    assert 0 <= found["share_seen", ""].low <= found["share_seen", ""].high <= 1
    ahead = look("drift", runs(*MIXED), smoothing=0.0, horizon=2)["warning", ""]
    assert not ahead.low < 0
