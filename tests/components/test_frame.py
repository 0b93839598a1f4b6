"""How numbers and untrusted names are written in figures, and the frame around them."""

import math

import pytest

from components.figures import frame
from risk.measure import Measure

HOSTILE = '<b onclick="x">m</b><a href="javascript:alert(1)">%{x}&lt;</a>\x00\u202e\nend'


def test_numbers_have_three_digits_and_thin_spaces():
    said = [frame.number(x) for x in (1234.5, 999.6, 12345678.0, -math.inf, 0.000123)]
    assert said == ["1\u2009230", "1\u2009000", "1.23×10⁷", "−∞", "0.000123"]


def test_missing_is_a_dash_in_every_format():
    for show in (frame.number, frame.percent, frame.nats):
        assert show(math.nan) == "—"


def test_a_value_without_interval_says_so():
    assert frame.interval(Measure(0.3, n=4)) == "0.300 (no interval)"


def test_plain_leaves_no_tag_no_control_character_and_no_direction_change():
    text = frame.plain(HOSTILE, 500)
    assert "<" not in text
    assert ">" not in text
    assert not {"\x00", "\u202e", "\n"} & set(text)
    assert "&amp;lt;" in text


def test_a_long_name_is_cut_before_it_is_escaped():
    assert frame.plain("&" * 100, 5) == "&amp;" * 4 + "…"


@pytest.mark.parametrize("name", ["", "   ", "\u200b"])
def test_an_empty_name_becomes_a_dash(name):
    assert frame.plain(name) == "—"


def test_the_toolbar_saves_pictures_and_shows_no_logo():
    assert frame.CONFIG["displaylogo"] is False
    removed = frame.CONFIG["modeBarButtonsToRemove"]
    assert "pan2d" in removed
    assert not {"toImage", "resetScale2d"} & set(removed)
    assert "modeBarButtons" not in frame.CONFIG, "a fixed list would leave out the full screen"
    assert frame.config("tail", "png")["toImageButtonOptions"]["format"] == "png"
    assert frame.CONFIG["toImageButtonOptions"]["format"] == "svg"


def test_ink_colors_the_text_of_a_known_theme_only():
    assert frame.ink(frame.figure(100), "dark").layout.font.color == "#d3d9df"
    assert frame.ink(frame.figure(100), None).layout.font.color is None


def test_a_number_without_an_interval_says_why():
    said = frame.interval(Measure(0.9, why="contests over few items"))
    assert said == "0.900 (no interval: contests over few items)"
    assert "95\u2009% interval" in frame.interval(Measure(0.9, 0.8, 1.0, why="few items"))


def test_a_caution_stands_beside_the_interval_it_is_about():
    few = Measure(0.9, 0.8, 1.0, why="few items: the interval may be too short")
    said = frame.about("risk", few)
    assert said.endswith("left out 0<br>few items: the interval may be too short")
    assert "by label" not in frame.about("risk", Measure(0.9, 0.8, 1.0, why="by label"))
    assert frame.beware(Measure(0.9, why="no interval of it would hold")) == []
