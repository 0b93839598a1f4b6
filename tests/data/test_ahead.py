"""Reading ahead changes when a part is made, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data.read.ahead import ahead


def test_parts_come_in_their_order_and_an_error_in_its_place() -> None:
    def made() -> Iterator[int]:
        yield from (0, 1, 2)
        raise ValueError("the fourth is broken")

    coming = ahead(made())
    assert [next(coming), next(coming), next(coming)] == [0, 1, 2]
    with pytest.raises(ValueError, match="fourth"):
        next(coming)


def test_who_leaves_early_has_one_more_made_and_not_the_rest() -> None:
    made: list[int] = []

    def parts() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    coming = iter(ahead(parts()))
    assert next(coming) == 0
    coming.close()  # type: ignore[attr-defined]
    assert made in ([0], [0, 1])
