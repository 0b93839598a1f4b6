"""Batches by length, halved where memory is full."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from scoring import room


@given(st.lists(st.integers(1, 500)), st.integers(1, 2000))
def test_every_row_is_in_one_batch_that_fits(sizes: list[int], space: int) -> None:
    made = room.batches(sizes, space)
    assert sorted(place for batch in made for place in batch) == list(range(len(sizes)))
    for batch in made:
        assert len(batch) == 1 or len(batch) * max(sizes[place] for place in batch) <= space
    longest = [sizes[batch[0]] for batch in made]
    assert longest == sorted(longest, reverse=True)


def test_halves_are_tried_until_they_fit() -> None:
    seen: list[int] = []

    def work(items: Sequence[int]) -> list[int]:
        seen.append(len(items))
        torch.empty(2**50 if len(items) > 2 or 13 in items else 1)
        return [10 * item for item in items]

    full: list[int] = []
    assert room.halved(work, [1, 2, 13, 4, 5], full.append) == [10, 20, None, 40, 50]
    assert seen == [5, 2, 3, 1, 2]
    assert full == [5, 3, 1]


def test_other_errors_are_not_taken_for_full_memory() -> None:
    def work(items: Sequence[int]) -> list[int]:
        torch.ones(2) @ torch.ones(3)
        return list(items)

    with pytest.raises(RuntimeError, match="inconsistent tensor size"):
        room.halved(work, [1, 2])
