"""The desk of one annotator: the next cases, the last one done, the guideline, how far they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.service.labeling import allowed, gold, passages, rescheme, said, schemes, suggest
from app.service.labeling.allowed import Told
from app.service.labeling.gold import Lesson
from app.service.labeling.passages import Passage
from app.service.outputs import shown
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
    """One case as the annotator sees it, and no more than the campaign lets them.

    `place` stands for the case, since a run's key may tell the model; `shown` is the SHA-256 of the
    texts; `values` is what this person has said about it, to go on from after an undo. `passages`
    are the places of those of the guideline that fit, `note` why a case comes again, `training`
    whether it is there to learn on. `told` is what else may be seen; `suggested` holds what is
    suggested, as the page writes it, and `source` by whom.
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
    training: bool = False
    told: tuple[Told, ...] = ()
    suggested: Mapping[str, Any] | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the label page needs: the cases to come, the last one done, how far the person is.

    `closed` says why this person can label nothing here now, and is empty where they can. `lessons`
    are told of the training cases just done.
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
    lessons: tuple[Lesson, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """A case on its way to the screen: its place, and what this person has said of it."""

    place: int
    case: Case
    event: str = ""
    values: Mapping[str, Any] | None = None
    note: str = ""


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
    now = [_Case(row["place"], _case(row)) for row in left]
    past = _past(stores, head, scheme, person)
    seen = _seen(stores, head, scheme, person, text, [*again, *now][: 1 + AHEAD], past)
    done = desk.progress(stores.ledger, campaign, person)
    return Desk(
        campaign=campaign,
        name=head["name"],
        scheme=scheme,
        guideline=passages.split(text),
        guideline_version=head["guideline_version"],
        cases=tuple(seen[: len(seen) - bool(past)]),
        past=seen[-1] if past else None,
        closed=assignments.refusal(stores.ledger, campaign, person),
        progress=replace(done, done=done.done - len(again)),
        lessons=gold.lessons(stores, campaign, person, scheme),
    )


def _seen(
    stores: Stores, head: Mapping[str, Any], scheme: Scheme, person: str, guideline: str,
    now: Sequence[_Case], past: _Case | None,
) -> list[Shown]:  # fmt: skip
    """The cases as the person sees them, the last one done at the end."""
    campaign, every = head["campaign"], [*now, *([past] if past else [])]
    last = max((one.place for one in now), default=0)

    def ahead() -> list[Case]:
        return desk.ahead(stores.ledger, campaign, last, shown.AHEAD)

    texts = shown.several(stores, [one.case for one in every], ahead)
    show = head["settings"].get("show") or ()
    told = allowed.told(stores, campaign, person, scheme, show, texts, ahead)
    kinds = desk.gold_at(stores.ledger, campaign, [one.place for one in every])
    drawn = [one for one in every if one.place not in kinds]
    asked = [suggest.Asked(one.place, one.case, texts[one.case]) for one in drawn]
    offered = suggest.of(stores, head, scheme, asked, ahead)
    found = []
    for one in every:
        of, offer = texts[one.case], offered.get(one.place)
        found.append(
            Shown(
                one.place, of.prompt, of.response, of.finish, of.sha256,
                passages.fitting(guideline, of.category, of.prompt, of.response),
                one.event, one.values, one.note, kinds.get(one.place) == "training", told[one.case],
                said.told(scheme, offer.values) if offer else None, offer.source if offer else "",
            )
        )  # fmt: skip
    return found


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


def _again(stores: Stores, head: Mapping[str, Any], scheme: Scheme, person: str) -> list[_Case]:
    """Cases to be looked at again since the scheme changed, with what was said, and why."""
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
            values = said.told(scheme, said_of[of])
            found.append(_Case(place, of, values=values, note="; ".join(why)))
    return sorted(found, key=lambda one: one.place)


def _past(stores: Stores, head: Mapping[str, Any], scheme: Scheme, person: str) -> _Case | None:
    """The last label that still holds, to go back to."""
    found = desk.last(stores.ledger, head["campaign"], person)
    if found is None:
        return None
    place, rows = found
    values = said.told(scheme, {row["field"]: row["value"] for row in rows})
    return _Case(place, _case(rows[0]), rows[0]["event"], values)


def _case(row: Mapping[str, Any]) -> Case:
    return row["run_id"], row["item_id"], row["sample"]
