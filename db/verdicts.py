"""What people judged of answers under an assessment: events; the last one on a case holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from db.card_tables import card_verdicts
from db.ledger import now, patient

Case = tuple[str, str, int]
SHOWS, CLEAR, UNSURE = "shows", "clear", "unsure"
VERDICTS = (SHOWS, CLEAR, UNSURE)
KEY = (
    card_verdicts.c.assessment, card_verdicts.c.card, card_verdicts.c.run_id,
    card_verdicts.c.item_id, card_verdicts.c.sample,
)  # fmt: skip


@patient
def add(
    engine: sa.Engine, assessment: str, card: str, said: Iterable[tuple[Case, str]],
    person: str, snapshot: int, note: str = "",
) -> None:  # fmt: skip
    """Keeps what was judged of these answers; an empty verdict takes back what was there."""
    made_at = now()
    rows = [
        {
            "assessment": assessment, "card": card, "run_id": case[0], "item_id": case[1],
            "sample": case[2], "verdict": verdict, "note": note, "snapshot": snapshot,
            "made_by": person, "made_at": made_at,
        }
        for case, verdict in said
    ]  # fmt: skip
    if rows:
        with engine.begin() as connection:
            connection.execute(sa.insert(card_verdicts), rows)


def current(engine: sa.Engine, assessment: str, card: str = "") -> list[dict[str, Any]]:
    """What holds now: the last verdict on each answer, oldest first; taken back ones left out."""
    last = sa.select(sa.func.max(card_verdicts.c.seq)).where(
        card_verdicts.c.assessment == assessment
    )
    if card:
        last = last.where(card_verdicts.c.card == card)
    query = (
        sa.select(card_verdicts)
        .where(card_verdicts.c.seq.in_(last.group_by(*KEY)), card_verdicts.c.verdict != "")
        .order_by(card_verdicts.c.seq)
    )
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
