"""Labeling: start a campaign, keep what was said, take the last one back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.service.labeling import said, schemes
from app.service.labeling.desk import campaign_of
from app.service.outputs import shown
from app.service.stores import Stores
from data.read.scheme import Scheme
from data.trouble import Trouble
from db import assignments, campaigns, desk, labels, people, skips, warehouse
from db.labels import Case, Label

DEFAULT = schemes.DEFAULT
"""The scheme, and the guideline, of a campaign where none is chosen."""
EVER = 1e9
"""Seconds nobody looks at a case: as many are no time that was taken."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Which events are safe, which cannot be kept and why."""

    kept: tuple[str, ...]
    refused: Mapping[str, str]


def start(
    stores: Stores,
    name: str,
    cases: Sequence[tuple[Case, float]],
    person: str,
    design: str = "every case chosen",
    scheme: str = DEFAULT,
) -> str:
    """Starts a campaign on (case, probability it was drawn with); returns its key.

    Raises Trouble for no name, no cases, a case named twice or a probability outside (0, 1].
    """
    if not name.strip():
        raise Trouble("the campaign has no name", "give it a name annotators will recognize")
    taken, guideline = schemes.taken(stores, scheme)
    try:
        return campaigns.start(
            stores.ledger,
            name=name.strip(),
            scheme=taken,
            guideline=guideline,
            design=design,
            snapshot=warehouse.snapshot(stores.warehouse),
            cases=cases,
            person=person,
        )
    except ValueError as error:
        raise Trouble(str(error), "choose other cases and send them again") from error


def every(stores: Stores) -> list[dict[str, Any]]:
    """All campaigns, the newest first."""
    return campaigns.every(stores.ledger)


def annotators(stores: Stores) -> list[str]:
    """Everybody who can label here, first come first."""
    return [row["person"] for row in people.every(stores.ledger) if row["role"] != "imported"]


def join(stores: Stores, person: str) -> None:
    """Makes sure the person is known to the ledger."""
    if people.one(stores.ledger, person) is None:
        people.add(stores.ledger, person)


def save(stores: Stores, campaign: str, person: str, events: Iterable[Any]) -> Reply:
    """Keeps what the browser sent, in its order; sending it again changes nothing.

    Labels, undos and skips of another person or campaign are neither kept nor refused: they wait in
    the browser for their own page. What does not fit the scheme is refused with its reason.
    """
    head, scheme = campaign_of(stores, campaign)
    mine = [
        one
        for one in events
        if isinstance(one, dict) and (one.get("campaign"), one.get("person")) == (campaign, person)
    ]
    places = {one["place"] for one in mine if isinstance(one.get("place"), int)}
    drawn = desk.at(stores.ledger, campaign, places)
    closed = assignments.refusal(stores.ledger, campaign, person)
    safe = (
        desk.kept(stores.ledger, [str(one.get("event", ""))[:64] for one in mine]) if closed else {}
    )
    kept: list[str] = []
    refused: dict[str, str] = {}
    for sent in mine:
        event, place = str(sent.get("event", ""))[:64], sent.get("place")
        if closed and event not in safe:
            refused[event] = closed
            continue
        if sent.get("what") == "undo":
            labels.undo(stores.ledger, event, campaign, person, str(sent.get("undoes")))
        elif not isinstance(place, int) or place not in drawn:
            refused[event] = f"case {place} is not part of this campaign"
            continue
        elif sent.get("what") == "skip":
            seen = sent.get("shown")
            skips.keep(
                stores.ledger, event, campaign, person, drawn[place],
                (scheme.scheme, scheme.version), head["guideline_version"],
                seen if isinstance(seen, str) else None,
            )  # fmt: skip
        elif why := _keep(stores, head, scheme, person, drawn[place], event, sent):
            refused[event] = why
            continue
        kept.append(event)
    return Reply(tuple(kept), refused)


def undo(stores: Stores, campaign: str, person: str, event: str) -> Case | None:
    """Takes back that person's last label, as `event`; the case is open again. None: nothing to."""
    return labels.undo(stores.ledger, event, campaign, person)


def _keep(
    stores: Stores,
    head: Mapping[str, Any],
    scheme: Scheme,
    person: str,
    of: Case,
    event: str,
    sent: Mapping[str, Any],
) -> str:
    """Saves one label; returns why it cannot be, or nothing."""
    given = sent.get("values")
    given = given if isinstance(given, dict) else {}
    marks = any(field.kind == "span" and given.get(field.field) for field in scheme.fields)
    try:
        answer = shown.several(stores, [of])[of].response if marks else ""
        values = said.stored(scheme, given, answer)
    except ValueError as error:
        return str(error)
    seconds, seen = sent.get("seconds"), sent.get("shown")
    label = Label(
        event=event,
        campaign=head["campaign"],
        person=person,
        case=of,
        scheme=scheme.scheme,
        scheme_version=scheme.version,
        guideline_version=head["guideline_version"],
        values=values,
        shown=seen if isinstance(seen, str) else None,
        seconds=float(seconds)
        if isinstance(seconds, int | float) and 0 <= seconds < EVER
        else None,
    )
    safe = labels.save(stores.ledger, label)
    return "" if safe else f"event {event} stands for another label"
