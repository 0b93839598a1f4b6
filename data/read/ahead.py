"""Reading ahead: the next part of a file is made while the present one is being used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")


def ahead(parts: Iterable[Part]) -> Iterator[Part]:
    """The same parts, each made by a thread one early; what it raises is raised in its place.

    >>> list(ahead([1, 2]))
    [1, 2]
    """
    rest: Iterator[list[Part]] = ([part] for part in parts)
    none: list[Part] = []
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, rest, none)
        while part := coming.result():
            coming = thread.submit(next, rest, none)
            yield part[0]
