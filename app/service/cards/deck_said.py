"""What the deck and a card come to, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from app.service.cards.deck import Kept
from data import card_codes
from data.card import Card


def sentence(every: Sequence[Kept], links: Mapping[str, int]) -> str:
    """The deck in one sentence."""
    of = Counter(kept.card.status for kept in every)
    others = [f"{of[status]} {status}" for status in ("draft", "retired") if of[status]]
    shown = sum(1 for kept in every if links.get(kept.card.card))
    total = sum(links.values())
    rest = f" ({', '.join(others)})" if others else ""
    if not total:
        return f"{_many(len(every), 'card')}{rest}; none has evidence yet."
    return (
        f"{_many(len(every), 'card')}{rest}; {shown} with evidence, {_many(total, 'piece')} in all."
    )


def standing(kept: Kept, links: int) -> str:
    """One card in one sentence."""
    actors = len(kept.card.actors)
    harms = _many(len(kept.card.harms), "harm")
    said = f"{harms} to {_many(actors, 'actor')}" if actors else "no harm named yet"
    shown = f"{_many(links, 'piece')} of evidence" if links else "no evidence yet"
    return f"{kept.card.status.capitalize()}, version {kept.version}: {said}, {shown}."


def _many(n: int, word: str) -> str:
    return f"{n} {word}{'' if n == 1 else 's'}"


def codes(card: Card) -> list[str]:
    """The card's codes with their meanings."""
    return [card_codes.words(code) for code in card.codes]
