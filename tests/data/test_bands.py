"""Near-duplicates in little memory: every pair that shares a band and is alike, or too many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data import near
from data.bands import Bands
from risk import family


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


def made(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Places and signatures of texts that are alike in several crowds."""
    draw = np.random.default_rng(4)
    marks = draw.integers(0, 2**32, (4, 128)).astype(np.uint32)[draw.integers(0, 4, n)]
    other = draw.random(marks.shape) < draw.random((n, 1)) / 4
    marks[other] = draw.integers(0, 2**32, int(other.sum()))
    return np.arange(n) * 3, marks


def test_families_are_those_of_all_pairs(tmp_path: Path) -> None:
    places, marks = made(300)
    found = aside(tmp_path, places, marks, 5)
    _, whole = family.families(np.concatenate([found.pairs(0.8), np.stack([places] * 2, 1)]))
    linked = found.linked(0.8, family.families)
    _, short = family.families(np.concatenate([linked, np.stack([places] * 2, 1)]))
    assert short.tolist() == whole.tolist()
    assert len(linked) < len(found.pairs(0.8)) / 2


def test_band_by_band_every_text_that_falls_is_like_an_earlier_one(tmp_path: Path) -> None:
    places, marks = made(300)
    found = aside(tmp_path, places, marks, 5)
    fallen = set(found.gone(0.8, family.repeats).tolist())
    pairs = found.pairs(0.8)
    assert fallen <= set(pairs[:, 0].tolist())
    kept = [k for k, place in enumerate(places.tolist()) if place not in fallen]
    likeness = (marks[kept][:, None] == marks[kept][None]).mean(axis=2) - np.eye(len(kept))
    held = set(family.repeats(pairs).tolist())
    assert (likeness >= 0.8).sum() <= 2
    assert abs(len(fallen) - len(held)) < 10


def test_nothing_to_compare_has_no_pairs(tmp_path: Path) -> None:
    none = Bands(tmp_path, 5)
    assert none.pairs(0.8).tolist() == none.linked(0.8, family.families).tolist() == []
    assert none.gone(0.8, family.repeats).tolist() == []


def test_more_pairs_than_memory_holds_are_a_memory_error(tmp_path: Path) -> None:
    marks = np.zeros((20, 128), np.uint32)
    with pytest.raises(MemoryError, match="more than 10 pairs"):
        aside(tmp_path, np.arange(20), marks, 5).pairs(0.8, most=10)
