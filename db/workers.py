"""Who is up: every worker leaves a sign of life, the one row of the ledger that is written over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from db.ledger import now, patient, workers

LEASE = 30.0
"""Seconds without a sign of life after which a worker counts as gone."""
FORGET = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker: where it runs (host, pid), what it is doing, and how old its last sign is."""

    worker: str
    body: dict[str, Any]
    made_at: str
    age: float


@patient
def here(engine: sa.Engine, worker: str, body: Mapping[str, Any]) -> None:
    """A sign of life."""
    at = now()
    row = {"body": json.dumps(dict(body), default=str), "seen_at": at}
    mine = workers.c.worker == worker
    with engine.begin() as connection:
        if not connection.execute(sa.update(workers).where(mine).values(row)).rowcount:
            connection.execute(sa.insert(workers).values(worker=worker, made_at=at, **row))


@patient
def leave(engine: sa.Engine, worker: str) -> None:
    """Says goodbye; those not seen for a day are forgotten too."""
    old = (datetime.now(UTC) - FORGET).isoformat(timespec="microseconds")
    with engine.begin() as connection:
        connection.execute(
            sa.delete(workers).where((workers.c.worker == worker) | (workers.c.seen_at < old))
        )


def every(engine: sa.Engine) -> dict[str, Worker]:
    """Those that are up, or were when last seen."""
    at = datetime.now(UTC)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(workers)).all()
    return {
        row.worker: Worker(
            row.worker, json.loads(row.body), row.made_at,
            (at - datetime.fromisoformat(row.seen_at)).total_seconds(),
        )
        for row in rows
    }  # fmt: skip
