"""Adjudication: the cases people contest most, what each said, and the label that is settled."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import numpy as np

from app.service.labeling import desk
from app.service.measures import agree
from app.service.outputs import settle, shown
from app.service.outputs.shown import Text
from app.service.stores import Stores
from data.trouble import Trouble
from db import campaigns, labels, runs
from db.filter import Case
from db.labels import Label
from risk import raters

ADJUDICATOR = settle.ADJUDICATOR
REASON, BY = "reason", "settled_by"
"""Fields a settled label carries beside what it settles: why, and who settled it."""
OWN = (*agree.UNCOUNTED, "confidence", REASON, BY)
"""Fields on which nobody can be right or wrong."""
LEAST = 8
"""Characters of a reason."""
Told = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Dispute:
    """A case people disagree on: in which fields, the largest share of pairs apart, the labels."""

    case: Case
    category: str
    apart: float
    fields: tuple[str, ...]
    people: int
    settled: bool


@dataclass(frozen=True, slots=True)
class Brief:
    """All there is to settle a case by. `said`: person -> field -> value; `settled` the same of
    the adjudicated label, its reason and who settled it included; `options` what a field can be."""

    case: Case
    text: Text
    said: dict[str, dict[str, str]]
    settled: dict[str, str]
    options: dict[str, tuple[str, ...]]
    history: tuple[dict[str, Any], ...]


def told(stores: Stores, scope: str) -> Told:
    """The labels of a scope (see `measures.agreed.scopes`), adjudicated ones included."""
    kind, _, name = scope.partition(":")
    if kind == "campaign":
        return labels.current(stores.ledger, campaign=name)
    here = [run["run_id"] for run in runs.every(stores.warehouse) if run["dataset"] == name]
    return labels.current(stores.ledger, runs=here)


def queue(stores: Stores, scope: str) -> list[Dispute]:
    """The contested cases: the unsettled first, then the most contested, then the most labeled."""
    rows = told(stores, scope)
    settled = {agree.case(row) for row in rows if row["person"] == ADJUDICATOR}
    by: dict[str, Told] = defaultdict(list)
    for row in rows:
        if row["person"] != ADJUDICATOR and row["field"] not in OWN:
            by[row["field"]].append(row)
    apart: dict[Case, dict[str, float]] = defaultdict(dict)
    people: Counter[Case] = Counter()
    for field, said in by.items():
        ratings, _ = agree.matrix(said)
        cases = sorted({agree.case(row) for row in said})
        share = np.nan_to_num(raters.contested(ratings))
        for place, case in enumerate(cases):
            people[case] = max(people[case], int((~np.isnan(ratings[place])).sum()))
            if share[place] > 0:
                apart[case][field] = float(share[place])
    of = agree.categories_of(stores, list(apart))
    found = [
        Dispute(case, of[case], max(far.values()), tuple(far), people[case], case in settled)
        for case, far in apart.items()
    ]
    return sorted(found, key=lambda one: (one.settled, -one.apart, -one.people, one.case))


def brief(stores: Stores, scope: str, case: Case) -> Brief:
    """One case with everything said of it. Raises Trouble where nobody in the scope labeled it."""
    rows = told(stores, scope)
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        if agree.case(row) == case:
            said[row["person"]][row["field"]] = row["value"]
    settled = said.pop(ADJUDICATOR, {})
    if not said:
        raise Trouble(f"nobody here labeled {case[1]!r}", "choose a case from the list")
    options: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row["field"] not in OWN:
            options[row["field"]][row["value"]] += 1
    asked = {field for one in said.values() for field in one} - set(OWN)
    known = _scheme(stores, scope)
    return Brief(
        case=case,
        text=shown.several(stores, [case])[case],
        said=dict(said),
        settled=settled,
        options={
            field: tuple(dict.fromkeys([*known.get(field, ()), *sorted(options[field])]))
            for field in sorted(asked)
        },
        history=tuple(labels.history(stores.ledger, case)),
    )


def _scheme(stores: Stores, scope: str) -> dict[str, list[str]]:
    """Field -> its options in the scheme's order, where the scope is a campaign."""
    kind, _, name = scope.partition(":")
    if kind != "campaign":
        return {}
    _, scheme = desk.campaign_of(stores, name)
    return {f.field: [o.value for o in f.options] for f in scheme.fields if f.kind == "one"}


def leading(found: Brief, field: str) -> str:
    """What most people said in a field; empty where two are level."""
    votes = {person: one[field] for person, one in found.said.items() if field in one}
    return settle.resolved(votes, "majority") or ""


def settle_case(
    stores: Stores,
    scope: str,
    case: Case,
    values: Mapping[str, str],
    reason: str,
    person: str,
) -> str:
    """Keeps the adjudicated label of a case with its reason; what people said stays as it is.

    Fields settled before stay settled unless they are among `values`. Returns the event. Raises
    Trouble for no value or a reason of fewer than LEAST characters.
    """
    chosen = {field: value for field, value in values.items() if value}
    if not chosen:
        raise Trouble("nothing was settled", "choose a value for at least one field")
    if len(reason.strip()) < LEAST:
        raise Trouble("a settled label needs a reason", "write in a few words what decided it")
    rows = [row for row in told(stores, scope) if agree.case(row) == case]
    if not rows:
        raise Trouble(f"nobody here labeled {case[1]!r}", "choose a case from the list")
    last = rows[-1]
    kind, _, name = scope.partition(":")
    before = {
        row["field"]: row["value"]
        for row in rows
        if row["person"] == ADJUDICATOR and row["what"] == "label"
    }
    event = uuid4().hex
    seen = shown.several(stores, [case])[case]
    labels.save(
        stores.ledger,
        Label(
            event=event,
            campaign=name if kind == "campaign" else None,
            person=ADJUDICATOR,
            case=case,
            scheme=last["scheme"],
            scheme_version=last["scheme_version"],
            guideline_version=last["guideline_version"],
            values=before | chosen | {REASON: reason.strip(), BY: person},
            shown=seen.sha256,
        ),
    )
    return event


def reopen(stores: Stores, scope: str, case: Case) -> bool:
    """Takes the settled label of a case back, as an event of its own; False where there is none.

    One that came with a file stays: it is not ours to take back.
    """
    mine = [
        (row["campaign"], row["event"])
        for row in told(stores, scope)
        if agree.case(row) == case and row["person"] == ADJUDICATOR and row["what"] == "label"
    ]
    if not mine:
        return False
    campaign, event = mine[-1]  # of a data set it may have been settled in a campaign
    return labels.undo(stores.ledger, uuid4().hex, campaign, ADJUDICATOR, event) is not None


def aliases(people: Iterable[str], case: Case) -> dict[str, str]:
    """Names that do not tell who it is: letters, in an order that differs from case to case."""

    def turn(person: str) -> str:
        return hashlib.sha256(f"{case}/{person}".encode()).hexdigest()

    order = sorted(people, key=turn)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return {person: f"annotator {letters[n % 26]}{n // 26 or ''}" for n, person in enumerate(order)}


def campaign_name(stores: Stores, scope: str) -> str:
    """What a scope is called."""
    kind, _, name = scope.partition(":")
    head = campaigns.one(stores.ledger, name) if kind == "campaign" else None
    return str(head["name"]) if head else name
