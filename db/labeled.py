"""Which schemes labels were given by, and which values a field has."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from db.ledger import labels


def schemes(engine: sa.Engine, runs: Iterable[str]) -> list[str]:
    """The schemes of the labels of these runs, the latest used first."""
    last = sa.func.max(labels.c.seq).label("last")
    query = sa.select(labels.c.scheme, last).where(labels.c.run_id.in_(list(runs)))
    with engine.connect() as connection:
        found = connection.execute(query.group_by(labels.c.scheme).order_by(last.desc()))
        return [str(row.scheme) for row in found]


def values(engine: sa.Engine, field: str) -> list[str]:
    """Every value a field was ever given, in order."""
    query = sa.select(labels.c.value).where(labels.c.field == field, labels.c.what != "undo")
    with engine.connect() as connection:
        return sorted(str(row.value) for row in connection.execute(query.distinct()))


def fields(engine: sa.Engine) -> list[str]:
    """Every field that was ever labeled, in order."""
    query = sa.select(labels.c.field).where(labels.c.what != "undo").distinct()
    with engine.connect() as connection:
        return sorted(str(row.field) for row in connection.execute(query))


def commonest(engine: sa.Engine, field: str, most: int) -> list[str]:
    """So many of the values a field was ever given, the commonest first."""
    query = sa.select(labels.c.value).where(labels.c.field == field, labels.c.what != "undo")
    often = sa.func.count().desc()
    query = query.group_by(labels.c.value).order_by(often, labels.c.value).limit(most)
    with engine.connect() as connection:
        return [str(row.value) for row in connection.execute(query)]
