"""Who may add rows to a job: one claim at a time, every write checked against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from db.jobs import STATES, Claim, Job, put, read
from db.ledger import job_batches, job_events, jobs, now, patient


class Lost(Exception):
    """The claim is somebody else's by now: nothing was written."""


@dataclass(frozen=True, slots=True)
class Held:
    """Cases of a job that are kept: `size` of them from place `first` on, and their packed rows."""

    first: int
    size: int
    rows: bytes


@patient
def claim(
    engine: sa.Engine, job: str, body: Mapping[str, Any], free: Callable[[Job], bool]
) -> Claim | None:
    """Claims a job that is `free` in the very moment of claiming; None where it is not.

    `body` names the worker. Two that try at once go one by one: the second finds it taken.
    """
    with engine.begin() as connection:
        _lock(connection, job)
        found = read(connection, [job])
        if not found or not free(found[0]):
            return None
        return Claim(job, put(connection, job, "claimed", body))


@patient
def keep(engine: sa.Engine, mine: Claim, batch: Held, seconds: float) -> bool:
    """Keeps a batch under a claim; returns whether to go on (False: somebody asked to stop).

    The rows and the check of the claim are one transaction. Raises Lost, with nothing kept, where
    another worker has claimed the job since.
    """
    with engine.begin() as connection:
        said = _mine(connection, mine)
        connection.execute(
            sa.insert(job_batches).values(
                job=mine.job, first=batch.first, size=batch.size, rows=batch.rows,
                seconds=seconds, made_at=now(),
            )
        )  # fmt: skip
    return said == "claimed"


@patient
def end(engine: sa.Engine, mine: Claim, what: str, body: Mapping[str, Any]) -> None:
    """Ends a claim: done, failed, cancelled or released. Rows of a job that is done go.

    Raises Lost where another worker has claimed the job since.
    """
    with engine.begin() as connection:
        _mine(connection, mine)
        put(connection, mine.job, what, body)
        if what == "done":
            connection.execute(sa.delete(job_batches).where(job_batches.c.job == mine.job))


def wanted(engine: sa.Engine, mine: Claim) -> bool:
    """Whether the claim still stands and nobody asked to stop."""
    with engine.connect() as connection:
        return _said(connection, mine.job) == (mine.seq, "claimed")


def kept(engine: sa.Engine, job: str) -> list[tuple[int, int]]:
    """What is kept of a job: (place of the first case, how many), in order."""
    query = sa.select(job_batches.c.first, job_batches.c.size).where(job_batches.c.job == job)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(job_batches.c.first)).all()
    return [(int(row.first), int(row.size)) for row in rows]


def batches(engine: sa.Engine, job: str, places: list[int]) -> list[Held]:
    """The batches that begin at these places, with their rows."""
    query = sa.select(job_batches).where(job_batches.c.job == job, job_batches.c.first.in_(places))
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(job_batches.c.first)).all()
    return [Held(row.first, row.size, row.rows) for row in rows]


def pace(engine: sa.Engine, job: str, last: int = 20) -> list[tuple[int, float, str]]:
    """The last batches, newest first: cases, seconds, when."""
    query = (
        sa.select(job_batches.c.size, job_batches.c.seconds, job_batches.c.made_at)
        .where(job_batches.c.job == job)
        .order_by(job_batches.c.made_at.desc())
        .limit(last)
    )
    with engine.connect() as connection:
        return [(row.size, row.seconds, row.made_at) for row in connection.execute(query)]


def _lock(connection: sa.Connection, job: str) -> None:
    # locks the row on PostgreSQL and the whole ledger on SQLite, so that what is read next holds
    connection.execute(sa.update(jobs).where(jobs.c.job == job).values(made_at=jobs.c.made_at))


def _mine(connection: sa.Connection, mine: Claim) -> str:
    """What was said last of a job claimed by us. Raises Lost where it is another's."""
    _lock(connection, mine.job)
    seq, said = _said(connection, mine.job)
    if seq != mine.seq:
        raise Lost(mine.job)
    return said


def _said(connection: sa.Connection, job: str) -> tuple[int, str]:
    """The number of the last claim, and the last event of any state."""
    of = job_events.c.job == job
    seq = connection.scalar(
        sa.select(sa.func.max(job_events.c.seq)).where(of, job_events.c.what == "claimed")
    )
    said = connection.scalar(
        sa.select(job_events.c.what)
        .where(of, job_events.c.what.in_(STATES))
        .order_by(job_events.c.seq.desc())
        .limit(1)
    )
    return int(seq or 0), str(said or "")
