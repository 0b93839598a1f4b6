"""Annotators drawn: confusions, drift and haste."""

from __future__ import annotations

import numpy as np

from components.figures import annotators as figures
from risk.annotators import drift
from risk.measure import Measure, missing


def test_a_confusion_shows_its_counts_and_hands_back_what_was_said() -> None:
    fig = figures.confusion(np.array([[3.0, 1.0], [0.0, 2.0]]), ["refused", "hedged"])
    assert [note.text for note in fig.layout.annotations] == ["3", "1", "2"]
    assert list(fig.data[0].customdata[1]) == ["refused", "hedged"]
    assert "1 of 4: 25 %" in fig.data[0].hovertext[1].replace("\u2009", " ").replace(".0", "")


def test_an_empty_confusion_says_what_is_missing() -> None:
    fig = figures.confusion(np.zeros((2, 2)), ["a", "b"])
    assert "no case of this person" in fig.layout.annotations[0].text
    none = figures.modeled(np.full((2, 2), np.nan), ["a", "b"])
    assert "takes cases" in none.layout.annotations[0].text


def test_a_person_without_a_share_is_a_dash() -> None:
    fig = figures.shares({"ann": Measure(0.5, 0.2, 0.8, 10), "bo": missing("untimed")}, "share")
    assert any("—" in (trace.text or ()) for trace in fig.data)
    assert any("untimed" in str(trace.hovertext) for trace in fig.data)


def test_drift_has_a_row_a_block() -> None:
    fig = figures.drift({"ann": drift([1] * 20 + [0] * 20, blocks=2)})
    dots = next(trace for trace in fig.data if trace.mode == "markers")
    assert list(dots.x) == [1.0, 0.0]
