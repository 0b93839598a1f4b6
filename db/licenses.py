"""Under which license each data set stands, as people say, and the key behind pseudonyms."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa

from db.ledger import now, patient
from db.new import insert_new
from db.recipe_tables import keys, licenses


@patient
def state(engine: sa.Engine, dataset: str, license: str, shared: bool, person: str) -> None:
    """Notes the license of a data set and whether its texts may be passed on."""
    row = {"dataset": dataset, "license": license, "shared": shared, "made_by": person}
    with engine.begin() as connection:
        connection.execute(sa.insert(licenses), [{**row, "made_at": now()}])


def current(engine: sa.Engine) -> dict[str, dict[str, Any]]:
    """Data set -> what was said of it last: license, shared."""
    query = sa.select(licenses).order_by(licenses.c.seq)
    with engine.connect() as connection:
        return {row["dataset"]: dict(row) for row in connection.execute(query).mappings()}


@patient
def key(engine: sa.Engine, name: str) -> bytes:
    """The secret of that name, made once and the same for every process."""
    query = sa.select(keys.c.value).where(keys.c.name == name)
    with engine.begin() as connection:
        insert_new(connection, keys, [{"name": name, "value": secrets.token_hex(32)}])
        return bytes.fromhex(str(connection.scalar(query)))
