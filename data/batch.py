"""What a reader hands on: rows of the contract, table by table, a few thousand at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, overload

Row = tuple[Any, ...]

FIELDS: dict[str, tuple[str, ...]] = {
    "items": ("dataset", "item_id", "prompt", "category", "target", "choices", "answerable",
              "should_abstain", "tags"),
    "outputs": ("run_id", "item_id", "sample", "response", "option_logprobs", "finish", "n_tokens",
                "meta"),
    "scores": ("run_id", "item_id", "sample", "dimension", "scorer", "value", "raw", "up"),
    "steps": ("run_id", "item_id", "sample", "step", "role", "content", "state", "flags"),
    "labels": ("run_id", "item_id", "sample", "person", "field", "value"),
    "acts": ("run_id", "item_id", "sample", "act", "origin", "why"),
    "reported": ("run_id", "metric", "value", "how", "dimension", "scorer"),
    "refused": ("line", "why", "raw"),
}  # fmt: skip
"""Table -> the fields of its rows, in order."""


class Same(Sequence[Any]):
    """One value, so many times: a column that holds the same in every row.

    >>> list(Same("owl", 2))
    ['owl', 'owl']
    """

    __slots__ = ("size", "value")

    def __init__(self, value: Any, size: int) -> None:
        self.value, self.size = value, size

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[Any]:
        return repeat(self.value, self.size)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Same: ...
    def __getitem__(self, place: int | slice) -> Any:
        rows = range(self.size)[place]
        return Same(self.value, len(rows)) if isinstance(rows, range) else self.value


Columns = list[Sequence[Any]]
"""The columns of a table, in the order of FIELDS: the same as rows, turned."""


@dataclass(frozen=True, slots=True)
class Run:
    """One model's answers to one data set, as one file holds them."""

    run_id: str
    model: str | None
    revision: str | None
    dataset: str


@dataclass(slots=True)
class Batch:
    """Rows by table, the runs seen so far, and how much of the file has been read (0 to 1).

    `columns` holds more rows, column by column, as (table, columns).
    """

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in FIELDS})
    runs: dict[str, Run] = field(default_factory=dict)
    lines: int = 0
    position: float = 0.0
    columns: list[tuple[str, Columns]] = field(default_factory=list)
