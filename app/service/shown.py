"""The texts people label, brought before they are asked for and kept a while."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from app.service.stores import Stores
from db import texts
from db.filter import Case

AHEAD = 64
"""Cases fetched in one question: it takes as long as for one."""
AGAIN = 10.0
"""Seconds until an answer that was missing is looked for once more."""
KEPT = 20_000_000
"""Characters of text kept for a pair of stores."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is shown of one answer; `sha256` is of prompt, a NUL and response as they stand."""

    prompt: str
    response: str
    finish: str
    category: str
    dataset: str
    sha256: str


class _Shelf:
    """Texts by case, the least asked for leaving first. An answer once kept never changes."""

    def __init__(self) -> None:
        self.found: OrderedDict[Case, Text] = OrderedDict()
        self.gone: dict[Case, tuple[float, Text]] = {}
        self.size = 0
        self.lock = threading.Lock()
        self.fetching = threading.Lock()

    def take(self, cases: Sequence[Case]) -> dict[Case, Text]:
        """Those that are here."""
        with self.lock:
            here = {case: self.found[case] for case in cases if case in self.found}
            for case in here:
                self.found.move_to_end(case)
            since = time.monotonic() - AGAIN
            self.gone = {case: told for case, told in self.gone.items() if told[0] > since}
            here |= {case: self.gone[case][1] for case in cases if case in self.gone}
        return here

    def miss(self, gone: dict[Case, Text]) -> None:
        """Remembers for AGAIN seconds that there are no answers."""
        with self.lock:
            self.gone |= {case: (time.monotonic(), text) for case, text in gone.items()}

    def put(self, new: dict[Case, Text]) -> None:
        """Keeps these, and lets the oldest go where it is too much."""
        with self.lock:
            for case, text in new.items():
                if case not in self.found:
                    self.size += _size(text)
                self.found[case] = text
            while self.size > KEPT and len(self.found) > 1:
                self.size -= _size(self.found.popitem(last=False)[1])


_shelves: WeakKeyDictionary[Any, _Shelf] = WeakKeyDictionary()
_opening = threading.Lock()
_background = ThreadPoolExecutor(1, "texts")


def _size(text: Text) -> int:
    return len(text.prompt) + len(text.response)


def several(
    stores: Stores, cases: Sequence[Case], ahead: Callable[[], Sequence[Case]] = tuple
) -> dict[Case, Text]:
    """Case -> its text, empty where there is no such answer.

    Those `ahead` are fetched in the background before they are asked for. An answer that is missing
    is asked for again after a while, since it may be loaded.
    """
    with _opening:
        shelf = _shelves.setdefault(stores.ledger, _Shelf())
    here = shelf.take(cases)
    later = [case for case in ahead() if case not in shelf.found]
    if len(here) < len(cases):
        with shelf.fetching:  # of many who miss the same, one asks
            here = shelf.take(cases)
            if missing := [case for case in cases if case not in here]:
                here |= _fetch(stores, shelf, missing, later)
    elif len(later) > AHEAD // 2 and not shelf.fetching.locked():
        _background.submit(_before, stores, shelf, later)
    return here


def _before(stores: Stores, shelf: _Shelf, cases: Sequence[Case]) -> None:
    """Fetches what will be asked for, unless somebody has meanwhile."""
    with shelf.fetching:
        if cases := [case for case in cases if case not in shelf.found]:
            _fetch(stores, shelf, (), cases)


def _fetch(
    stores: Stores, shelf: _Shelf, missing: Sequence[Case], later: Sequence[Case]
) -> dict[Case, Text]:
    """Fetches and keeps both; returns those that were missing."""
    rows = texts.several(stores.warehouse, list(dict.fromkeys([*missing, *later])))
    found = {case: _text(row) for case, row in rows.items()}
    shelf.put(found)
    lacking = [case for case in missing if case not in rows]
    bare = texts.bare(stores.warehouse, lacking) if lacking else {}
    gone = {case: _text(bare.get(case, {})) for case in lacking}
    shelf.miss(gone)
    return gone | {case: found[case] for case in missing if case in found}


def _text(row: dict[str, Any]) -> Text:
    said = {name: str(row.get(name) or "") for name in ("prompt", "response", "finish", "category")}
    seen = hashlib.sha256(f"{said['prompt']}\0{said['response']}".encode()).hexdigest()
    return Text(**said, dataset=str(row.get("dataset") or ""), sha256=seen)
