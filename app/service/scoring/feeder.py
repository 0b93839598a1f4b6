"""What is left of a job, cut into batches whose size follows the pace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.service.scoring.orders import Order
from app.service.stores import Stores
from db import asked
from db.filter import Case as Key
from scoring.engines import Batch
from scoring.scorer import Case

FIRST, MOST, FIXED = 4, 256, 32
SOON, LATE = 1.0, 4.0
"""Seconds a batch takes at best: long enough that keeping it costs little, short enough that a
person sees it move and a kill loses little."""


class Feeder:
    """The cases that are not kept yet, as batches; no batch spans two runs. `found` is how many are
    neither left nor kept, since another job has landed them.

    `told` of the seconds a batch took, it makes the next ones larger or smaller; `fixed` where all
    of them are drawn before the first is done.
    """

    def __init__(
        self,
        stores: Stores,
        order: Order,
        cases: Sequence[Key],
        kept: Sequence[tuple[int, int]],
        found: set[Key],
        *,
        fixed: bool = False,
    ) -> None:
        self._stores, self._order, self._cases, self._fixed = stores, order, cases, fixed
        there = {place for first, size in kept for place in range(first, first + size)}
        self._todo = [p for p, key in enumerate(cases) if p not in there and key not in found]
        self._size = FIXED if fixed else FIRST
        self.left = len(self._todo)
        self.found = len(cases) - len(there) - self.left
        self.scored = 0

    def keys(self, first: int, size: int) -> Sequence[Key]:
        """The keys of the cases from a place on."""
        return self._cases[first : first + size]

    def told(self, size: int, seconds: float) -> None:
        """A batch of so many cases took so long."""
        self.scored += size
        if self._fixed:
            return
        if seconds < SOON and size >= self._size:
            self._size = min(self._size * 2, MOST)
        elif seconds > LATE:
            self._size = max(self._size // 2, 1)

    def batches(self) -> Iterator[Batch]:
        """Stretches of neighboring cases, each with what the scorer needs to know of it."""
        at = 0
        while at < len(self._todo):
            first = self._todo[at]
            run, end = self._cases[first][0], at + 1
            while (
                end < len(self._todo)
                and end - at < self._size
                and self._todo[end] == first + end - at
                and self._cases[self._todo[end]][0] == run
            ):
                end += 1
            keys = self._cases[first : first + end - at]
            yield Batch(first, tuple(self._read(keys)))
            at = end

    def _read(self, keys: Sequence[Key]) -> list[Case]:
        if self._order.makes == "prompts":
            items = [item for _, item, _ in keys]
            rows = asked.prompts(self._stores.warehouse, self._order.dataset, items)
        else:
            rows = asked.answers(self._stores.warehouse, keys)
        return [case(row) for row in rows]


def case(row: dict[str, Any]) -> Case:
    """A row of the warehouse as a scorer is given it."""
    return Case(
        item_id=row["item_id"], prompt=row["prompt"] or "", sample=row.get("sample", 0),
        response=row.get("response"), finish=row.get("finish"),
        choices=tuple(map(str, row["choices"] or ())), target=row["target"],
        category=row["category"], should_abstain=row["should_abstain"],
        tags=dict(row["tags"] or {}), meta=row.get("meta") or {},
    )  # fmt: skip
