"""Conversations of Inspect samples, also where a log keeps messages and long texts in pools."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

from data.check import LARGEST
from data.read import loose
from data.read.inspect.text import REFERENCES, entries, first, table
from data.read.packed import Archive
from data.trouble import Trouble

CHUNK = 64 * 2**20
"""Bytes one chunk of a sample may hold; it is held in memory whole."""
SHELL = re.compile(r"samples/.*_epoch_[0-9]+/sample\.json", re.DOTALL)
"""A sample that is stored in chunks: this member, and others under the same prefix."""
PART = re.compile(
    r"(samples/.*_epoch_[0-9]+/(?:messages|attachments))/(0|[1-9][0-9]{0,8})\.json", re.DOTALL
)
LONGEST = 1_000_000
"""Messages of one conversation."""


def messages(body: dict[str, Any]) -> list[Any]:
    """The conversation; of a sample without one, what its last call of the model was given."""
    if held := entries(body.get("messages")):
        return held
    events = entries(body.get("events")) or entries(table(body.get("transcript")).get("events"))
    calls = [event for event in map(table, events) if event.get("event") == "model"]
    if not calls:
        return []
    pool = body.get("message_pool") or table(body.get("events_data")).get("messages")
    given = entries(calls[-1].get("input")) or picked(calls[-1].get("input_refs"), entries(pool))
    choice = first(table(calls[-1].get("output")).get("choices"))
    return [*given, *filter(None, [choice.get("message")])]


def picked(refs: Any, pool: list[Any]) -> list[Any]:
    """The messages of a pool that `refs` points to, as half-open ranges.

    >>> picked([[0, 1], [2, 4]], ["a", "b", "c", "d"])
    ['a', 'c', 'd']
    """
    found: list[Any] = []
    for begin, end in spans(refs):
        if len(found) > len(pool):  # the same messages over and over: no conversation
            break
        found += pool[begin:end]
    return found


def spans(refs: Any) -> list[tuple[int, int]]:
    """References into a pool as half-open ranges; what is no range is left out."""
    return [
        (ref[0], ref[1])
        for ref in entries(refs)
        if isinstance(ref, list) and len(ref) == 2
        if all(isinstance(end, int) and 0 <= end <= LARGEST for end in ref)
    ]


class Chunks:
    """One sequence of a sample that is stored in chunks, each named by its first index."""

    def __init__(self, archive: Archive, folder: str, names: dict[str, list[int]]) -> None:
        """`names` gives the chunks' first indices by folder."""
        self._archive, self._folder = archive, folder
        self._starts = names.get(folder, [])
        self._at, self._held = -1, list[Any]()

    def __getitem__(self, index: int) -> Any:
        """The entry at `index`. Raises IndexError without one, Trouble for a damaged chunk."""
        place = bisect_right(self._starts, index) - 1
        if place < 0:
            raise IndexError(index)
        if self._at != place:
            self._held, self._at = self._read(self._starts[place]), place
        return self._held[index - self._starts[place]]

    def resolve(self, text: str) -> str:
        """Puts an attachment back: here a reference counts instead of naming a hash."""
        if text.startswith(REFERENCES):
            index = text.partition("://")[2]
            try:
                found = self[int(index)] if index.isdecimal() and len(index) < 10 else text
            except IndexError:
                return text
            return found if isinstance(found, str) else text
        return text

    def picked(self, refs: Any) -> list[Any]:
        """The entries `refs` points to, as half-open ranges."""
        found = []
        for begin, end in spans(refs):
            for index in range(begin, end):
                try:
                    found.append(self[index])
                except IndexError:
                    break
                if len(found) > LONGEST:
                    raise Trouble(f"it refers to more than {LONGEST:,} messages", "split the log")
        return found

    def _read(self, start: int) -> list[Any]:
        name = f"{self._folder}/{start}.json"
        try:
            return entries(loose.loads(self._archive.read(name, CHUNK)))
        except ValueError as error:
            raise Trouble(f"its member {name!r} is not JSON: {error}", "write it again") from error


def chunks(names: list[str]) -> dict[str, list[int]]:
    """Folder -> the first indices of its chunks, in order.

    >>> chunks(["samples/a_epoch_1/messages/1000.json", "samples/a_epoch_1/messages/0.json"])
    {'samples/a_epoch_1/messages': [0, 1000]}
    """
    found: dict[str, list[int]] = {}
    for name in names:
        if key := PART.fullmatch(name):
            found.setdefault(key[1], []).append(int(key[2]))
    return {folder: sorted(starts) for folder, starts in found.items()}
