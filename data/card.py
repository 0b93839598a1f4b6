"""A risk card: how a risk becomes a harm, for whom, under which conditions, shown by what."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from data import card_codes
from data.trouble import Trouble

Actor = Literal["consumer", "external group", "publisher", "provider", "developer"]
Kind = Literal[
    "psychological", "legal", "social", "physical", "interpersonal", "representational",
    "reputational", "allocative", "financial", "quality-of-service", "personal",
]  # fmt: skip
Status = Literal["draft", "active", "retired"]
ACTORS: tuple[Actor, ...] = get_args(Actor)
KINDS: tuple[Kind, ...] = get_args(Kind)
STATUSES: tuple[Status, ...] = get_args(Status)
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
LONGEST = 20_000
"""Characters of one text of a card at most."""


def _clean(value: Any) -> Any:
    """A text as it is kept: ends trimmed, line ends alike, no character a store refuses."""
    if not isinstance(value, str):
        return value
    kept = value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return kept.encode("utf-8", "replace").decode("utf-8").strip()


Words = Annotated[str, BeforeValidator(_clean), Field(max_length=LONGEST)]
Joined = BeforeValidator(lambda v: " ".join(_clean(v).split()) if isinstance(v, str) else v)
Line = Annotated[str, Joined, Field(max_length=300)]
Reference = Annotated[str, Joined, Field(max_length=LONGEST)]


class Part(BaseModel):
    """What cards are made of: frozen, and nothing beside the fields named."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Harm(Part):
    """Who is harmed, and in which way."""

    actor: Actor
    kind: Kind


class Exchange(Part):
    """A sample prompt and what a model answered to it, where that is told."""

    prompt: Words = ""
    output: Words = ""


class Rule(Part):
    """Which loaded answers are proposed as evidence: what is filled is met all at once."""

    categories: tuple[Line, ...] = ()
    dimension: Line = ""
    over: float = Field(0.5, ge=0, le=1)
    words: Line = ""
    act: Line = ""

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing, and so proposes nothing."""
        return not (self.categories or self.dimension or self.words or self.act)


class Card(Part):
    """One risk card. `origin` is the text of the public deck it was read from, kept as it was.

    `codes` are those of `data.card_codes`; `conditions` say what else must hold for harm to happen.
    """

    card: str
    title: Annotated[Line, Field(min_length=1)]
    status: Status = "active"
    description: Words = ""
    codes: tuple[Line, ...] = ()
    harms: tuple[Harm, ...] = ()
    conditions: Words = ""
    exchanges: tuple[Exchange, ...] = ()
    references: tuple[Reference, ...] = ()
    proposes: tuple[Rule, ...] = ()
    origin: str = ""

    @field_validator("codes", "harms", "references")
    @classmethod
    def _once(cls, said: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(one for one in dict.fromkeys(said) if one)

    @property
    def actors(self) -> set[str]:
        """Who may be harmed."""
        return {harm.actor for harm in self.harms}

    @property
    def kinds(self) -> set[str]:
        """In which ways."""
        return {harm.kind for harm in self.harms}

    @property
    def prompts(self) -> list[str]:
        """The sample prompts, each once."""
        return list(dict.fromkeys(one.prompt for one in self.exchanges if one.prompt))


def make(body: dict[str, Any], name: str) -> Card:
    """The card of these fields. Raises Trouble naming the first that cannot be."""
    try:
        card = Card.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the card"
        raise Trouble(
            f"{name}: {where}: {first['msg'].lower()}",
            f"the fields are {', '.join(Card.model_fields)}",
        ) from error
    if not SLUG.fullmatch(card.card):
        raise Trouble(
            f"{name}: the card is called {card.card[:80]!r}",
            "use small letters, digits, - and _, 80 at most, the first a letter or digit",
        )
    if strange := [code for code in card.codes if not card_codes.known(code)]:
        raise Trouble(
            f"{name}: there is no code {strange[0]!r}",
            "codes are those of Weidinger (W1.1) and Shelby (S1.1), mlcommons:…, sharp:… and "
            "abstention:…",
        )
    return card


def slug(title: str) -> str:
    """A title as a card may be called; empty when nothing of it is left.

    >>> slug("Over-refusal: harmless & safe")
    'over-refusal_harmless_safe'
    """
    return re.sub(r"[^a-z0-9-]+", "_", title.lower()).strip("_-")[:80]
