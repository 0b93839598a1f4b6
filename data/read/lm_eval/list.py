"""Samples as lm-evaluation-harness wrote them up to 0.4.2: one JSON list, filters not named.

The lines of a further filter follow those of the first, with the same documents again. What they
add (metrics, the filtered answer) is held in memory, up to a limit; the list itself streams by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from data.check import Refused
from data.read import loose, pieces
from data.read.formats import Entry
from data.read.line import refused
from data.read.lm_eval import line as lm_eval_line
from data.read.lm_eval.line import KNOWN, Line, Task
from data.read.source import Source
from data.trouble import Trouble

HELD = 128 * 2**20
"""Bytes of what further filters add that are held at a time."""


def answers(source: Source, task: Task, filters: Sequence[str]) -> Iterator[Entry]:
    """The answers of the list; `filters` names its filters in order, as far as they are known."""
    more = _further(source)
    names = filters if len(filters) > max(map(len, more.values()), default=0) else ()
    seen: set[str] = set()
    for number, entry in _entries(source):
        try:
            doc = lm_eval_line.key(_line(entry))[0]
            if doc in seen:
                continue  # its scores went with the document's first line
            seen.add(doc)
            lines = [_line(entry), *more.get(doc, ())]
            named = [{**one, "filter": _name(n, names, lines)} for n, one in enumerate(lines)]
            yield from lm_eval_line.answers(number, named[0], named[1:], task)
        except Refused as error:
            yield refused(number, str(error), entry)


def _name(place: int, names: Sequence[str], lines: Sequence[Line]) -> str:
    if place < len(names):
        return names[place]
    return f"filter {place + 1}" if len(lines) > 1 else "none"


def _further(source: Source) -> dict[str, list[Line]]:
    """What the second and later lines of each document add."""
    found: dict[str, list[Line]] = defaultdict(list)
    seen: set[str] = set()
    size = 0
    for number, entry in _entries(source):
        try:
            line = _line(entry)
            doc = lm_eval_line.key(line)[0]
        except Refused:
            continue  # it is told when the line is read
        if doc in seen:
            added = {n: v for n, v in line.items() if n not in KNOWN or n == "filtered_resps"}
            found[doc].append(added | {"doc_id": doc})
            size += len(str(added))
            if size > HELD:
                raise Trouble(
                    f"{source.name}, entry {number}: what its filters add takes more than "
                    f"{HELD:,} bytes",
                    "split the list by filter",
                )
        seen.add(doc)
    return found


def _entries(source: Source) -> Iterator[tuple[int, Any]]:
    with source.binary() as stream:
        for number, (_, raw) in enumerate(pieces.members(stream, [""], source.name), start=1):
            try:
                yield number, loose.loads(raw)
            except ValueError as error:
                raise Trouble(
                    f"{source.name}, entry {number} is not JSON: {error}",
                    "write or download it again",
                ) from error


def _line(entry: Any) -> Line:
    if not isinstance(entry, dict):
        raise Refused(f"not an object but {type(entry).__name__}")
    return entry
