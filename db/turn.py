"""Writing to the ledger by turns: who comes while another writes is written along with the next.

Events of a campaign so become visible in the order of their numbers, and the disk, the slowest part
of a save, is waited for once for all who came meanwhile.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import sqlalchemy as sa

Answer = TypeVar("Answer")
Work = Callable[[sa.Connection], Answer]


def nothing() -> None:
    """What is to be done where nothing is."""


@dataclass(slots=True)
class _Job:
    """One piece of work, and what came of it once it is written."""

    work: Work[Any]
    campaign: str | None
    durable: bool
    failed: Callable[[], None]
    done: bool = False
    answer: Any = None
    error: Exception | None = None


@dataclass(slots=True)
class _Line:
    """Those who wait to write to one ledger; whose turn it is writes for all."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    waiting: deque[_Job] = field(default_factory=deque)


_lines: WeakKeyDictionary[sa.Engine, _Line] = WeakKeyDictionary()
_opening = threading.Lock()


def write(
    engine: sa.Engine,
    campaign: str | None,
    work: Work[Answer],
    *,
    durable: bool = True,
    failed: Callable[[], None] = nothing,
) -> Answer:
    """What `work` returns, given a transaction that holds all it wrote once this returns.

    `campaign` is what it writes about: nobody else writes about it meanwhile. What is not `durable`
    outlives a killed process, and not a power cut: it does not wait for the disk. `failed` is
    called where the transaction came to nothing after all.
    """
    with _opening:
        line = _lines.setdefault(engine, _Line())
    job = _Job(work, campaign, durable, failed)
    line.waiting.append(job)
    with line.turn:
        if not job.done:
            _together(engine, [line.waiting.popleft() for _ in range(len(line.waiting))])
    if job.error is not None:
        raise job.error
    answer: Answer = job.answer
    return answer


def _together(engine: sa.Engine, jobs: Sequence[_Job]) -> None:
    """Does several pieces of work in one transaction; one that fails leaves the others whole."""
    try:
        with engine.connect() as connection:
            _begin(connection, jobs)
            for job in jobs:
                _one(connection, job)
                _open(connection, job)
            connection.commit()
            if connection.dialect.name == "sqlite":  # who has it next waits for the disk again
                connection.exec_driver_sql("PRAGMA synchronous=FULL")
    except BaseException as error:  # also where the thread is told to end: others wait for it
        told = error if isinstance(error, sa.exc.SQLAlchemyError) else None
        again = sa.exc.OperationalError("a write for several", None, error)
        for job in jobs:  # of several, who did nothing wrong may try again
            job.error = job.error or (told if told and len(jobs) == 1 else again)
            job.failed()
        if told is None:
            raise
    finally:
        for job in jobs:
            job.done = True


def _open(connection: sa.Connection, job: _Job) -> None:
    """Raises OperationalError where SQLite rolled everything back by itself, as on a full disk."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.dbapi_connection
        if not driver.in_transaction:
            why = job.error or OSError("it was rolled back")
            raise sa.exc.OperationalError("a write for several", None, why)


def _begin(connection: sa.Connection, jobs: Sequence[_Job]) -> None:
    if connection.dialect.name == "sqlite":
        level = "FULL" if any(job.durable for job in jobs) else "NORMAL"
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    for campaign in sorted({job.campaign for job in jobs if job.campaign is not None}):
        lock = sa.func.pg_advisory_xact_lock(sa.func.hashtext(campaign))
        connection.execute(sa.select(lock))


def _one(connection: sa.Connection, job: _Job) -> None:
    try:
        with connection.begin_nested():
            job.answer = job.work(connection)
    except Exception as error:  # noqa: BLE001 - raised again where the work came from
        job.error = error
