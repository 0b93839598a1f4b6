"""What was exported: one row an export, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from db import ledger


@ledger.patient
def record(engine: sa.Engine, row: Mapping[str, Any]) -> None:
    """Notes that an export was made: export, recipe, snapshot, rows, sha256, made_by."""
    with engine.begin() as connection:
        connection.execute(sa.insert(ledger.exports), [{**row, "made_at": ledger.now()}])


def every(engine: sa.Engine) -> list[dict[str, Any]]:
    """The exports made so far, the newest first."""
    query = sa.select(ledger.exports).order_by(ledger.exports.c.made_at.desc())
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
