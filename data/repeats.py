"""Which of several answers to one prompt a row holds, and whether it stood there before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    def many(
        self,
        run_ids: Sequence[str],
        item_ids: Sequence[str],
        asked: Sequence[int | None] | None,
        said: Sequence[str | None],
    ) -> tuple[list[int], Callable[[], None]]:
        """The samples of many rows, and what remembers them all. Refused if one of them repeats.

        `asked` holds the samples where the file numbers them. Not for a file with a row a score.
        """
        samples = [number or 0 for number in asked] if asked is not None else [0] * len(said)
        places = list(map(hash, zip(run_ids, item_ids, samples, strict=True)))
        answers = list(map(hash, said))
        if len(set(places)) == len(places) and self._first.keys().isdisjoint(places):
            return samples, lambda: self._first.update(zip(places, answers, strict=True))
        if self.by_sample:
            raise Refused("a sample stands in this file already")
        trial: dict[int, dict[int, int]] = {}
        for row, (place, answer) in enumerate(zip(places, answers, strict=True)):
            there = trial.get(place)
            if there is None:
                there = trial[place] = {}
                if place in self._first:
                    there[self._first[place]] = 0
                    there.update(self._more.get(place, {}))
            if answer in there:
                raise Refused("an answer stands in this file already")
            there[answer] = samples[row] = len(there)
        return samples, lambda: self._take(trial)

    def _take(self, trial: dict[int, dict[int, int]]) -> None:
        for place, there in trial.items():
            first, *others = there
            self._first.setdefault(place, first)
            if others:
                self._more[place] = {answer: there[answer] for answer in others}
