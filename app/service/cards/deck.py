"""The deck of risk cards: browse, read, write as versions, files in and out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.service.stores import Stores
from data.card import Card, make
from data.read import cards as files
from data.trouble import Trouble
from data.write import cards as written
from data.write.cards import Format
from db import cards as kept

SHIPPED = Path(files.__file__).parents[1] / "deck"
"""The starter deck that comes with Tailscope."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a card, by whom and when."""

    card: Card
    version: int
    made_by: str
    made_at: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cards: empty fields let everything through; one of each list must be met.

    `categories` are codes too: those of MLCommons, SHARP and abstention.
    """

    words: str = ""
    codes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()

    def fits(self, card: Card) -> bool:
        """Whether it lets this card through."""
        said = f"{card.card} {card.title} {card.description}".lower()
        return (
            all(word in said for word in self.words.lower().split())
            and (not self.codes or bool(set(self.codes) & set(card.codes)))
            and (not self.categories or bool(set(self.categories) & set(card.codes)))
            and (not self.actors or bool(set(self.actors) & card.actors))
            and (not self.kinds or bool(set(self.kinds) & card.kinds))
            and (not self.statuses or card.status in self.statuses)
        )


def every(stores: Stores) -> list[Kept]:
    """The newest version of every card, by title."""
    found = [_kept(row) for row in kept.newest(stores.ledger)]
    return sorted(found, key=lambda one: (one.card.title.lower(), one.card.card))


def titles(stores: Stores) -> dict[str, str]:
    """Card -> its title, of those that are not retired."""
    return {
        kept.card.card: kept.card.title for kept in every(stores) if kept.card.status != "retired"
    }


def active(cards: Iterable[Kept]) -> list[str]:
    """The names of those that are neither drafts nor retired."""
    return [one.card.card for one in cards if one.card.status == "active"]


def find(stores: Stores, wanted: Wanted) -> list[Kept]:
    """The cards that fit, by title."""
    return [one for one in every(stores) if wanted.fits(one.card)]


def versions(stores: Stores, name: str) -> list[Kept]:
    """Every version of a card, the oldest first. Raises Trouble where there is none."""
    found = [_kept(row) for row in kept.versions(stores.ledger, name)]
    if not found:
        raise Trouble(f"there is no card {name!r}", "see tailscope cards list")
    return found


def one(stores: Stores, name: str, version: int = 0) -> Kept:
    """A card as it is now, or as it was in a version. Raises Trouble where there is none."""
    found = versions(stores, name)
    same = [each for each in found if each.version == version] if version else found
    if not same:
        raise Trouble(f"the card {name} has no version {version}", f"it has {len(found)}")
    return same[-1]


def _kept(row: dict[str, Any]) -> Kept:
    return Kept(_parsed(row["body"]), row["version"], row["made_by"], row["made_at"])


@lru_cache(maxsize=4096)
def _parsed(body: str) -> Card:
    return Card.model_validate_json(body)


def keep(
    stores: Stores, cards: Iterable[Card], by: str, after: int | None = None
) -> dict[str, int]:
    """Keeps cards as their next versions, all or none; returns name -> version of what is new.

    With `after` (0: there must be none) a card that moved on meanwhile is Trouble.
    """
    bodies: dict[str, str] = {}
    for card in cards:
        if card.card in bodies:
            raise Trouble(f"two cards are called {card.card}", "give one of them another name")
        bodies[card.card] = card.model_dump_json()
    try:
        return kept.keep(stores.ledger, bodies, by, after=after)
    except kept.Moved as error:
        raise Trouble(
            f"somebody saved the card {error} meanwhile", "look at the newest version, save again"
        ) from error


def edited(text: str, name: str) -> Card:
    """The card a person wrote in our YAML. Raises Trouble naming what is wrong in it."""
    return files.parse(text, name or "card", name or "the card")


def text(card: Card, format: Format = "yaml") -> str:
    """The card as a file of that format would hold it."""
    return written.text(card, format)


def plain(card: Card) -> str:
    """The card as YAML to be edited: without the text it was read from."""
    return written.text(card.model_copy(update={"origin": ""}))


def rewritten(text: str, was: Card) -> Card:
    """An edited card that still knows the text of the public deck it came from."""
    found = edited(text, was.card)
    if found.card != was.card:
        raise Trouble(f"the card is called {was.card}, not {found.card}", "leave its name as it is")
    return make(found.model_dump() | {"origin": was.origin}, was.card)


def difference(before: Card | None, after: Card) -> list[str]:
    """What changed from one version to the next, line by line; nothing where nothing did."""
    old = written.lines(before) if before else []
    compared = difflib.unified_diff(old, written.lines(after), "before", "after", lineterm="", n=2)
    return list(compared)[2:]


def load(stores: Stores, path: Path, by: str) -> dict[str, Any]:
    """Brings in a card's file or a folder of them; one that cannot be read keeps no other out.

    Returns what came in, and with every refused file why. Raises Trouble where there is no card.
    """
    if not path.exists():
        raise Trouble(f"there is no {path}", "name a file or a folder of cards")
    found: dict[str, Card] = {}
    refused = []
    for file in files.paths(path) if path.is_dir() else [path]:
        try:
            card = files.load(file)
            if card.card in found:
                raise Trouble(f"{file}: a card called {card.card} came before", "rename one")
            found[card.card] = card
        except Trouble as trouble:
            refused.append({"file": str(file), "line": None, "why": str(trouble)})
    if not found and not refused:
        raise Trouble(f"{path} holds no card", "a card is a .yaml, .yml or .md file of its own")
    new = keep(stores, found.values(), by)
    return {
        "cards": len(found), "new": sum(version == 1 for version in new.values()),
        "changed": sum(version > 1 for version in new.values()), "same": len(found) - len(new),
        "refused": refused,
    }  # fmt: skip


def export(stores: Stores, to: Path, format: Format, names: Iterable[str] = ()) -> list[Path]:
    """Writes every card, or those named, into a folder, one a file; returns the files."""
    asked = set(names)
    chosen = [each.card for each in every(stores) if not asked or each.card.card in asked]
    if missing := asked - {card.card for card in chosen}:
        raise Trouble(f"there is no card {sorted(missing)[0]!r}", "see tailscope cards list")
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise Trouble(f"{to} is there already and is not an empty folder", "name a new folder")
    made = []
    try:
        to.mkdir(parents=True, exist_ok=True)
        for card in chosen:
            path = to / f"{card.card}{written.ENDINGS[format]}"
            path.write_bytes(written.text(card, format).encode("utf-8"))
            made.append(path)
    except OSError as error:
        raise Trouble(f"{to} cannot be written: {error.strerror}", "name another folder") from error
    return made


def seed(stores: Stores) -> int:
    """Keeps the starter deck's cards that are not there yet; a team's own versions stay newest."""
    there = {row["name"] for row in kept.newest(stores.ledger)}
    found = [files.load(path) for path in files.paths(SHIPPED)]
    return len(keep(stores, [card for card in found if card.card not in there], "tailscope"))


def listed(found: list[Kept], links: dict[str, int]) -> list[dict[str, Any]]:
    """The cards as the shell lists them."""
    return [
        {
            "card": one.card.card, "title": one.card.title, "status": one.card.status,
            "codes": list(one.card.codes), "version": one.version,
            "harms": [f"{harm.actor}-{harm.kind}" for harm in one.card.harms],
            "prompts": len(one.card.prompts), "evidence": links.get(one.card.card, 0),
            "made_by": one.made_by, "made_at": one.made_at,
        }
        for one in found
    ]  # fmt: skip
