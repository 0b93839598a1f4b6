"""Near-duplicates in little memory: every pair that shares a band and is alike, or too many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data import near
from data.bands import Bands


def aside(folder: Path, places: np.ndarray, marks: np.ndarray, rows: int) -> Bands:
    """The signatures, taken in by three parts, in another order than that of their places."""
    found = Bands(folder, rows)
    for part in np.array_split(np.random.default_rng(1).permutation(len(places)), 3):
        found.add(places[part], marks[part])
    return found


def plain(places: np.ndarray, marks: np.ndarray, rows: int, threshold: float) -> list[list[int]]:
    """The same in loops, pair by pair."""
    found = set()
    for first in range(0, marks.shape[1] - rows + 1, rows):
        buckets: dict[bytes, list[int]] = {}
        for k, mark in enumerate(marks):
            before = buckets.setdefault(mark[first : first + rows].tobytes(), [])
            for other in {*before[:1], *before[-1:]}:
                if (mark == marks[other]).mean() >= threshold:
                    found.add((int(places[k]), int(places[other])))
            before.append(k)
    return [list(pair) for pair in sorted(found)]


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.95])
def test_pairs_are_those_of_plain_loops(tmp_path: Path, threshold: float) -> None:
    draw = np.random.default_rng(2)
    marks = np.tile(draw.integers(0, 9, 128).astype(np.uint32), (60, 1))
    marks[:] = np.where(
        draw.random(marks.shape) < draw.random((60, 1)) / 2, draw.integers(9), marks
    )
    places, rows = np.arange(60) * 7 + 3, near.rows(threshold)
    found = aside(tmp_path, places, marks, rows).pairs(threshold)
    assert found.tolist() == plain(places, marks, rows, threshold)
    assert len(found) > 10


def test_nothing_to_compare_has_no_pairs(tmp_path: Path) -> None:
    assert Bands(tmp_path, 5).pairs(0.8).tolist() == []


def test_more_pairs_than_memory_holds_are_a_memory_error(tmp_path: Path) -> None:
    marks = np.zeros((20, 128), np.uint32)
    with pytest.raises(MemoryError, match="more than 10 pairs"):
        aside(tmp_path, np.arange(20), marks, 5).pairs(0.8, most=10)
