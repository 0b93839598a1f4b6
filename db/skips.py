"""Cases a person left for later: kept in the ledger, so that they wait in every session."""

from __future__ import annotations

import sqlalchemy as sa

from db.draws import CASE, places
from db.labels import Case, row
from db.ledger import labels, now, patient
from db.new import insert_new


@patient
def keep(engine: sa.Engine, event: str, campaign: str, person: str, case: Case) -> None:
    """Keeps that the person left a case for later; the same event sent twice is one skip."""
    made = row(
        event, "skip", person, case, campaign=campaign, scheme="", scheme_version=0, field="",
        value="", made_at=now(),
    )  # fmt: skip
    with engine.begin() as connection:
        insert_new(connection, labels, [made])


def of(engine: sa.Engine, campaign: str, person: str) -> list[int]:
    """The places this person left for later, the longest waiting first; labeled ones too."""
    case = [labels.c[name] for name in CASE]
    query = (
        sa.select(*case, sa.func.max(labels.c.seq).label("turn"))
        .where(labels.c.campaign == campaign, labels.c.person == person, labels.c.what == "skip")
        .group_by(*case)
    )
    with engine.connect() as connection:
        turns = {tuple(row[:3]): row.turn for row in connection.execute(query)}
        if not turns:
            return []
        every = places(campaign).subquery()
        columns = [every.c[name] for name in CASE]
        query = sa.select(every.c.place, *columns).where(sa.tuple_(*columns).in_(list(turns)))
        found = connection.execute(query).all()
    return [row.place for row in sorted(found, key=lambda row: turns[tuple(row[1:])])]
