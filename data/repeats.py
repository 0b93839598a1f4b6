"""Which of several answers to one prompt a row holds, and whether it stood there before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from data.check import Refused


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a row belongs: its place in the memory, its answer, its sample."""

    place: int
    answer: int
    sample: int


@dataclass(slots=True)
class Repeats:
    """What a file has said so far, by hashes, so that a long file stays small in memory.

    `by_sample`: the file numbers its samples itself. `scores`: it has a row a score, so that an
    answer that stands there already is no repeat but its next score.
    """

    by_sample: bool
    scores: bool
    _first: dict[int, int] = field(default_factory=dict)
    _more: dict[int, dict[int, int]] = field(default_factory=dict)
    _scored: set[int] = field(default_factory=set)

    def place(
        self, run_id: str, item_id: str, asked: int | None, said: str | None
    ) -> tuple[Mark, bool]:
        """The row's sample, and whether its answer is there already. Refused if it repeats."""
        answer, sample = hash(said), (asked or 0) if self.by_sample else 0
        place = hash((run_id, item_id, sample))
        if place not in self._first:
            return Mark(place, answer, sample), False
        same = self._first[place] == answer
        if not self.by_sample and not same:
            known = self._more.get(place, {})
            same = answer in known
            sample = known.get(answer, len(known) + 1)
        if same and self.scores:
            return Mark(place, answer, sample), True
        if same:
            with_it = "" if said is None else ", with the same answer"
            raise Refused(f"item {item_id} stands in this file already{with_it}")
        if self.by_sample:
            raise Refused(f"item {item_id}, sample {sample} stands in this file already")
        return Mark(place, answer, sample), False

    def keep(self, mark: Mark, scores: list[tuple[Any, ...]]) -> None:
        """Remembers a row. Raises Refused where it repeats a score, and then remembers nothing."""
        if self.scores:
            marks = {hash(score[:5]) for score in scores}
            if marks & self._scored:
                _, item_id, sample, dimension, scorer = scores[0][:5]
                raise Refused(
                    f"item {item_id}, sample {sample} has its {dimension} by {scorer} already"
                )
            self._scored |= marks
        if mark.place not in self._first:
            self._first[mark.place] = mark.answer
        elif self._first[mark.place] != mark.answer:
            self._more.setdefault(mark.place, {})[mark.answer] = mark.sample
