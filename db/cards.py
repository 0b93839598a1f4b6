"""Cards, assessments and risks of the register: versioned bodies; a change is a new version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import sqlalchemy as sa

from db.card_tables import assessments, cards, register
from db.ledger import now, patient
from db.new import insert_new

Kind = Literal["card", "assessment", "risk"]
TABLES: dict[Kind, sa.Table] = {"card": cards, "assessment": assessments, "risk": register}


class Moved(Exception):
    """Somebody kept another version meanwhile; the argument names of what."""


def _columns(kind: Kind) -> tuple[Any, ...]:
    table = TABLES[kind]
    return (table.c[kind].label("name"), *(c for c in table.c if c.name != kind))


def newest(engine: sa.Engine, kind: Kind = "card") -> list[dict[str, Any]]:
    """The newest version of each, by name: name, version, body, made_by, made_at."""
    table = TABLES[kind]
    last = sa.select(table.c[kind], sa.func.max(table.c.version).label("version"))
    top = last.group_by(table.c[kind]).subquery()
    query = sa.select(*_columns(kind)).join(
        top, sa.and_(table.c[kind] == top.c[kind], table.c.version == top.c.version)
    )
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query.order_by(table.c[kind])).mappings()]


def versions(engine: sa.Engine, name: str, kind: Kind = "card") -> list[dict[str, Any]]:
    """Every version of one, the oldest first; rows as of `newest`."""
    table = TABLES[kind]
    query = sa.select(*_columns(kind)).where(table.c[kind] == name).order_by(table.c.version)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


@patient
def keep(
    engine: sa.Engine,
    bodies: Mapping[str, str],
    person: str,
    kind: Kind = "card",
    after: int | None = None,
) -> dict[str, int]:
    """Keeps these bodies as the next versions, all or none; what is as it was stays.

    Returns name -> version of those that are new. With `after` the newest version must be that one.
    Raises Moved where somebody was quicker.
    """
    table = TABLES[kind]
    held = {row["name"]: row for row in newest(engine, kind)}
    made_at = now()
    rows: list[dict[str, Any]] = []
    for name, body in bodies.items():
        version = int(held[name]["version"]) if name in held else 0
        if after is not None and version != after:
            raise Moved(name)
        if name not in held or held[name]["body"] != body:
            rows.append({kind: name, "version": version + 1, "body": body,
                         "made_by": person, "made_at": made_at})  # fmt: skip
    with engine.begin() as connection:
        if insert_new(connection, table, rows) != len(rows):
            connection.rollback()
            raise Moved(", ".join(str(row[kind]) for row in rows[:3]))
    return {row[kind]: row["version"] for row in rows}
