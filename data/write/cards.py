"""Cards as files, one a file: ours as YAML or Markdown, and the public deck's own format."""

from __future__ import annotations

from typing import Any, Literal, get_args

import yaml

from data import card_codes
from data.card import Card
from data.read import card_text, public_card

Format = Literal["yaml", "markdown", "public"]
FORMATS: tuple[Format, ...] = get_args(Format)
ENDINGS: dict[Format, str] = {"yaml": ".yaml", "markdown": ".md", "public": ".md"}


def text(card: Card, format: Format = "yaml") -> str:
    """The card in that format; reading it again gives the same card.

    The public format has no place for status, rules and codes but those of Weidinger and Shelby;
    a card that came from it unedited goes back byte by byte.
    """
    if format == "public":
        return _public(card)
    body = ours(card)
    if format == "yaml":
        return _yaml(body)
    words = body.pop("description", "")
    return f"---\n{_yaml(body)}---\n\n# {card.title}\n\n{words}\n"


def ours(card: Card) -> dict[str, Any]:
    """What is set of a card, as a person would write it."""
    body = card.model_dump(exclude_defaults=True, mode="json")
    body = {"card": card.card, "title": card.title, "status": card.status} | body
    if card.harms:
        body["harms"] = [f"{harm.actor}-{harm.kind}" for harm in card.harms]
    return {name: body[name] for name in Card.model_fields if name in body}


def lines(card: Card) -> list[str]:
    """The card as lines to compare, without the text it was read from."""
    return _yaml({k: v for k, v in ours(card).items() if k != "origin"}).splitlines()


def _public(card: Card) -> str:
    wanted = _projected(card)
    if not card.origin:
        return "---\n" + _yaml({key: wanted[field] for field, key in public_card.KEYS.items()})
    doc = card_text.document(card.origin, card.card)
    was = _projected(public_card.read(card.origin, card.card))
    changed = [field for field in public_card.KEYS if was[field] != wanted[field]]
    if not changed:
        return card.origin
    at = public_card.keys(doc)
    return "---\n" + _yaml(doc | {
        at.get(field, public_card.KEYS[field]): wanted[field] for field in changed
    })  # fmt: skip


def _projected(card: Card) -> dict[str, Any]:
    """The card's fields as the public format has them."""
    codes = [code for code in card.codes if code in card_codes.PUBLIC] or ["W0.0", "S0.0"]
    pairs = [f"{harm.actor.capitalize()}-{harm.kind.capitalize()}" for harm in card.harms]
    said: list[Any] = []
    for one in card.exchanges:
        said.append(one.prompt)
        if one.output or not one.prompt or "**" in one.prompt:
            said.append({"output": one.output})
    return {
        "title": card.title,
        "description": card.description,
        "codes": [" ".join(codes)],
        "harms": [", ".join(pairs)] if pairs else [],
        "references": list(card.references),
        "conditions": card.conditions,
        "exchanges": said,
    }


def _yaml(body: dict[str, Any]) -> str:
    text = str(yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=100))
    # YAML reads these signs as ends of lines: then everything beyond ASCII is escaped
    if any(sign in text for sign in "\x85\u2028\u2029\ufeff"):
        text = str(yaml.safe_dump(body, sort_keys=False, width=100))
    return text
