"""Figures: drawn for normal, one, many, empty and hostile input; names escaped."""

import doctest
import importlib
import json
import math
import re
from itertools import combinations

import numpy as np
import plotly.graph_objects as go
import pytest

from components.figures import dots, overview, palette, tail
from components.figures.dots import Row
from risk.measure import Measure, missing

OURS = {"<b>", "</b>", "<br>", "<span>", "</span>"}
RNG = np.random.default_rng(11)
HOSTILE = '<b onclick="x">m</b><a href="javascript:alert(1)">%{x}&lt;</a>\x00\u202e\nend'
VAR, CVAR = Measure(0.9, 0.8, 1.0, n=901), Measure(1.9, 1.6, 2.3, n=901, lost=4)


def known(value: float) -> Measure:
    return Measure(value, value - 0.1, value + 0.1, n=100)


def losses(n: int = 901) -> np.ndarray:
    return RNG.gamma(0.5, 0.6, n)


def words(fig: go.Figure) -> str:
    return json.dumps(fig.to_plotly_json(), default=str, ensure_ascii=False)


def named(fig: go.Figure) -> list[str]:
    """The text of every annotation."""
    return [note.text for note in fig.layout.annotations]


def test_every_doctest_of_the_figures_holds():
    for name in ("dots", "frame", "numbers", "overview", "palette", "shares", "tail"):
        module = importlib.import_module(f"components.figures.{name}")
        flags = doctest.NORMALIZE_WHITESPACE
        assert doctest.testmod(module, optionflags=flags).failed == 0, name


# Hostile names


def everything(name: str) -> list[go.Figure]:
    m = known(0.5)
    return [
        tail.survival(losses(), name, VAR, CVAR, others={name: losses()}, unit=name),
        tail.survival([], name, VAR, CVAR),
        tail.shares([name, "bias"], [name], [[0.6, 0.4]], totals=[m]),
        tail.numbers([tail.Numbers(m, m, missing(name), name), tail.Numbers(m, m, m)]),
        overview.scatter([name, "b"], [m, missing("")], [m, m], unit=name, tail=name),
        overview.scatter([name] * 3, [m] * 3, [m] * 3),
        overview.ranked([Row(name, m), Row(name, missing(name), name)], unit=name),
    ]


def test_no_untrusted_name_reaches_plotly_as_markup_or_template():
    for fig in everything(HOSTILE):
        shown = fig.to_plotly_json()
        for trace in shown["data"]:
            trace.pop("customdata", None)
            assert "hovertemplate" not in trace
            assert "texttemplate" not in trace
        said = re.sub(r"<span style=[^<>]*>", "<span>", json.dumps(shown, default=str))
        assert set(re.findall(r"<[^<>]*>?", said)) <= OURS
        assert ">" not in re.sub(r"<[^<>]*>|P\(R > x\)", "", said)


# The tail


def test_each_case_of_the_tail_is_a_point_that_carries_its_key():
    values = np.array([0.1, 5.0, math.nan, 0.2, 3.0, 0.3])
    fig = tail.survival(values, "m", Measure(3.0, 2.0, 4.0), CVAR)
    points = next(t for t in fig.data if t.customdata is not None)
    assert list(points.customdata) == [4, 1]
    assert points.x.tolist() == [3.0, 5.0]
    assert points.y.tolist() == pytest.approx([2 / 5, 1 / 5])
    assert "n 5 · left out 1" in points.hovertext[0]


def test_given_keys_come_back_instead_of_indexes():
    fig = tail.survival([1.0, 2.0], "m", Measure(2.0, 1.0, 3.0), CVAR, keys=["a", "b"])
    assert list(next(t for t in fig.data if t.customdata is not None).customdata) == ["b"]


def test_tied_cases_stand_above_one_another():
    fig = tail.survival([1.0, 1.0, 1.0], "m", Measure(1.0, 1.0, 1.0), CVAR)
    points = next(t for t in fig.data if t.customdata is not None)
    assert points.y.tolist() == pytest.approx([1, 2 / 3, 1 / 3])


def test_the_curve_is_log_and_says_so():
    axis = tail.survival(losses(), "m", VAR, CVAR).layout.yaxis
    assert axis.type == "log"
    assert "log scale" in axis.title.text


def test_a_large_run_is_thinned_but_keeps_its_worst_cases():
    values = losses(50_000)
    fig = tail.survival(values, "m", Measure(0.1, 0.1, 0.2), CVAR)
    points = next(t for t in fig.data if t.customdata is not None)
    assert len(points.x) == 1000
    assert points.x[-1] == values.max()
    assert max(len(t.x) for t in fig.data) < 3000


def test_without_var_there_is_a_curve_but_no_tail():
    fig = tail.survival(losses(), "m", missing("few"), missing("few"))
    assert all(not len(t.customdata) for t in fig.data if t.customdata is not None)
    assert not any("VaR" in note for note in named(fig))


def test_nothing_measured_is_said_in_words():
    assert (
        "no measured loss (2 left out)" in named(tail.survival([math.nan] * 2, "m", VAR, CVAR))[0]
    )
    assert "Nothing" not in named(tail.shares([], [], []))[0]
    assert "No shares" in named(tail.shares(["bias"], ["x"], [[math.nan]]))[0]
    assert "No numbers" in named(tail.numbers([]))[0]


