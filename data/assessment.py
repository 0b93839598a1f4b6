"""An assessment of one model in one setting by risk cards, and a risk of the register."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import Field, ValidationError

from data.card import SLUG, Harm, Line, Part, Words
from data.trouble import Trouble

Holds = Literal["", "yes", "no", "unclear"]
Treatment = Literal["", "avoid", "reduce", "transfer", "accept"]
Standing = Literal["open", "in treatment", "accepted", "closed"]
Level = Literal["", "low", "moderate", "high", "extreme"]
HOLDS: tuple[Holds, ...] = get_args(Holds)
TREATMENTS: tuple[Treatment, ...] = get_args(Treatment)
STANDINGS: tuple[Standing, ...] = get_args(Standing)
LEVELS: tuple[Level, ...] = get_args(Level)
Made = TypeVar("Made", bound=Part)


class Taken(Part):
    """A card in an assessment, and what people found on it.

    `applies` False leaves it out, `why` says for which reason. `severity` runs from 0 to 4 and is
    None where nobody judged; `touched` are the harms people saw; `holds` says whether the card's
    conditions hold in this setting.
    """

    card: str
    version: int
    applies: bool = True
    why: Words = ""
    plan: Words = ""
    holds: Holds = ""
    severity: Annotated[int, Field(ge=0, le=4)] | None = None
    touched: tuple[Harm, ...] = ()
    note: Words = ""


class Assessment(Part):
    """One model, reached by one interface, used in one setting, held against chosen cards."""

    assessment: str
    title: Annotated[Line, Field(min_length=1)]
    model: Annotated[Line, Field(min_length=1)]
    runs: tuple[str, ...] = ()
    interface: Words = ""
    setting: Words = ""
    audience: Words = ""
    assessors: Words = ""
    findings: Words = ""
    limits: Words = ""
    cards: tuple[Taken, ...] = ()
    signed_by: Line = ""
    signed_at: str = ""

    def taken(self, card: str) -> Taken | None:
        """What it says of a card; None where it does not name it."""
        return next((one for one in self.cards if one.card == card), None)

    @property
    def chosen(self) -> tuple[Taken, ...]:
        """The cards that apply."""
        return tuple(one for one in self.cards if one.applies)


class Risk(Part):
    """A risk of the register: whose it is, what is done about it, when it is looked at again."""

    risk: str
    title: Annotated[Line, Field(min_length=1)]
    card: str = ""
    assessment: str = ""
    model: Line = ""
    owner: Line = ""
    treatment: Treatment = ""
    plan: Words = ""
    status: Standing = "open"
    review: str = ""
    residual: Level = ""
    note: Words = ""

    def overdue(self, today: date) -> bool:
        """Whether its review is due before today and it is not closed."""
        return bool(self.review) and self.status != "closed" and self.review < today.isoformat()


def make(kind: type[Made], body: dict[str, Any], name: str) -> Made:
    """The assessment or risk of these fields. Raises Trouble naming the first that cannot be."""
    try:
        made = kind.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or name
        raise Trouble(
            f"{name}: {where}: {first['msg'].lower()}",
            f"the fields are {', '.join(kind.model_fields)}",
        ) from error
    key = str(body.get("assessment" if kind is Assessment else "risk", ""))
    if not SLUG.fullmatch(key):
        raise Trouble(f"{name} is called {key[:80]!r}", "give it a title with letters or digits")
    review = str(body.get("review") or "")
    if review and not re.fullmatch(r"\d{4}-\d\d-\d\d", review):
        raise Trouble(f"{name}: the review date is {review!r}", "write it as 2027-03-31")
    return made
