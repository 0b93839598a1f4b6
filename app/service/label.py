"""Labeling: start a campaign, bring the next cases, keep what was said, take the last one back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.service import said
from app.service.stores import Stores
from data.read import scheme as schemes
from data.read.scheme import Scheme
from data.trouble import Trouble
from db import campaigns, labels, outputs, people, warehouse
from db.campaigns import Progress
from db.labels import Case, Label

DEFAULT = "act_harm"
"""The scheme, and the guideline, that come with Tailscope."""
AHEAD = 2
"""Cases brought beside the current one, so that the next is there before the save has landed."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One case as the annotator sees it, and no more: no model, no score, no other label.

    `place` stands for the case, since a run's key may tell the model; `shown` is the SHA-256 of the
    texts; `values` is what this person has said about it, to go on from after an undo.
    """

    place: int
    prompt: str
    response: str
    finish: str
    shown: str
    event: str = ""
    values: Mapping[str, str | list[str]] | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What the label page needs: the cases to come, the last one done, how far the person is."""

    campaign: str
    name: str
    scheme: Scheme
    guideline: str
    guideline_version: int
    cases: tuple[Shown, ...]
    past: Shown | None
    progress: Progress


@dataclass(frozen=True, slots=True)
class Reply:
    """Which events are safe, which cannot be kept and why, and which places wait for later."""

    kept: tuple[str, ...]
    refused: Mapping[str, str]
    skipped: tuple[int, ...]


def seed(stores: Stores) -> None:
    """Keeps the default scheme and guideline in the ledger; those that are there stay."""
    path = schemes.SCHEMES / f"{DEFAULT}.yaml"
    default = schemes.load(path)
    body = path.read_text("utf-8")
    campaigns.keep_scheme(stores.ledger, default.scheme, default.version, body, "tailscope")
    text = (schemes.GUIDELINES / f"{DEFAULT}.md").read_text("utf-8")
    campaigns.keep_guideline(stores.ledger, DEFAULT, 1, text, "tailscope")


def start(
    stores: Stores,
    name: str,
    cases: Sequence[tuple[Case, float]],
    person: str,
    design: str = "every case chosen",
) -> str:
    """Starts a campaign on (case, probability it was drawn with); returns its key.

    Raises Trouble for no name, no cases, a case named twice or a probability outside (0, 1].
    """
    if not name.strip():
        raise Trouble("the campaign has no name", "give it a name annotators will recognize")
    seed(stores)
    default = schemes.load(schemes.SCHEMES / f"{DEFAULT}.yaml")
    newest = campaigns.newest(stores.ledger, DEFAULT)
    try:
        return campaigns.start(
            stores.ledger,
            name=name.strip(),
            scheme=(default.scheme, default.version),
            guideline=(DEFAULT, newest[0] if newest else 1),
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


def case(stores: Stores, campaign: str, person: str, skipped: Iterable[int] = ()) -> Desk:
    """The case to label now, the next ones and all that stands around them.

    `skipped` places come last, in the order in which they were skipped.
    """
    head, scheme = _campaign(stores, campaign)
    version = head["guideline_version"]
    left = campaigns.open_places(stores.ledger, campaign, person, skipped, limit=1 + AHEAD)
    return Desk(
        campaign=campaign,
        name=head["name"],
        scheme=scheme,
        guideline=campaigns.guideline(stores.ledger, head["guideline"], version) or "",
        guideline_version=version,
        cases=tuple(_shown(stores, row["place"], _case(row)) for row in left),
        past=_past(stores, campaign, person, scheme),
        progress=campaigns.progress(stores.ledger, campaign, person),
    )


def save(
    stores: Stores,
    campaign: str,
    person: str,
    events: Iterable[Any],
    skipped: Iterable[int] = (),
) -> Reply:
    """Keeps what the browser sent, in its order; sending it again changes nothing.

    Labels, undos and skips of another person or campaign are neither kept nor refused: they wait in
    the browser for their own page. What does not fit the scheme is refused with its reason.
    """
    head, scheme = _campaign(stores, campaign)
    drawn = {row["place"]: _case(row) for row in campaigns.cases(stores.ledger, campaign)}
    kept: list[str] = []
    refused: dict[str, str] = {}
    later = list(skipped)
    for sent in events:
        if not isinstance(sent, dict) or (sent.get("campaign"), sent.get("person")) != (
            campaign,
            person,
        ):
            continue
        event, place = str(sent.get("event", ""))[:64], sent.get("place")
        if sent.get("what") == "undo":
            labels.undo(stores.ledger, event, campaign, person, str(sent.get("undoes")))
        elif not isinstance(place, int) or place not in drawn:
            refused[event] = f"case {place} is not part of this campaign"
            continue
        elif sent.get("what") == "skip":
            later = [p for p in later if p != place] + [place]
        elif why := _keep(stores, head, scheme, person, drawn[place], event, sent):
            refused[event] = why
            continue
        kept.append(event)
    return Reply(tuple(kept), refused, tuple(later))


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
    try:
        values = said.stored(scheme, given if isinstance(given, dict) else {})
    except ValueError as error:
        return str(error)
    seconds, shown = sent.get("seconds"), sent.get("shown")
    label = Label(
        event=event,
        campaign=head["campaign"],
        person=person,
        case=of,
        scheme=scheme.scheme,
        scheme_version=scheme.version,
        guideline_version=head["guideline_version"],
        values=values,
        shown=shown if isinstance(shown, str) else None,
        seconds=float(seconds) if isinstance(seconds, int | float) and seconds >= 0 else None,
    )
    return "" if labels.save(stores.ledger, label) else f"event {event} stands for another label"


def _campaign(stores: Stores, campaign: str) -> tuple[dict[str, Any], Scheme]:
    head = campaigns.one(stores.ledger, campaign)
    if head is None:
        raise Trouble(f"there is no campaign {campaign!r}", "choose one from the list on Label")
    name, version = head["scheme"], head["scheme_version"]
    body = campaigns.scheme(stores.ledger, name, version)
    if body is None:
        raise Trouble(f"scheme {name} {version} is not in the ledger", "start the campaign anew")
    return head, schemes.parse(body, f"{name} {version}")


def _shown(stores: Stores, place: int, of: Case) -> Shown:
    found = outputs.one(stores.warehouse, *of) or {}
    prompt, response = str(found.get("prompt") or ""), str(found.get("response") or "")
    seen = hashlib.sha256(f"{prompt}\0{response}".encode()).hexdigest()
    return Shown(place, prompt, response, str(found.get("finish") or ""), seen)


def _past(stores: Stores, campaign: str, person: str, scheme: Scheme) -> Shown | None:
    rows = labels.last(stores.ledger, campaign, person)
    of = _case(rows[0]) if rows else None
    place = next(
        (r["place"] for r in campaigns.cases(stores.ledger, campaign) if _case(r) == of), None
    )
    if of is None or place is None:
        return None
    values = said.told(scheme, {row["field"]: row["value"] for row in rows})
    return replace(_shown(stores, place, of), event=rows[0]["event"], values=values)


def _case(row: Mapping[str, Any]) -> Case:
    return row["run_id"], row["item_id"], row["sample"]
