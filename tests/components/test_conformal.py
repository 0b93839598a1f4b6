"""The conformal figures: what is drawn, what a click brings back, what is said without sets."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest

from components.figures import conformal
from components.figures.conformal import Size, Spread
from components.figures.palette import MODEL, TAIL
from risk.measure import Measure, missing

HOSTILE = '<b onclick="x">m</b><a href="javascript:alert(1)">%{x}&lt;</a>\x00\u202e\nend'
RNG = np.random.default_rng(3)


def spread(name: str = "LAC", center: float = 0.9, key: str = "") -> Spread:
    values = np.round(RNG.normal(center, 0.02, 300) * 100) / 100
    ends = np.percentile(values, [2.5, 97.5])
    return Spread(name, Measure(values.mean(), *ends.tolist(), n=100, lost=2), values, key)


def size(k: int, low: float, value: float, high: float, share: float = 0.5) -> Size:
    return Size(k, Measure(value, low, high, n=50), Measure(share, 0.4, 0.6, n=100))


def points(fig):
    return [t for t in fig.data if t.customdata is not None]


def test_each_method_is_one_point_that_carries_its_key():
    fig = conformal.coverage([spread(key="lac"), spread("APS")], 0.9)
    assert [t.customdata[0] for t in points(fig)] == ["lac", "APS"]
    assert list(fig.layout.yaxis.ticktext) == ["LAC", "APS"]
    said = points(fig)[0].hovertext[0]
    assert "middle 95 % of 300 splits: 86.0" in said
    assert re.search(r"mean 90.\d % \(95.% interval 86", said)
    assert "100 questions a split · left out 2" in said


def test_the_promise_stands_beside_coverage_and_not_beside_size():
    fig = conformal.coverage([spread()], 0.9)
    assert [s.x0 for s in fig.layout.shapes] == [0.9]
    assert "promised" in fig.layout.annotations[0].text
    assert not conformal.size([spread(center=2.0)], 4).layout.shapes


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_splits_all_alike_are_drawn_inside_what_is_possible(value):
    one = Spread("APS", Measure(value, value, value, n=30), np.full(50, value))
    fig = conformal.coverage([one], 0.9)
    hill = next(t for t in fig.data if t.fill == "toself")
    assert min(hill.x) >= 0
    assert max(hill.x) <= 1


def test_the_hill_holds_every_split():
    one = spread()
    hill = next(t for t in conformal.coverage([one], 0.9).data if t.fill == "toself")
    assert min(hill.x) <= min(one.values)
    assert max(hill.x) >= max(one.values)


def test_a_size_that_holds_less_than_promised_is_warm():
    fig = conformal.sizes({"LAC": [size(1, 0.7, 0.8, 0.85), size(2, 0.85, 0.9, 0.95)]}, 0.9)
    (dots,) = points(fig)
    assert list(dots.marker.color) == [TAIL, MODEL]
    assert [list(one) for one in dots.customdata] == [["LAC", 1], ["LAC", 2]]
    assert dots.marker.size[0] == dots.marker.size[1]


def test_every_interval_lies_on_the_axis():
    fig = conformal.sizes({"LAC": [size(1, 0.31, 0.5, 0.6)], "APS": [size(4, 1, 1, 1)]}, 0.9)
    low, high = fig.layout.yaxis.range
    assert low < 0.31
    assert high > 1


def test_nothing_to_draw_is_said_in_words():
    for fig in (
        conformal.coverage([], 0.9),
        conformal.size([Spread("LAC", missing("no question"), [math.nan])], 4),
        conformal.sizes({"LAC": []}, 0.9),
    ):
        assert "No sets to draw" in fig.layout.annotations[0].text


def test_no_untrusted_name_reaches_plotly_as_markup():
    odd = Spread(HOSTILE, Measure(0.9, 0.8, 1.0, n=9, why=HOSTILE), [0.8, 0.9, 1.0])
    for fig in (
        conformal.coverage([odd], 0.9),
        conformal.size([Spread(HOSTILE, missing(HOSTILE), [])], 4),
        conformal.sizes({HOSTILE: [size(1, 0.8, 0.9, 1.0)]}, 0.9),
    ):
        shown = fig.to_plotly_json()
        for trace in shown["data"]:
            trace.pop("customdata", None)
        said = json.dumps(shown, default=str)
        assert set(re.findall(r"<[^<>]*>?", said)) <= {"<b>", "</b>", "<br>"}
