"""The figures of Compare, Agreement and of people beside judges: what they draw and hand back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from components.figures import agreement, compare, human
from components.figures.palette import TAIL
from risk import ppi
from risk.measure import Measure, missing


def known(value: float, wide: float = 0.1) -> Measure:
    return Measure(value, value - wide, value + wide, n=40, lost=1)


def markers(fig):
    return [t for t in fig.data if t.mode and "markers" in t.mode]


def test_differences_stand_around_zero_and_name_their_model():
    fig = compare.gaps(
        ["b", "c"], [known(-0.2), known(0.1)], [known(1.0), missing("no tail")],
        keys=["run-b", "run-c"], tail="CVaR at 95 %", unit="nats",
    )  # fmt: skip
    picked = [tuple(c) for t in markers(fig) for c in t.customdata]
    assert picked == [("run-b", "CVaR at 95 %"), ("run-c", "mean"), ("run-b", "mean")]
    low, high = fig.layout.xaxis.range
    assert low < 0 < high


def test_a_flip_is_two_rows_under_its_pair():
    fig = compare.flips(
        ["x − y"], [known(-0.2)], [known(1.0)], keys=[0], tail="CVaR at 95 %", unit="nats"
    )
    assert list(fig.layout.yaxis.ticktext) == ["mean", "CVaR at 95 %"]
    assert (
        "ordered one way"
        in compare.flips([], [], [], keys=[], tail="CVaR", unit="nats").layout.annotations[0].text
    )


def test_places_run_by_the_tail_and_both_are_drawn():
    rows = [
        compare.Place("<b>x", Measure(1, 1, 2), Measure(2, 1, 2), "r1"),
        compare.Place("y", Measure(2, 1, 2), Measure(1, 1, 2), "r2"),
    ]
    fig = compare.places(rows, tail="CVaR at 95 %")
    assert list(fig.layout.yaxis.ticktext) == ["y", "&lt;b&gt;x"]
    mean, tail = markers(fig)
    assert [c[0] for c in tail.customdata] == ["r2", "r1"]
    assert (tail.marker.color, mean.marker.symbol) == (TAIL, "diamond")
    assert "place" in fig.layout.xaxis.title.text
    assert compare.places([], tail="CVaR").layout.annotations


@pytest.mark.parametrize("order", [1, 2])
def test_a_dominance_curve_has_a_band_where_one_is_known(order):
    at, gap = np.arange(6.0), np.array([0.0, 0.1, 0.2, 0.1, 0.0, -0.1])
    low = np.where(np.arange(6) < 4, gap - 0.05, np.nan)
    fig = compare.dominance(at, gap, low, low + 0.1, a="<i>a", b="b", order=order, unit="nats")
    bands = [t for t in fig.data if t.fill == "toself"]
    assert [len(t.x) for t in bands] == [8]
    (line,) = markers(fig)
    assert line.customdata == tuple(at)
    assert all("<i>a" not in a.text for a in fig.layout.annotations)
    empty = compare.dominance([], [], [], [], a="a", b="b", order=1, unit="nats")
    assert empty.layout.annotations


def test_agreement_is_drawn_in_words_with_missing_measures_as_dashes():
    fig = agreement.measures({"percent": known(0.8), "cohen_kappa": missing("3 people labeled")})
    assert list(fig.layout.yaxis.ticktext) == ["pairs that agree", "Cohen's kappa"]
    assert list(fig.layout.yaxis2.ticktext) == ["0.800", "—"]
    assert fig.layout.height >= agreement.LEAST


def test_the_lowest_agreement_comes_first():
    fig = agreement.parts({"a × b": known(0.9), "a × c": known(0.2)}, "kappa", ["ab", "ac"])
    assert list(fig.layout.yaxis.ticktext) == ["a × c", "a × b"]
    assert [c[0] for t in markers(fig) for c in t.customdata] == ["ac", "ab"]
    assert agreement.parts({}, "kappa", []).layout.annotations


def test_judge_people_and_both_have_marks_of_their_own():
    one = ppi.Estimate(known(0.6), known(0.3), known(0.35, 0.05), 0.8, 0.0, 0.0)
    words = {"mean": "mean", "cvar": "CVaR at 95 %"}
    fig = human.estimates({"mean": one, "cvar": one}, words, "severity")
    assert list(fig.layout.yaxis.ticktext) == ["judge alone", "people alone", "combined"] * 2
    assert {t.marker.symbol for t in markers(fig)} == {"circle", "circle-open"}
    assert human.estimates({}, words, "severity").layout.annotations


def test_a_tail_without_interval_has_no_point():
    bare = Measure(0.5, math.nan, math.nan, 3, 0, ppi.FEW)
    one = ppi.Estimate(known(0.6), bare, bare, 0.8, 0.0, 0.0)
    fig = human.estimates({"cvar": one}, {}, "severity")
    assert sum(len(t.x) for t in markers(fig)) == 1
    assert list(fig.layout.yaxis2.ticktext)[1:] == ["(0.500)", "(0.500)"]
