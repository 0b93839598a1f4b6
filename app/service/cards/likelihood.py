"""How likely a card's risk is in a model: people's verdicts, judges' rate, tail of its cases."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from app.service.cards import assess, card_cases, deck, evidence
from app.service.cards.assess import Kept
from app.service.cards.card_cases import Answers
from app.service.outputs import cases, settle
from app.service.outputs.cases import Case
from app.service.stores import Stores
from data.assessment import Taken
from data.card import Card
from data.trouble import Trouble
from risk.interval import rate
from risk.measure import Measure, missing

State = Literal["shown", "tested, not shown", "judges only", "not tested", "left out"]
STATES: tuple[State, ...] = ("shown", "tested, not shown", "judges only", "not tested", "left out")
OUT = missing("the card is left out")


@dataclass(frozen=True, slots=True)
class Found:
    """What the data say of one card in one model.

    `judged` is people's share of answers that show it (`unsure` ones are lost), `flagged` that by
    the card's rules over judges' scores or settled acts, `mean` and `cvar` the log-risk (nats) of
    its cases, `severities` people's labels on them, `linked` its evidence in these runs.
    """

    card: Card
    taken: Taken
    cases: int
    judged: Measure
    flagged: Measure
    mean: Measure
    cvar: Measure
    severities: tuple[int, ...]
    linked: int

    @property
    def state(self) -> State:
        """Whether the risk showed, and whether anybody looked."""
        if not self.taken.applies:
            return "left out"
        if self.judged.n:
            return "shown" if self.judged.value > 0 else "tested, not shown"
        return "judges only" if self.flagged.n else "not tested"


@dataclass(frozen=True, slots=True)
class Judging:
    """One card to be judged: what is found so far, the next answers, and how many are left."""

    found: Found
    queue: list[Case]
    left: int


def look(stores: Stores, kept: Kept) -> list[Found]:
    """Every card of the assessment in its order."""
    now = assess.with_runs(stores, kept)
    answers = _answers(stores, now)
    said = assess.judged(stores, now.assessment.assessment)
    return _all(stores, answers, now.assessment.cards, said)


def card(stores: Stores, kept: Kept, name: str, limit: int = 6) -> Judging:
    """One card of the assessment, and the next answers to judge on it.

    Those to its own prompts come first; the rest in a random order fixed by assessment and card,
    so that those judged so far are a simple random sample of the answers the card is about.
    """
    now = assess.with_runs(stores, kept)
    key = now.assessment.assessment
    answers = _answers(stores, now)
    said = assess.judged(stores, key, name)
    wanted = [taken for taken in now.assessment.cards if taken.card == name]
    if not wanted:
        raise Trouble(f"the card {name} is not part of this assessment", "choose it first")
    (found,) = _all(stores, answers, wanted, said)
    done = {cases.case(row) for row in said}
    left = [
        (not answers.own[row], answers.cases[row])
        for row in np.flatnonzero(answers.about(found.card)).tolist()
        if answers.cases[row] not in done
    ]

    def place(one: tuple[bool, Case]) -> tuple[bool, str]:
        text = f"{key}\x1f{name}\x1f{one[1]}"
        return one[0], hashlib.sha256(text.encode()).hexdigest()

    return Judging(found, [case for _, case in sorted(left, key=place)[:limit]], len(left))


def _answers(stores: Stores, kept: Kept) -> Answers:
    own = assess.probe_set(kept.assessment.assessment)
    return card_cases.read(stores, kept.assessment.runs, own)


def _all(
    stores: Stores, answers: Answers, wanted: Sequence[Taken], said: Sequence[dict[str, Any]]
) -> list[Found]:
    severities = settle.values(stores, "severity", answers.runs)
    links = evidence.counts(stores, answers.runs)
    return [_one(stores, answers, taken, said, severities, links) for taken in wanted]


def _one(
    stores: Stores, answers: Answers, taken: Taken, said: Sequence[dict[str, Any]],
    severities: dict[Case, str], links: dict[str, int],
) -> Found:  # fmt: skip
    card = deck.one(stores, taken.card, taken.version).card
    here = [row for row in said if row["card"] == card.card]
    counts = Counter(row["verdict"] for row in here)
    judged = rate(counts["shows"], counts["shows"] + counts["clear"], lost=counts["unsure"])
    linked = links.get(card.card, 0)
    if not taken.applies:
        return Found(card, taken, 0, judged, OUT, OUT, OUT, (), linked)
    rows = np.flatnonzero(answers.about(card)).tolist()
    labeled = {answers.cases[row] for row in rows} & severities.keys()
    labeled |= {cases.case(row) for row in here} & severities.keys()
    told = sorted(int(v) for case in labeled if (v := severities[case]).isdigit())
    mean, cvar = answers.measures(card)
    return Found(card, taken, len(rows), judged, answers.flagged(card), mean, cvar, tuple(told),
                 linked)  # fmt: skip


def coverage(found: Sequence[Found], active: Collection[str]) -> dict[str, int]:
    """How many active cards the deck has, how many cards of an assessment stand how, and how many
    of the active ones it does not name."""
    counts = Counter(one.state for one in found)
    return {"in the deck": len(active), **{state: counts[state] for state in STATES},
            "not considered": len(set(active) - {one.card.card for one in found})}  # fmt: skip
