"""A changed scheme: what changed in words, which labels it touches, the campaign moved to it."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.service.labeling.schemes import parsed
from app.service.stores import Stores
from data.read.scheme import Field, Scheme
from data.trouble import Trouble
from db import campaigns, desk
from db import schemes as kept
from db.filter import Case

EMPTY = (None, "", "[]")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference that can make a label stale: in which field, which value, in words.

    `what`: gone (the value or the field's kind), meaning (of the value), added (an option beside
    those there were), required (a question that was not asked).
    """

    what: Literal["gone", "meaning", "added", "required"]
    field: str
    value: str
    words: str

    def touches(self, values: Mapping[str, str | None]) -> bool:
        """Whether a label, field -> stored value, would have to be looked at again."""
        said = values.get(self.field)
        if self.what == "required":
            return said in EMPTY
        if said in EMPTY:
            return False
        return self.what == "added" or not self.value or self.value in _chosen(said or "")


def _chosen(said: str) -> list[str]:
    return re.findall(r'"((?:[^"\\]|\\.)*)"', said) if said.startswith("[") else [said]


def difference(before: str, after: str) -> list[str]:
    """The lines that changed with two around them, as `diff -u` writes them, without its head."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    return list(lines)[2:]


def changes(before: Scheme, after: Scheme) -> tuple[Change, ...]:
    """What in a change of scheme can make labels stale, in the order of the new scheme."""
    old = {field.field: field for field in before.fields}
    found: list[Change] = []
    for field in after.fields:
        was = old.get(field.field)
        if was is None or (field.required and not was.required):
            words = f"{field.title} must now be answered"
            found += [Change("required", field.field, "", words)] if field.required else []
        if was is not None:
            found += _of_field(was, field)
    return tuple(found)


def _of_field(was: Field, field: Field) -> Iterable[Change]:
    name, title = field.field, field.title
    if was.kind != field.kind:
        yield Change("gone", name, "", f"{title} is now of kind {field.kind}")
        return
    old = {option.value: option for option in was.options}
    new = {option.value: option for option in field.options}
    for value in old.keys() - new.keys():
        yield Change("gone", name, value, f"{title}: {old[value].title} is gone")
    for value, option in new.items():
        if value not in old:
            yield Change("added", name, value, f"{title}: {option.title} is new")
        elif (old[value].title, old[value].meaning) != (option.title, option.meaning):
            yield Change("meaning", name, value, f"{title}: {option.title} means something else")


def touched(
    stores: Stores, campaign: str, after: Scheme, person: str | None = None
) -> dict[tuple[str, Case], list[str]]:
    """(person, case) -> why: labels of the campaign by an older version that the new one touches.

    They are asked for again; what was said stays in the record until it is said anew.
    """
    head = campaigns.one(stores.ledger, campaign)
    name = head["scheme"] if head else ""
    told: dict[tuple[str, Case, int], dict[str, str | None]] = {}
    for row in desk.older(stores.ledger, campaign, after.version, person):
        case = (row["run_id"], row["item_id"], row["sample"])
        told.setdefault((row["person"], case, row["scheme_version"]), {})[row["field"]] = row[
            "value"
        ]
    found: dict[tuple[str, Case], list[str]] = {}
    for (who, case, version), values in told.items():
        text = campaigns.scheme(stores.ledger, name, version)
        since = changes(parsed(text, name), after) if text else ()
        if why := [change.words for change in since if change.touches(values)]:
            found[who, case] = why
    return found


def move(stores: Stores, campaign: str, person: str, scheme: int, guideline: int) -> int:
    """Takes a campaign to other versions; returns how many labels are asked for again.

    Raises Trouble where the campaign or a version is not there.
    """
    head = campaigns.one(stores.ledger, campaign)
    if head is None:
        raise Trouble(f"there is no campaign {campaign!r}", "choose one of those listed")
    text = campaigns.scheme(stores.ledger, head["scheme"], scheme)
    if text is None:
        raise Trouble(f"{head['scheme']} has no version {scheme}", "save the scheme first")
    if guideline and campaigns.guideline(stores.ledger, head["guideline"], guideline) is None:
        raise Trouble(f"{head['guideline']} has no version {guideline}", "save the guideline first")
    kept.move(stores.ledger, head, person, scheme=scheme, guideline=guideline)
    return len(touched(stores, campaign, parsed(text, head["scheme"])))


def read(text: str) -> tuple[Scheme | None, tuple[str, str] | None]:
    """The scheme written in `text`, or None and why it cannot be read with the way out."""
    try:
        return parsed(text, "the scheme"), None
    except Trouble as error:
        return None, (error.what, error.fix)


@dataclass(frozen=True, slots=True)
class Use:
    """A campaign that goes by a scheme, and the versions of scheme and guideline it is at."""

    campaign: str
    name: str
    scheme: int
    guideline: int


def uses(stores: Stores, name: str) -> list[Use]:
    """The campaigns that go by a scheme, the newest first."""
    found = [head for head in campaigns.every(stores.ledger) if head["scheme"] == name]
    return [Use(head["campaign"], head["name"], *kept.used(stores.ledger, head)) for head in found]


def flagged(stores: Stores, name: str, after: Scheme) -> list[dict[str, Any]]:
    """The labels a changed scheme would ask for again in all campaigns that go by it, as rows."""
    return [
        {"campaign": use.name, "person": person, "run": run, "item": item, "sample": sample,
         "why": "; ".join(why)}
        for use in uses(stores, name)
        for (person, (run, item, sample)), why in touched(
            stores, use.campaign, replace(after, version=max(after.version, use.scheme + 1))
        ).items()
    ]  # fmt: skip


def words(
    stores: Stores, name: str, after: Scheme, found: Sequence[Mapping[str, Any]]
) -> list[str]:
    """What a change does: each difference that matters, then how many labels it asks for again."""
    newest = kept.newest(stores.ledger, "scheme", name)
    told = changes(parsed(newest["body"], name), after) if newest else ()
    by = Counter(row["campaign"] for row in found)
    many = ", ".join(f"{n} in {campaign}" for campaign, n in by.items()) or "none"
    return [
        *(change.words for change in told),
        f"labels to be asked for again once a campaign is taken to it: {many}; none is rewritten",
    ]
