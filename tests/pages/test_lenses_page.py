"""The Lenses page: what can look at the data, what cannot and why, and what is found."""

from __future__ import annotations

from pathlib import Path

from tests.pages.test_pages import Door, whole


def test_a_lens_is_looked_through_on_the_sample_data(door: Door, sample: Path) -> None:
    app = whole(door(sample, "lenses", lens="xstest"))
    assert "lenses can look at what is loaded" in app.markdown[0].value
    app = whole(door(sample, "lenses", about="2601.21235"))
    assert app.selectbox(key="lens").options == ["sharp"]
    assert app.selectbox(key="measure").value == "mean"
    whole(app.selectbox(key="measure").set_value("cvar").run())


def test_words_no_lens_speaks_of_leave_a_hint(door: Door, sample: Path) -> None:
    app = whole(door(sample, "lenses", about="zzz"))
    assert "No lens fits" in app.info[0].value


def test_with_nothing_loaded_each_lens_says_what_it_lacks(door: Door, tmp_path: Path) -> None:
    app = whole(door(tmp_path / "none", "lenses", about="sharp"))
    assert any("feed this lens" in one.value for one in app.markdown)
