"""Rows of a file that belong together, wherever in the file they stand, in flat memory."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from data.read.line import Line

Rows = Callable[[], Iterator[Line]]


def groups(
    rows: Rows, key: Callable[[Line], Hashable | None]
) -> Iterator[tuple[Hashable | None, list[Line]]]:
    """The rows of one key together, as soon as the last of them has been read.

    `rows` is called twice: the first reading learns where each key ends, by hashes; only keys that
    are still open are held. A row whose key is None stands alone, as does one that was refused.

    >>> def told(): return iter([Line(1, {"k": 1}), Line(2, {"k": 2}), Line(3, {"k": 1})])
    >>> [(k, [r.number for r in held]) for k, held in groups(told, lambda row: row.record["k"])]
    [(2, [2]), (1, [1, 3])]
    """
    last: dict[int, int] = {}
    for place, row in enumerate(rows()):
        if not row.why and (found := key(row)) is not None:
            last[hash(found)] = place
    held: dict[Hashable, list[Line]] = {}
    for place, row in enumerate(rows()):
        found = None if row.why else key(row)
        if found is None:
            yield None, [row]
            continue
        held.setdefault(found, []).append(row)
        if last.get(hash(found)) == place:
            yield found, held.pop(found)
    yield from held.items()  # a file that changed between the two readings loses nothing
