"""Figures of belief and abstention: what each mark carries, and what is said where nothing is."""

from __future__ import annotations

import json
import math
import re

import numpy as np

from components.figures import belief, coverage, matrix, reliability
from risk import calibration
from risk.abstain import Matrix
from risk.coverage import curve, rank

RNG = np.random.default_rng(5)
MASSES = RNG.dirichlet([1, 1, 1], 60)
SCORE = (MASSES[:, 0] - MASSES[:, 1]) * (1 - MASSES[:, 2])
HOSTILE = '<img src=x onerror="1">%{x}'


def carried(fig):
    """The customdata of every mark."""
    return [
        one
        for trace in fig.data
        for one in (trace.customdata if trace.customdata is not None else ())
    ]


def said(fig):
    return json.dumps(fig.to_plotly_json(), default=str, ensure_ascii=False)


def test_every_answer_is_a_point_of_the_triangle_that_opens_it():
    fig = belief.triangle(MASSES, SCORE, 0.5)
    assert sorted(one[1] for one in carried(fig)) == list(range(60))
    below, above = (t for t in fig.data if t.mode == "markers")
    assert all(x < 0 for x in below.x)
    assert all(x >= 0 for x in above.x)


def test_the_line_of_the_loadings_parts_the_triangle_where_the_score_turns():
    l_c, l_w = 1, 3
    score = (l_c * MASSES[:, 0] - l_w * MASSES[:, 1]) * (1 - MASSES[:, 2])
    fig = belief.triangle(MASSES, score, l_w / (l_c + l_w))
    dotted = next(t for t in fig.data if t.line.dash == "dot")
    (top, base), (up, down) = dotted.x, dotted.y
    for trace in (t for t in fig.data if t.mode == "markers"):
        edge = top + (up - np.array(trace.y)) / (up - down) * (base - top)
        right = np.array(trace.x) >= edge - 1e-9
        assert right.all() if trace.name == "0 or above" else not right.any()


def test_a_large_triangle_is_thinned_and_says_so():
    many = np.tile(MASSES, (100, 1))
    fig = belief.triangle(many, np.tile(SCORE, 100), 0.5)
    assert len(carried(fig)) == belief.MOST
    assert "of them drawn" in said(fig)


def test_bars_hold_every_answer_once_and_part_at_nothing():
    for low, high in ((-1, 1), (-2, 1), (-0.1, 5)):
        value = np.clip(SCORE * 3, low, high)
        fig = belief.histogram(value, low, high)
        assert sum(fig.data[0].y) == 60
        assert not any(a < -1e-9 and b > 1e-9 for _, a, b in carried(fig))


def test_the_diagram_marks_the_bins_whose_interval_misses_the_diagonal():
    p = np.repeat([0.15, 0.95], 100)
    y = np.concatenate([RNG.random(100) < 0.15, RNG.random(100) < 0.3]).astype(float)
    fig = reliability.diagram(calibration.reliability(p, y), lost=3)
    marks = next(t for t in fig.data if t.type == "scatter" and t.mode == "markers")
    assert list(marks.marker.symbol) == ["circle", "diamond"]
    assert [one[1] for one in marks.customdata] == [0, 1]
    assert "left out 3" in said(fig)


def test_the_curve_carries_the_confidence_of_each_point_beside_other_models():
    found = curve(rank([0.9, 0.8, 0.8, 0.6, 0.5], [1, 1, 0, 1, 0]))
    fig = coverage.risk_coverage(found, 5, bar=0.7, others={HOSTILE: found})
    assert [one[1] for one in carried(fig)] == [0.9, 0.8, 0.6, 0.5]
    assert "bar 0.700: risk 33.3" in said(fig)
    assert "<img" not in said(fig)


def test_the_matrix_shows_a_tile_a_cell_and_no_empty_column():
    fig = matrix.matrix(Matrix(5, 2, 1, 3, 4))
    assert {one[1] for one in carried(fig)} == {"tp", "fp1", "fn", "fp2", "tn"}
    assert "62.5" in said(fig)
    with_gap = matrix.matrix(Matrix(5, 2, 1, 3, 4, unjudged=6, lost=9))
    assert "unjudged" in {one[1] for one in carried(with_gap)}
    assert "left out 9" in said(with_gap)


def test_a_row_of_nothing_has_a_dash_and_no_rate_of_zero():
    fig = matrix.matrix(Matrix(5, 2, 1, 0, 0))
    assert sum("—" in note.text for note in fig.layout.annotations) == 2
    assert "<b>0</b><br>0" not in "".join(note.text for note in fig.layout.annotations)


def test_every_figure_says_why_there_is_nothing_to_draw():
    nothing = np.full((3, 3), math.nan)
    for fig in (
        belief.triangle(nothing, nothing[:, 0], 0.5),
        belief.histogram(nothing[:, 0], -1, 1),
        reliability.diagram(calibration.reliability([], [])),
        coverage.risk_coverage(None, 0),
        matrix.matrix(None),
    ):
        assert re.search(r"No \w+", fig.layout.annotations[0].text)
