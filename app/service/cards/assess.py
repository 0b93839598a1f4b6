"""Assessments: one model in one setting, the cards that apply, what people judged; signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from app.service.cards import deck, evidence
from app.service.outputs import runs
from app.service.outputs.cases import Case
from app.service.stores import Stores
from data.assessment import Assessment, Taken, make
from data.card import slug
from data.trouble import Trouble
from db import cards as kept
from db import ledger, verdicts, warehouse
from db.verdicts import SHOWS, VERDICTS

WORDS = {"shows": "shows the risk", "clear": "does not show it", "unsure": "cannot say"}
PROBE = "probe: "
"""How the data set of an assessment's own prompts begins."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of an assessment, by whom and when."""

    assessment: Assessment
    version: int
    made_by: str
    made_at: str


def every(stores: Stores) -> list[Kept]:
    """The newest version of every assessment, the newest first."""
    found = [_kept(row) for row in kept.newest(stores.ledger, "assessment")]
    return sorted(found, key=lambda one: one.made_at, reverse=True)


def titles(stores: Stores) -> dict[str, str]:
    """Assessment -> its title and model, the newest first."""
    return {
        one.assessment.assessment: f"{one.assessment.title} · {one.assessment.model}"
        for one in every(stores)
    }


def one(stores: Stores, name: str, version: int = 0) -> Kept:
    """An assessment as it is now, or was in a version. Raises Trouble where there is none."""
    found = [_kept(row) for row in kept.versions(stores.ledger, name, "assessment")]
    same = [each for each in found if version in (0, each.version)]
    if not same:
        raise Trouble(f"there is no assessment {name!r}", "see the Assessments page")
    return same[-1]


def _kept(row: Mapping[str, Any]) -> Kept:
    return Kept(_parsed(row["body"]), row["version"], row["made_by"], row["made_at"])


@lru_cache(maxsize=512)
def _parsed(body: str) -> Assessment:
    return Assessment.model_validate_json(body)


def start(stores: Stores, title: str, model: str, by: str, **said: Any) -> str:
    """Starts an assessment of a model on all its runs; returns its key."""
    name = slug(title)
    taken = {one.assessment.assessment for one in every(stores)}
    if name in taken:
        raise Trouble(f"there is an assessment {title!r} already", "give this one another title")
    body = {"assessment": name, "title": title, "model": model, **said}
    if not said.get("runs"):
        body["runs"] = tuple(runs_of(stores, model))
    _keep(stores, make(Assessment, body, "the assessment"), by, 0)
    return name


def runs_of(stores: Stores, model: str) -> dict[str, str]:
    """Run -> its data set, of a model."""
    return {r["run"]: r["dataset"] for r in runs.answering(stores) if r["model"] == model}


def change(stores: Stores, was: Kept, by: str, **said: Any) -> int:
    """Keeps the assessment with other fields as its next version; a signed one stays as it is."""
    if was.assessment.signed_by:
        raise Trouble("this assessment is signed", "take the signature off first")
    body = was.assessment.model_dump() | said
    changed = make(Assessment, body, "the assessment")
    return _keep(stores, changed, by, was.version)


def _keep(stores: Stores, made: Assessment, by: str, after: int) -> int:
    bodies = {made.assessment: made.model_dump_json()}
    try:
        new = kept.keep(stores.ledger, bodies, by, "assessment", after)
    except kept.Moved as error:
        raise Trouble(
            "somebody saved this assessment meanwhile", "look at the newest version, save again"
        ) from error
    return new.get(made.assessment, after)


def offered(stores: Stores, was: Kept) -> dict[str, str]:
    """Card -> its title, of those that may be chosen: the ones in use, and those it names, also
    where the deck has retired them since: what was said on a card is not lost with it."""
    held = {one.card: deck.one(stores, one.card, one.version) for one in was.assessment.cards}
    now = deck.titles(stores)
    return now | {name: one.card.title for name, one in held.items() if name not in now}


def choose(stores: Stores, was: Kept, apply: Iterable[str], out: Mapping[str, str], by: str) -> int:
    """Says which cards apply and which are left out, each with its reason; keeps what was said."""
    now = {each.card.card: each.version for each in deck.every(stores)}
    held = {taken.card: taken for taken in was.assessment.cards}
    made = []
    for card, applies, why in [
        *((c, True, "") for c in apply),
        *((c, False, w) for c, w in out.items()),
    ]:
        if card not in now:
            raise Trouble(f"there is no card {card!r}", "see the Risk cards page")
        found = held.get(card) or Taken(card=card, version=now[card])
        made.append(found.model_copy(update={"applies": applies, "why": why}))
    return change(stores, was, by, cards=tuple(made))


def say(stores: Stores, was: Kept, card: str, by: str, **said: Any) -> int:
    """What people found on one card: plan, whether its conditions hold, severity, harms, a note."""
    if was.assessment.taken(card) is None:
        raise Trouble(f"the card {card} is not part of this assessment", "choose it first")
    cards = [
        taken.model_dump() | (said if taken.card == card else {}) for taken in was.assessment.cards
    ]
    return change(stores, was, by, cards=cards)


def sign(stores: Stores, was: Kept, by: str) -> int:
    """Signs the assessment as it stands; nothing of it changes until the signature is taken off."""
    body = was.assessment.model_dump() | {"signed_by": by, "signed_at": ledger.now()[:19] + "Z"}
    return _keep(stores, make(Assessment, body, "the assessment"), by, was.version)


def unsign(stores: Stores, was: Kept, by: str) -> int:
    """Takes the signature off, as a version of its own."""
    body = was.assessment.model_dump() | {"signed_by": "", "signed_at": ""}
    return _keep(stores, make(Assessment, body, "the assessment"), by, was.version)


def judge(
    stores: Stores, name: str, card: str, said: Iterable[tuple[Case, str]], by: str, note: str = ""
) -> None:
    """Keeps what a person judged of answers; those that show the risk become evidence of it."""
    told = list(said)
    if strange := [verdict for _, verdict in told if verdict not in ("", *VERDICTS)]:
        raise Trouble(f"a verdict is {strange[0]!r}", f"choose one of {', '.join(VERDICTS)}")
    if one(stores, name).assessment.signed_by:
        raise Trouble("this assessment is signed", "take the signature off first")
    verdicts.add(stores.ledger, name, card, told, by, warehouse.snapshot(stores.warehouse), note)
    shown = [case for case, verdict in told if verdict == SHOWS]
    if shown:
        evidence.attach(stores, card, shown, by, f"assessment {name}")


def judged(stores: Stores, name: str, card: str = "") -> list[dict[str, Any]]:
    """What holds of people's verdicts under an assessment, of all cards or one."""
    return verdicts.current(stores.ledger, name, card)


def probe_set(name: str) -> str:
    """The data set an assessment's own prompts are loaded as."""
    return f"{PROBE}{name}"


def with_runs(stores: Stores, found: Kept) -> Kept:
    """The assessment with the answers to its own prompts among its runs, as far as they came."""
    more = [
        run
        for run, dataset in runs_of(stores, found.assessment.model).items()
        if dataset == probe_set(found.assessment.assessment)
    ]
    every_run = tuple(dict.fromkeys([*found.assessment.runs, *more]))
    return replace(found, assessment=found.assessment.model_copy(update={"runs": every_run}))
