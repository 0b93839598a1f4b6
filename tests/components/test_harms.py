"""Figures of harm: what is drawn, what is left out and said, what comes back on a click."""

from __future__ import annotations

import numpy as np

from components.figures import grades, harms
from risk.grade import graded
from risk.interval import rate
from risk.measure import missing
from risk.verdict import exact


def traces(fig, mode):
    """The traces drawn in this mode."""
    return [one for one in fig.data if one.type == "scatter" and one.mode == mode]


def test_a_point_without_both_numbers_is_counted_and_not_drawn():
    points = [
        harms.Point("a", rate(1, 10), rate(2, 10)),
        harms.Point("b", rate(1, 10), missing("nobody said")),
    ]
    fig = harms.plane(points, "refused", "harmful", empty="nothing")
    (dots,) = traces(fig, "markers+text")
    assert [one[0] for one in dots.customdata] == ["a"]
    assert "1 of 2 not known on both" in fig.layout.annotations[0].text


def test_nothing_to_draw_is_said():
    fig = harms.plane([], "x", "y", empty="no categories")
    assert fig.layout.annotations[0].text == "no categories"


def test_names_are_plain_text_and_never_cover_each_other():
    points = [harms.Point(f"<b>{n}</b>", rate(n, 40), rate(3, 40)) for n in range(12)]
    (dots,) = traces(harms.plane(points, "x", "y", empty=""), "markers+text")
    assert all("<" not in text for text in dots.text)
    assert "" in dots.text  # where there is no room the name is left to hovering


def test_many_points_in_one_corner_are_told_by_the_last_of_them():
    points = [harms.Point(f"sexual_orientation_{n}", rate(0, 40), rate(0, 10)) for n in range(8)]
    points.append(harms.Point("stereotype", rate(16, 40), rate(0, 40)))
    (dots,) = traces(harms.plane(points, "x", "y", empty=""), "markers+text")
    assert dots.text[7:] == ("sexual_orientation_7 and 7 more", "stereotype")
    assert dots.textposition[7] == "top right"


def test_the_curve_of_flags_marks_the_regimes_and_comes_back_with_its_cut():
    cuts = np.arange(101.0)
    fig = harms.strictness(
        cuts, 1 - cuts / 100, 50, at=50, fixed={"strict": 20}, others={"owl": cuts / 100}
    )
    (line,) = traces(fig, "lines+markers")
    assert line.customdata[20] == ["above", 20.0]
    assert any(note.text == "strict" for note in fig.layout.annotations)
    nothing = harms.strictness(cuts, np.full(101, np.nan), 0, at=50, fixed={})
    assert "No harm score" in nothing.layout.annotations[0].text


def test_a_grade_card_has_a_letter_a_tile_and_a_dash_where_none_is_defined():
    card = {
        "owl": {"hte": graded(exact(95, 100), 0.9), "": graded(exact(70, 100), 0.9)},
        "fox": {"hte": graded(exact(5, 10), 1.0)},
    }
    fig = grades.grades(card, {"hte": "Hate"})
    (tiles,) = traces(fig, "markers+text")
    told = dict(zip(map(tuple, tiles.customdata), tiles.text, strict=True))
    assert told == {
        ("grade", "owl", ""): "F", ("grade", "owl", "hte"): "VG", ("grade", "fox", "hte"): "—",
    }  # fmt: skip
    assert list(fig.layout.xaxis.ticktext) == ["<b>overall</b>", "Hate"]
    assert "has a verdict" in grades.grades({}, {}).layout.annotations[0].text
