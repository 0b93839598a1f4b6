"""Cards between the screen and files: a form's values, dropped files, the deck as one archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from app.service.cards import deck
from app.service.stores import Stores
from data import card_rules
from data.card import Card, make, slug
from data.read import cards as files
from data.trouble import Trouble
from data.write import cards as written
from data.write.cards import Format

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive, so that the same deck gives the same bytes."""


def filled(said: dict[str, Any], was: Card | None) -> Card:
    """The card a form holds; a new one is called by its title. Raises Trouble for what is amiss."""
    name = was.card if was else slug(str(said.get("title") or ""))
    if not name:
        raise Trouble("the card has no title", "write one: the card is called by it")
    return make({**said, "card": name, "origin": was.origin if was else ""}, "the card")


def problems(card: Card) -> list[str]:
    """What of the public deck's own field rules the card does not keep."""
    return card_rules.problems(written.text(card, "public"))


def archive(stores: Stores, format: Format) -> bytes:
    """Every card as a file of that format, in one ZIP."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        for kept in deck.every(stores):
            name = f"{kept.card.card}{written.ENDINGS[format]}"
            packed.writestr(zipfile.ZipInfo(name, EPOCH), written.text(kept.card, format))
    return whole.getvalue()


def bring(stores: Stores, dropped: Sequence[tuple[str, bytes]], by: str) -> dict[str, Any]:
    """Brings in dropped files, one card each; one that cannot be read keeps no other out."""
    found: dict[str, Card] = {}
    refused = []
    for name, raw in dropped:
        try:
            card = files.parse(raw.decode("utf-8-sig"), PurePath(name).stem, name)
            if card.card in found:
                raise Trouble(f"{name}: a card called {card.card} came before", "rename one")
            found[card.card] = card
        except (UnicodeError, Trouble) as error:
            refused.append({"file": name, "why": str(error)})
    new = deck.keep(stores, found.values(), by)
    return {"cards": len(found), "new": len(new), "refused": refused}