def test_shares_stand_by_size_and_carry_category_and_dimension():
    fig = tail.shares(["bias", "ethics"], ["a", "b"], [[0.1, math.nan], [0.6, 0.3]], n=45)
    assert list(fig.layout.yaxis.ticktext) == ["b", "a"]
    assert [list(c) for c in fig.data[1].customdata] == [["b", "bias"], ["a", "bias"]]
    assert list(fig.data[3].x) == [0.3, None]


def test_shares_of_the_wrong_shape_are_refused():
    with pytest.raises(ValueError, match="one row a category"):
        tail.shares(["bias"], ["a"], [[0.1, 0.2]])


def test_numbers_wear_the_tail_color_whole_and_the_hue_by_dimension():
    m = known(0.5)
    fig = tail.numbers([tail.Numbers(m, m, m), tail.Numbers(m, m, m, "bias")])
    colors = {t.marker.color for t in fig.data if t.mode == "markers"}
    assert colors == {palette.MODEL, palette.TAIL, palette.hue("bias")}


# Models together


def test_scatter_draws_only_models_with_both_intervals_and_names_the_rest():
    m = known(0.5)
    fig = overview.scatter(
        ["a", "b", "c"], [m, Measure(1.0), m], [m, m, missing("x")], keys=[7, 8, 9]
    )
    assert list(fig.data[-1].customdata) == [7]
    assert any("2 without interval: b, c" in note for note in named(fig))


def test_a_tail_wholly_above_the_common_ratio_is_warm():
    means = [known(1.0)] * 3
    cvars = [known(2.0), known(2.0), known(3.0)]
    colors = overview.scatter(["a", "b", "c"], means, cvars).data[-1].marker.color
    assert list(colors) == [palette.MODEL, palette.MODEL, palette.TAIL]


def test_eleven_crowded_labels_do_not_cover_each_other():
    points = [(100.0 + 22 * k, -100.0 - 14 * (k % 4)) for k in range(11)]
    boxes = []
    for (x, y), (dx, dy) in zip(points, overview.places(points, [70.0] * 11), strict=True):
        left = x + dx - (70 if dx < 0 else 0)
        boxes.append((left, y + dy - 8, left + 70, y + dy + 8))
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_a_label_stands_nearer_to_its_own_dot_than_to_another():
    points = [(160.0, -69.0), (203.0, -83.0)]  # a name left of the second would lie over the first
    at = overview.places(points, [64.0, 68.0])
    for k, ((x, y), (dx, dy)) in enumerate(zip(points, at, strict=True)):
        width = (64.0, 68.0)[k]
        left = x + dx - (width if dx < 0 else 0)
        box = (left, y + dy - 8, left + width, y + dy + 8)
        assert overview._gap(box, points[k]) < overview._gap(box, points[1 - k])


@pytest.mark.parametrize("n", [0, 1, 2, 40])
def test_any_number_of_models_is_drawn(n):
    names = [f"m{k}" for k in range(n)]
    many = [known(float(v)) for v in RNG.random(n)]
    assert words(overview.scatter(names, many, many))
    assert words(overview.ranked([Row(a, m) for a, m in zip(names, many, strict=True)]))
    assert words(
        tail.survival(losses(max(n, 1)), "m", VAR, CVAR, others={key: [1.0] for key in names})
    )


# Rows of dots


def test_rows_are_sorted_in_their_group_with_missing_ones_last():
    rows = [Row("low", known(0.1)), Row("gone", missing("no answers")), Row("high", known(0.9))]
    fig = dots.dots(rows)
    assert list(fig.layout.yaxis.ticktext) == ["high", "low", "gone"]
    assert list(fig.layout.yaxis2.ticktext) == ["0.900", "0.100", "—"]


def test_a_missing_row_is_a_dash_with_its_reason_on_hover():
    dash = dots.dots([Row("m", missing("no answers", lost=3))]).data[-1]
    assert dash.text == ("—",)
    assert "no answers" in dash.hovertext[0]
    assert "left out 3" in dash.hovertext[0]


def test_a_value_without_interval_has_no_point():
    fig = dots.dots([Row("m", Measure(0.3, n=4))])
    assert all(len(t.x) == 0 for t in fig.data if t.mode == "markers")
    assert list(fig.layout.yaxis2.ticktext) == ["(0.300)"]


def test_marks_tell_judges_people_and_combined_apart():
    rows = [Row(mark, known(0.5), mark=mark) for mark in ("judge", "human", "combined")]
    shapes = [(t.marker.symbol, t.marker.size) for t in dots.dots(rows).data if t.mode == "markers"]
    assert shapes == [("circle-open", 9), ("circle", 9), ("circle", 7), ("circle-open", 13)]


def test_an_open_interval_runs_to_the_edge_of_the_axis():
    fig = dots.dots([Row("a", Measure(0.5, -math.inf, 0.8)), Row("b", known(0.2))])
    low, high = fig.layout.xaxis.range
    assert all(low <= x <= high for x in fig.data[0].x if x is not None)


def test_a_reference_stays_in_view():
    low, high = dots.span([known(0.5)], also=0.0)
    assert low < 0.0 < high
