"""Rows nobody saw: areas over few wrong answers leave room for them, and then hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from risk import coverage, detect
from tests.lens_columns import look

AREAS = ("aurc", "eaurc", "augrc", "auarc", "auroc", "prr")


def found(confidence, correct, **columns):
    told = look(
        "risk_coverage", {"confidence": confidence, "correct": correct, **columns}, draws=100
    )
    return {name: one for (name, _), one in told.items()}


@pytest.mark.parametrize("wrong", [1, 3, 9])
def test_four_answers_more_of_either_kind_leave_no_area_outside_its_interval(wrong):
    rng = np.random.default_rng(wrong)
    sure, right = rng.random(60), np.ones(60)
    right[:wrong] = 0
    told = found(sure, right)
    for at in (sure.max(), sure.min()):
        for kind in (0.0, 1.0):
            more = coverage.numbers(coverage.rank([*sure, *[at] * 4], [*right, *[kind] * 4]))
            for name in AREAS:
                assert told[name].low - 1e-9 <= more[name][0] <= told[name].high + 1e-9


def test_answers_that_are_all_right_tell_how_large_an_area_may_be():
    told = found(np.linspace(0, 1, 50), np.ones(50))
    assert (told["aurc"].value, told["aurc"].low) == (0, 0)
    assert 0.1 < told["aurc"].high < 0.5
    assert told["aurc"].why == ""
    assert not told["auroc"].known


def test_thirty_of_either_kind_are_resampled_and_no_more():
    sure, right = np.linspace(0, 1, 90), np.repeat([0.0, 1.0, 0.0, 1.0], [29, 1, 1, 59])
    assert found(sure, right)["auroc"].low > 0.96
    right[30] = 1
    assert found(sure, right)["auroc"].low < 0.9


def test_a_perfect_order_leaves_room_for_answers_nobody_saw():
    sure, right = np.linspace(0, 1, 90), np.repeat([0.0, 1.0], [40, 50])
    told = found(sure, right)
    one = coverage.numbers(coverage.rank([*sure, *[1.0] * 4], [*right, *[0.0] * 4]))
    for name in ("auroc", "prr"):
        assert (told[name].value, told[name].high) == pytest.approx((1, 1))
        assert told[name].why == ""
    assert 0.9 < told["auroc"].low <= one["auroc"][0] < 0.93
    assert (told["eaurc"].value, told["eaurc"].low) == (0, 0)
    assert told["eaurc"].high > 0.05
    assert told["aurc"].low > 0, "what resamples move leaves no such room"
    areas = detect.curves(-sure, 1 - right, None, 100, 0)
    assert areas["auroc"].low == told["auroc"].low
    assert 0.5 < areas["auprc"].low < areas["auprc"].high == 1


def test_answers_to_one_prompt_count_together():
    rng = np.random.default_rng(0)
    sure, right = rng.random(20), (rng.random(20) < 0.8).astype(float)
    four = {"item_id": np.repeat([f"i{k}" for k in range(20)], 4).astype(object)}
    one, many = found(sure, right), found(np.repeat(sure, 4), np.repeat(right, 4), **four)
    for name in ("aurc", "auroc"):
        ends, wide = (m.high - m.low for m in (one[name], many[name]))
        assert wide > 0.9 * ends


def test_few_wrong_answers_are_held_as_often_as_many():
    """Confidences that know nothing, 50 answers of which one in twenty is wrong."""
    rng, held = np.random.default_rng(5), []
    for seed in range(100):
        sure, wrong = rng.random(50), (rng.random(50) < 0.05).astype(float)
        area = detect.curves(sure, wrong, None, 100, seed)["auroc"]
        held += [area.low <= 0.5 <= area.high] if area.known else []
    assert len(held) > 85
    assert np.mean(held) > 0.93, "0.71 without room for rows nobody saw"
