"""What people label by, brought before it is asked for: the texts, and what judges say of them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from app.service.outputs.shelf import AHEAD as AHEAD
from app.service.outputs.shelf import Shelf
from app.service.stores import Stores
from db import acts, scores, texts
from db.filter import Case

KEPT = 20_000_000
"""Characters of text kept for a pair of stores."""
JUDGED = 50_000
"""Scores and acts kept for a pair of stores."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is shown of one answer; `sha256` is of prompt, a NUL and response as they stand."""

    prompt: str
    response: str
    finish: str
    category: str
    dataset: str
    model: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of one answer without people: scores (dimension, judge, value, up), and acts."""

    scores: tuple[tuple[str, str, float | None, str], ...] = ()
    acts: tuple[str, ...] = ()


_texts: WeakKeyDictionary[Any, Shelf[Text]] = WeakKeyDictionary()
_judged: WeakKeyDictionary[Any, Shelf[Judged]] = WeakKeyDictionary()
_opening = threading.Lock()


def several(
    stores: Stores, cases: Sequence[Case], ahead: Callable[[], Sequence[Case]] = tuple
) -> dict[Case, Text]:
    """Case -> its text, empty where there is no such answer; those `ahead` are fetched meanwhile.

    An answer that is missing is asked for again after a while, since it may be loaded.
    """
    with _opening:
        shelf = _texts.setdefault(stores.ledger, Shelf(KEPT, _length))

    def fetch(
        missing: Sequence[Case], later: Sequence[Case]
    ) -> tuple[dict[Case, Text], dict[Case, Text]]:
        rows = texts.several(stores.warehouse, list(dict.fromkeys([*missing, *later])))
        lacking = [case for case in missing if case not in rows]
        bare = texts.bare(stores.warehouse, lacking) if lacking else {}
        found = {case: _text(row) for case, row in rows.items()}
        return found, {case: _text(bare.get(case, {})) for case in lacking}

    return shelf.ask(cases, ahead(), fetch)


def judged(
    stores: Stores, cases: Sequence[Case], ahead: Callable[[], Sequence[Case]] = tuple
) -> dict[Case, Judged]:
    """Case -> what judges and the logs say of it; nothing said is an empty one."""
    with _opening:
        shelf = _judged.setdefault(stores.ledger, Shelf(JUDGED, _many))

    def fetch(
        missing: Sequence[Case], later: Sequence[Case]
    ) -> tuple[dict[Case, Judged], dict[Case, Judged]]:
        wanted = list(dict.fromkeys([*missing, *later]))
        told: dict[Case, list[tuple[str, str, float | None, str]]] = {case: [] for case in wanted}
        did: dict[Case, list[str]] = {case: [] for case in wanted}
        for row in scores.of_cases(stores.warehouse, wanted):
            said = (row["dimension"], row["scorer"], row["value"], str(row["up"] or ""))
            told[_case(row)].append(said)
        for row in acts.of_cases(stores.warehouse, wanted):
            did[_case(row)].append(row["act"])
        return {case: Judged(tuple(told[case]), tuple(did[case])) for case in wanted}, {}

    return shelf.ask(cases, ahead(), fetch)


def _length(text: Text) -> int:
    return len(text.prompt) + len(text.response)


def _many(one: Judged) -> int:
    return 1 + len(one.scores) + len(one.acts)


def _case(row: dict[str, Any]) -> Case:
    return row["run_id"], row["item_id"], row["sample"]


def _text(row: dict[str, Any]) -> Text:
    names = ("prompt", "response", "finish", "category", "dataset", "model")
    said = {name: str(row.get(name) or "") for name in names}
    seen = hashlib.sha256(f"{said['prompt']}\0{said['response']}".encode()).hexdigest()
    return Text(**said, sha256=seen)
