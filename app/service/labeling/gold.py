"""Gold: cases whose right label is known, to train people on and to see whether they change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from app.service.labeling import labelrows, schemes
from app.service.measures import agree
from app.service.stores import Stores
from data.read.scheme import Field, Scheme
from data.trouble import Trouble
from db import campaigns, desk, draws, labels
from db.draws import Gold
from db.filter import Case

UNCOUNTED = ("comment", "span", "confidence")
"""Fields a gold case is not right or wrong in."""
LESSONS = 3
"""The last labels a person is told about, where they are of training cases."""
REASON = "reason"
"""The field of a settled label that says what decided it."""


def known(stores: Stores, scheme: str) -> dict[Case, dict[str, str]]:
    """Cases whose right label is settled in the fields of a scheme: what gold can be made of."""
    taken, _ = schemes.taken(stores, scheme)
    body = campaigns.scheme(stores.ledger, *taken) or ""
    fields = {f.field for f in schemes.parsed(body, scheme).fields} - set(UNCOUNTED)
    return _settled(stores, fields)


def _settled(stores: Stores, fields: Collection[str]) -> dict[Case, dict[str, str]]:
    """Case -> what is settled of it in some fields."""
    right: dict[Case, dict[str, str]] = {}
    for row in labels.current(stores.ledger, person=draws.SETTLED):
        if row["field"] in fields:
            right.setdefault(agree.case(row), {})[row["field"]] = row["value"]
    return right


def drawn(
    stores: Stores, scheme: str, training: int, drift: int, seed: int, taken: Collection[Case]
) -> list[Gold]:
    """Settled cases that were not `taken`, at random: first to train on, then to watch for drift.

    Raises Trouble where there are fewer than asked for.
    """
    wanted = training + drift
    if not wanted:
        return []
    right = {case: said for case, said in known(stores, scheme).items() if case not in taken}
    if len(right) < wanted:
        raise Trouble(
            f"{wanted} gold cases are wanted and {len(right)} cases outside the draw are settled",
            "settle more on Adjudicate, load labels of the person 'settled', or ask for fewer",
        )
    every, why = sorted(right), _settled(stores, {REASON})
    order = np.random.default_rng(seed).permutation(len(every))[:wanted].tolist()
    return [
        Gold(
            case := every[row],
            right[case],
            "training" if turn < training else "drift",
            why.get(case, {}).get(REASON, ""),
        )
        for turn, row in enumerate(order)
    ]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a person learns after a training case: (question, what they said, what was settled,
    whether that is the same) of each field that is settled, and why."""

    place: int
    fields: tuple[tuple[str, str, str, bool], ...]
    why: str


def lessons(stores: Stores, campaign: str, person: str, scheme: Scheme) -> tuple[Lesson, ...]:
    """What the person's latest labels teach, the last first: none once real cases follow.

    What is settled is told only where their own label on the case stands.
    """
    latest = desk.latest(stores.ledger, campaign, person, LESSONS)
    places = [place for place, kind, _ in latest if kind == "training"]
    if not places:
        return ()
    right = draws.answers(stores.ledger, campaign)
    found = []
    for place, kind, rows in latest:
        if kind != "training":
            continue
        gold = right[agree.case(rows[0])]
        said = {row["field"]: row["value"] for row in rows}
        found.append(Lesson(place, _compared(scheme, said, gold.answer), gold.why))
    return tuple(found)


def _compared(
    scheme: Scheme, said: Mapping[str, str], right: Mapping[str, str]
) -> tuple[tuple[str, str, str, bool], ...]:
    return tuple(
        (
            field.title, worded(field, said.get(field.field, "")),
            worded(field, right[field.field]), said.get(field.field, "") == right[field.field],
        )
        for field in scheme.fields
        if field.field in right
    )  # fmt: skip


def worded(field: Field, value: str) -> str:
    """A stored value as the screen says it; a dash where nothing was said."""
    titles = {option.value: option.title for option in field.options}
    chosen = labelrows.chosen(value) if field.kind == "many" else [value]  # a file may hold any
    return ", ".join(titles.get(one, one) for one in chosen if one) or "—"
