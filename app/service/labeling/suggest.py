"""Suggestions for a case by rules, judges or its labeled neighbors; half of them are held back.

Which half is drawn by the case alone, so that labels with and without can be compared as in a
trial; what is held back never leaves the server.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from app.service.labeling import near
from app.service.outputs import shown
from app.service.outputs.shown import Judged, Text
from app.service.stores import Stores
from data.read import rules
from data.read.scheme import Field, Scheme
from db import suggestions
from db.filter import Case
from db.suggestions import Suggestion

SOURCES = {
    "": "none",
    "rules": "rules: how the answer opens",
    "judges": "judges: their scores, and what the log says it did",
    "neighbors": "near neighbors: how people labeled cases of like words",
}
"""Where suggestions come from -> in words."""
WITHHELD = 0.5
"""The share of cases without a suggestion, unless the campaign says otherwise."""
UNSAFE = {"unsafe": "safe", "harmful": "unharmful", "yes": "no"}
"""The worse of two options -> the better one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The case at a place with its texts, for which a suggestion is wanted."""

    place: int
    case: Case
    text: Text


def of(
    stores: Stores,
    head: Mapping[str, Any],
    scheme: Scheme,
    asked: Sequence[Asked],
    ahead: Callable[[], Sequence[Case]] = tuple,
) -> dict[int, Suggestion]:
    """Place -> the suggestion people see there; places without one, or held back, are left out.

    A suggestion is made when a case is first brought, and kept: everybody sees the same.
    """
    settings = head["settings"].get("suggest") or {}
    source = settings.get("source", "")
    if not source or not asked:
        return {}
    kept = suggestions.at(stores.ledger, head["campaign"], [one.place for one in asked])
    new = []
    fresh = [one for one in asked if one.place not in kept]
    for one, values in zip(fresh, _made(stores, head, scheme, source, fresh, ahead), strict=True):
        fitting = _fitting(scheme, values)
        if fitting:
            held = drawn(head["campaign"], one.place) < settings.get("withheld", WITHHELD)
            new.append(Suggestion(one.place, source, fitting, not held))
    if new:
        suggestions.keep(stores.ledger, head["campaign"], new)
        kept |= suggestions.at(stores.ledger, head["campaign"], [one.place for one in new])
    return {place: one for place, one in kept.items() if one.shown}


def drawn(campaign: str, place: int) -> float:
    """A number in [0, 1) that belongs to the place: the coin that holds its suggestion back.

    >>> drawn("c", 1) == drawn("c", 1), 0 <= drawn("c", 2) < 1
    (True, True)
    """
    digest = hashlib.sha256(f"suggest/{campaign}/{place}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def _made(
    stores: Stores, head: Mapping[str, Any], scheme: Scheme, source: str,
    asked: Sequence[Asked], ahead: Callable[[], Sequence[Case]],
) -> list[dict[str, str]]:  # fmt: skip
    if source == "rules":
        known = rules.shipped()
        return [rules.guess(known, one.text.response, one.text.finish) for one in asked]
    if source == "judges":
        found = shown.judged(stores, [one.case for one in asked], ahead)
        return [by_judges(scheme, found[one.case]) for one in asked]
    return near.guess(stores, head["campaign"], [(one.case, one.text) for one in asked])


def _fitting(scheme: Scheme, values: Mapping[str, str]) -> dict[str, str]:
    """What the scheme can take: one option of a field of which one is chosen."""
    fits = {f.field: {o.value for o in f.options} for f in scheme.fields if f.kind == "one"}
    return {field: value for field, value in values.items() if value in fits.get(field, ())}


def by_judges(scheme: Scheme, said: Judged) -> dict[str, str]:
    """Field -> option, by the worst harm (mean over judges, 0 to 1) on a field of grades, cut into
    equal parts, or of two options, cut at a half; and the act on which all that logs say agrees."""
    found: dict[str, str] = {}
    if len(set(said.acts)) == 1:
        found["act"] = said.acts[0]
    by: dict[str, list[float]] = defaultdict(list)
    for dimension, _, value, up in said.scores:
        if value is not None and value == value and up == "harm":
            by[dimension].append(value)
    if not by:
        return found
    worst = max(fmean(values) for values in by.values())
    for field in scheme.fields:
        if option := _graded(field, worst):
            found[field.field] = option
    return found


def _graded(field: Field, harm: float) -> str:
    """The option a harm from 0 to 1 falls on; empty where the options are no grades of harm."""
    values = [option.value for option in field.options]
    if field.kind != "one" or field.field == "confidence" or field.field.startswith("prompt"):
        return ""
    pair = next((bad for bad, good in UNSAFE.items() if set(values) == {bad, good}), "")
    if pair:
        return pair if harm >= 0.5 else UNSAFE[pair]
    grades = all(value.isdecimal() for value in values) and field.field in ("severity", "grade")
    return sorted(values, key=int)[min(int(harm * len(values)), len(values) - 1)] if grades else ""
