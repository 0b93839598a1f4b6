"""The desk of one annotator: the next cases, the last one done, the guideline, how far they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.service import passages, rescheme, said, schemes, shown
from app.service.passages import Passage
from app.service.stores import Stores
from data.read.scheme import Scheme
from data.trouble import Trouble
from db import assignments, campaigns, desk, skips
from db import schemes as kept
from db.campaigns import Progress
from db.labels import Case

AHEAD = 4
"""Cases brought beside the current one, so that the next is there before the save has landed."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One case as the annotator sees it, and no more: no model, no score, no other label.

    `place` stands for the case, since a run's key may tell the model; `shown` is the SHA-256 of the
    texts; `values` is what this person has said about it, to go on from after an undo. `passages`
    are the places of those of the guideline that fit, `note` why a case comes again.
    """

    place: int
    prompt: str
    response: str
    finish: str
    shown: str
    passages: tuple[int, ...] = ()
    event: str = ""
    values: Mapping[str, Any] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the label page needs: the cases to come, the last one done, how far the person is.

    `closed` says why this person can label nothing here now, and is empty where they can.
    """

    campaign: str
    name: str
    scheme: Scheme
    guideline: tuple[Passage, ...]
    guideline_version: int
    cases: tuple[Shown, ...]
    past: Shown | None
    closed: str
    progress: Progress


def look(stores: Stores, campaign: str, person: str) -> Desk:
    """The case to label now, the next ones and all that stands around them.

    Labels that a changed scheme touches come first, with what was said; skipped cases come last, in
    the order in which they were skipped.
    """
    head, scheme = campaign_of(stores, campaign)
    text = _guideline(stores, head)
    later = skips.of(stores.ledger, campaign, person)
    left = assignments.bring(stores.ledger, campaign, person, later, limit=1 + AHEAD)
    again = _again(stores, head, scheme, person)
    first = [(place, of) for place, of, *_ in again]
    now = (first + [(row["place"], _case(row)) for row in left])[: 1 + AHEAD]
    past = _past(stores, head, scheme, person)
    cases = [of for _, of in now] + ([past[1]] if past else [])
    last = max((place for place, _ in now), default=0)
    found = shown.several(
        stores, cases, lambda: desk.ahead(stores.ledger, campaign, last, shown.AHEAD)
    )
    told = {place: (values, why) for place, _, values, why in again}

    def one(place: int, of: Case) -> Shown:
        seen = found[of]
        fits = passages.fitting(text, seen.category, seen.prompt, seen.response)
        known = Shown(place, seen.prompt, seen.response, seen.finish, seen.sha256, fits)
        values, note = told.get(place, (None, ""))
        return replace(known, values=values, note=note)

    team = assignments.staff(stores.ledger, campaign)
    done = desk.progress(stores.ledger, campaign, person)
    return Desk(
        campaign=campaign,
        name=head["name"],
        scheme=scheme,
        guideline=passages.split(text),
        guideline_version=head["guideline_version"],
        cases=tuple(one(place, of) for place, of in now),
        past=replace(one(past[0], past[1]), event=past[2], values=past[3]) if past else None,
        closed=team.refusal(person),
        progress=replace(done, done=done.done - len(again)),
    )


def campaign_of(stores: Stores, campaign: str) -> tuple[dict[str, Any], Scheme]:
    """The campaign with the versions it goes by now, and its scheme."""
    head = campaigns.one(stores.ledger, campaign)
    if head is None:
        raise Trouble(f"there is no campaign {campaign!r}", "choose one from the list on Label")
    version, guideline = kept.used(stores.ledger, head)
    moved = version != head["scheme_version"]
    body = campaigns.scheme(stores.ledger, head["scheme"], version)
    if body is None:
        what = f"scheme {head['scheme']} {version} is not in the ledger"
        raise Trouble(what, "start the campaign anew")
    found = schemes.parsed(body, head["scheme"])
    return head | {"guideline_version": guideline, "moved": moved}, replace(found, version=version)


def _guideline(stores: Stores, head: Mapping[str, Any]) -> str:
    return campaigns.guideline(stores.ledger, head["guideline"], head["guideline_version"]) or ""


def _again(
    stores: Stores, head: Mapping[str, Any], scheme: Scheme, person: str
) -> list[tuple[int, Case, dict[str, Any], str]]:
    """Cases to be looked at again since the scheme changed: place, case, what was said, why."""
    if not head["moved"]:
        return []
    touched = rescheme.touched(stores, head["campaign"], scheme, person)
    said_of: dict[Case, dict[str, str]] = {}
    for row in desk.older(stores.ledger, head["campaign"], scheme.version, person):
        said_of.setdefault(_case(row), {})[row["field"]] = row["value"]
    found = []
    for (_, of), why in touched.items():
        place = desk.place(stores.ledger, head["campaign"], of)
        if place is not None:
            found.append((place, of, said.told(scheme, said_of[of]), "; ".join(why)))
    return sorted(found, key=lambda one: one[0])


def _past(
    stores: Stores, head: Mapping[str, Any], scheme: Scheme, person: str
) -> tuple[int, Case, str, dict[str, Any]] | None:
    """The last label that still holds: place, case, event and what was said."""
    found = desk.last(stores.ledger, head["campaign"], person)
    if found is None:
        return None
    place, rows = found
    values = said.told(scheme, {row["field"]: row["value"] for row in rows})
    return place, _case(rows[0]), rows[0]["event"], values


def _case(row: Mapping[str, Any]) -> Case:
    return row["run_id"], row["item_id"], row["sample"]
