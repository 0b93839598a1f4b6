"""Monitors: CARE, the stop at the k-th flag, warnings ahead, the dip along an answer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from risk import monitor
from risk.trajectory import walks
from tests.risk.walked import runs

ANOMALY = "x x x x!f x!f x!f x x!f x!f"


def cared(*told: str, violated: list[float]) -> dict[str, float]:
    found = walks(runs(*told, violated=violated), "any")
    return {n: m.value for n, m in monitor.care(found, found.marked("any"), draws=50).items()}


def test_the_worked_events_have_the_printed_care_score():
    alarm = cared(ANOMALY, "x!f" + " x" * 9, violated=[1, 0])
    assert alarm["coverage"] == pytest.approx(0.8621, abs=5e-5)
    assert alarm["earliness"] == pytest.approx(0.3939, abs=5e-5)
    assert alarm["accuracy"] == pytest.approx(0.9)
    assert alarm["reliability"] == pytest.approx(0.5556, abs=5e-5)
    assert alarm["care"] == pytest.approx(0.7223, abs=5e-5)
    # one flag in eleven steps stays below the tenth that makes it an alarm
    quiet = cared(ANOMALY, "x!f" + " x" * 9 + " x", violated=[1, 0])
    assert quiet["reliability"] == 1
    same = (quiet["coverage"] + 2 * 0.9 + quiet["earliness"] + 1) / 5
    assert same == pytest.approx(0.8112, abs=5e-5)


def test_care_is_zero_undetected_and_the_accuracy_where_that_is_poor():
    assert cared("x x", "x x", violated=[1, 0])["care"] == 0
    poor = cared("x!f x", "x!f x!f x", violated=[1, 0])
    assert poor["care"] == poor["accuracy"] == pytest.approx(1 / 3)


def test_care_takes_an_anomaly_however_poor_the_accuracy():
    assert np.isnan(cared("x!f x!f x", violated=[0])["care"])


def test_care_is_not_defined_without_a_normal_run():
    found = cared(ANOMALY, violated=[1])
    assert math.isnan(found["care"])
    assert math.isnan(found["accuracy"])
    assert found["coverage"] == pytest.approx(0.8621, abs=5e-5)


def test_runs_nobody_judged_are_lost_to_care():
    found = walks(runs(ANOMALY, "x x", ANOMALY, violated=[1, 0, np.nan]), "any")
    told = monitor.care(found, found.marked("any"), draws=50)["care"]
    assert (told.n, told.lost) == (2, 1)


STREAM = " ".join("x!f" if n in (5, 9, 12) else "x" for n in range(1, 21))


@pytest.mark.parametrize(("k", "share"), [(1, 0.25), (2, 0.45), (3, 0.60), (4, math.nan)])
def test_the_worked_stream_stops_where_printed(k, share):
    found = walks(runs(STREAM), "any")
    stop = monitor.stops(found, found.marked("any"), k)[0] / 20
    assert stop == pytest.approx(share, nan_ok=True)


def test_a_monitor_that_waits_for_no_flag_is_an_error():
    found = walks(runs(STREAM), "any")
    with pytest.raises(ValueError, match="k is 0"):
        monitor.stops(found, found.marked("any"), 0)


@given(some.lists(some.lists(some.booleans(), min_size=1, max_size=9), min_size=1, max_size=5),
       some.integers(1, 3), some.booleans())  # fmt: skip
def test_the_stop_is_that_of_counting_flag_by_flag(told, k, consecutive):
    words = [" ".join("x!f" if flag else "x" for flag in run) for run in told]
    found = walks(runs(*words), "any")
    stop = monitor.stops(found, found.marked("any"), k, consecutive)
    for run, mine in zip(told, stop.tolist(), strict=True):
        count, expected = 0, math.nan
        for n, flag in enumerate(run, start=1):
            count = count + 1 if flag else 0 if consecutive else count
            if flag and count == k:
                expected = float(n)
                break
        assert mine == pytest.approx(expected, nan_ok=True)


def test_a_flag_after_the_violation_is_a_miss():
    told = monitor.warnings([5, 7, np.nan], [9, 6, np.nan])
    assert (told.detected.value, told.ahead.value) == (0.5, 4)
    assert (told.false_alarms.value, told.false_alarms.n) == (0, 1)


def test_without_a_violation_no_detection_is_defined():
    told = monitor.warnings([2, np.nan], [np.nan, np.nan])
    assert not told.detected.known
    assert not told.ahead.known
    assert told.false_alarms.value == 0.5


def test_a_missing_segment_is_passed_over_and_counted():
    told = monitor.dip([0.9, np.nan, 0.4, 0.5])
    assert (told.least, told.first, told.lost) == (0.4, 3, 1)
    assert told.area == pytest.approx(0.1)
    none = monitor.dip([np.nan])
    assert math.isnan(none.least)
    assert (none.first, none.lost) == (None, 1)
