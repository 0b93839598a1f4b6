"""Who works here: people are added once and never changed in place."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from db.ledger import now, patient, people
from db.new import insert_new

ROLES = ("researcher", "annotator", "lead", "curator", "engineer", "imported")


@patient
def add(engine: sa.Engine, person: str, name: str = "", role: str = "annotator") -> None:
    """Adds a person; one who is there already stays as they were.

    Raises ValueError for an empty key or a role that is not one of ROLES.
    """
    if not person.strip() or role not in ROLES:
        raise ValueError(f"person {person!r}, role {role!r}: a name and one of {', '.join(ROLES)}")
    row = {"person": person, "name": name or person, "role": role, "made_at": now()}
    with engine.begin() as connection:
        insert_new(connection, people, [row])


def every(engine: sa.Engine) -> list[dict[str, Any]]:
    """All people, first come first."""
    with engine.connect() as connection:
        found = connection.execute(sa.select(people).order_by(people.c.made_at, people.c.person))
        return [dict(row) for row in found.mappings()]


def one(engine: sa.Engine, person: str) -> dict[str, Any] | None:
    """One person's row; None where there is none."""
    with engine.connect() as connection:
        found = connection.execute(sa.select(people).where(people.c.person == person)).mappings()
        row = found.first()
    return dict(row) if row else None
