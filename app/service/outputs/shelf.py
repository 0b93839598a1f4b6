"""What is kept in memory of cases: fetched many at a time, before it is asked for.

What an answer says never changes, so what was fetched once stays good.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from db.filter import Case

Kept = TypeVar("Kept")
Fetch = Callable[[Sequence[Case], Sequence[Case]], tuple[dict[Case, Kept], dict[Case, Kept]]]
"""(missing, later) -> those found of both, and what to take for the missing that are not there."""

AHEAD = 64
"""Cases fetched in one question: it takes as long as for one."""
AGAIN = 10.0
"""Seconds until an answer that was missing is looked for once more."""
_background = ThreadPoolExecutor(1, "shelf")


class Shelf(Generic[Kept]):
    """Things by case, the least asked for leaving first where they weigh more than `most`."""

    def __init__(self, most: int, weight: Callable[[Kept], int]) -> None:
        self._most = most
        self._weight = weight
        self._found: OrderedDict[Case, Kept] = OrderedDict()
        self._gone: dict[Case, tuple[float, Kept]] = {}
        self._size = 0
        self._lock = threading.Lock()
        self._fetching = threading.Lock()

    def ask(
        self, cases: Sequence[Case], ahead: Sequence[Case], fetch: Fetch[Kept]
    ) -> dict[Case, Kept]:
        """Case -> what is known of it; those `ahead` are fetched before they are asked for."""
        here = self._take(cases)
        later = [case for case in ahead if case not in self._found]
        if len(here) < len(set(cases)):
            with self._fetching:  # of many who miss the same, one asks
                here = self._take(cases)
                if missing := [case for case in cases if case not in here]:
                    here |= self._fetch(missing, later, fetch)
        elif len(later) > AHEAD // 2 and not self._fetching.locked():
            _background.submit(self._before, later, fetch)
        return here

    def _before(self, cases: Sequence[Case], fetch: Fetch[Kept]) -> None:
        with self._fetching:
            if wanted := [case for case in cases if case not in self._found]:
                self._fetch((), wanted, fetch)

    def _fetch(
        self, missing: Sequence[Case], later: Sequence[Case], fetch: Fetch[Kept]
    ) -> dict[Case, Kept]:
        found, gone = fetch(missing, later)
        self._put(found)
        with self._lock:
            self._gone |= {case: (time.monotonic(), what) for case, what in gone.items()}
        return gone | {case: found[case] for case in missing if case in found}

    def _take(self, cases: Sequence[Case]) -> dict[Case, Kept]:
        with self._lock:
            here = {case: self._found[case] for case in cases if case in self._found}
            for case in here:
                self._found.move_to_end(case)
            since = time.monotonic() - AGAIN
            self._gone = {case: told for case, told in self._gone.items() if told[0] > since}
            return here | {case: self._gone[case][1] for case in cases if case in self._gone}

    def _put(self, new: Mapping[Case, Kept]) -> None:
        with self._lock:
            for case, what in new.items():
                if case not in self._found:
                    self._size += self._weight(what)
                    self._found[case] = what
            while self._size > self._most and len(self._found) > 1:
                self._size -= self._weight(self._found.popitem(last=False)[1])
