"""Evidence linked to cards, and answers judged under an assessment: events, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from db.card_tables import card_links
from db.ledger import now, patient
from db.new import insert_new

LINK, UNLINK, DECLINE = "link", "unlink", "decline"
CHUNK = 5_000
Case = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Link:
    """What shows a card: an answer (`case`), or another thing named by `ref` with its `body`.

    `kind` is output, label, tail or lens; `how` says what proposed it, "" where a person found it.
    """

    card: str
    kind: str
    ref: str
    case: Case | None = None
    body: str = "{}"
    how: str = ""


_undone = sa.alias(card_links)
HOLDS = sa.and_(
    card_links.c.what == LINK,
    ~sa.exists(sa.select(1).where(_undone.c.undoes == card_links.c.seq).select_from(_undone)),
)
"""A link that no unlinking undid."""


@patient
def add(
    engine: sa.Engine, links: Iterable[Link], person: str, snapshot: int, what: str = LINK
) -> int:
    """Links these, or declines them as not showing the card; what is so already stays as it is.

    Returns how many are new.
    """
    every, made_at = list(links), now()
    new = 0
    with engine.begin() as connection:
        for start in range(0, len(every), CHUNK):
            part = every[start : start + CHUNK]
            turns = _turns(connection, part)
            rows = [
                _row(one, turns.get((one.card, one.ref), 0), person, snapshot, made_at)
                | {"what": what}
                for one in part
            ]
            new += insert_new(connection, card_links, rows)
    return new


def _row(one: Link, turn: int, person: str, snapshot: int, made_at: str) -> dict[str, Any]:
    run, item, sample = one.case or (None, None, None)
    return {
        "card": one.card, "what": LINK, "kind": one.kind, "ref": one.ref, "turn": turn,
        "undoes": None, "run_id": run, "item_id": item, "sample": sample, "body": one.body,
        "how": one.how, "snapshot": snapshot, "made_by": person, "made_at": made_at,
    }  # fmt: skip


def _turns(connection: sa.Connection, links: list[Link]) -> dict[tuple[str, str], int]:
    """How often each of these was unlinked: a link made again is another event."""
    query = (
        sa.select(card_links.c.card, card_links.c.ref, sa.func.count())
        .where(card_links.c.what == UNLINK, card_links.c.card.in_({one.card for one in links}))
        .group_by(card_links.c.card, card_links.c.ref)
    )
    return {(str(card), str(ref)): int(n) for card, ref, n in connection.execute(query)}


@patient
def remove(engine: sa.Engine, seq: int, person: str, snapshot: int, why: str = "") -> bool:
    """Takes a link back by an event of its own; False where it does not hold any more."""
    with engine.begin() as connection:
        found = connection.execute(sa.select(card_links).where(card_links.c.seq == seq, HOLDS))
        row = found.mappings().first()
        if row is None:
            return False
        event = {k: v for k, v in row.items() if k != "seq"} | {
            "what": UNLINK, "undoes": seq, "how": why, "snapshot": snapshot,
            "made_by": person, "made_at": now(),
        }  # fmt: skip
        return bool(insert_new(connection, card_links, [event]))


def counts(engine: sa.Engine, runs: Iterable[str] | None = None) -> dict[str, int]:
    """Card -> how many links hold, of all runs or of some."""
    sign = sa.case((card_links.c.what == LINK, 1), (card_links.c.what == UNLINK, -1), else_=0)
    query = sa.select(card_links.c.card, sa.func.sum(sign)).group_by(card_links.c.card)
    if runs is not None:
        query = query.where(card_links.c.run_id.in_(list(runs)))
    with engine.connect() as connection:
        return {str(card): int(n) for card, n in connection.execute(query) if n}


def whole(engine: sa.Engine, card: str = "") -> list[dict[str, Any]]:
    """The links that hold to tails and lens results of whole runs, of a card or all; newest first.

    Their run stands in their body alone.
    """
    query = sa.select(card_links).where(card_links.c.kind.in_(("tail", "lens")), HOLDS)
    if card:
        query = query.where(card_links.c.card == card)
    return _rows(engine, query.order_by(card_links.c.seq.desc()))


def page(
    engine: sa.Engine, card: str, limit: int = 25, offset: int = 0, kind: str = "",
    runs: Iterable[str] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The links of a card that hold, the newest first; of a kind, or of some runs, or all."""
    query = sa.select(card_links).where(card_links.c.card == card, HOLDS)
    if kind:
        query = query.where(card_links.c.kind == kind)
    if runs is not None:
        query = query.where(card_links.c.run_id.in_(list(runs)))
    query = query.order_by(card_links.c.seq.desc()).limit(limit).offset(offset)
    return _rows(engine, query)


def of_case(engine: sa.Engine, case: Case) -> list[dict[str, Any]]:
    """The links to one answer that hold."""
    run, item, sample = case
    query = sa.select(card_links).where(
        card_links.c.run_id == run, card_links.c.item_id == item, card_links.c.sample == sample,
        HOLDS,
    )  # fmt: skip
    return _rows(engine, query.order_by(card_links.c.card))


def history(engine: sa.Engine, card: str, limit: int = 100) -> list[dict[str, Any]]:
    """Every event of a card, undone links and their undoing included, the newest first."""
    query = sa.select(card_links).where(card_links.c.card == card)
    return _rows(engine, query.order_by(card_links.c.seq.desc()).limit(limit))


def refs(engine: sa.Engine, card: str) -> set[str]:
    """What is linked to a card now or was declined, by name."""
    said = sa.or_(HOLDS, card_links.c.what == DECLINE)
    query = sa.select(card_links.c.ref).where(card_links.c.card == card, said)
    with engine.connect() as connection:
        return {str(ref) for (ref,) in connection.execute(query)}


def _rows(engine: sa.Engine, query: sa.Select[Any]) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
