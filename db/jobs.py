"""Jobs: what was ordered, and the events from which it follows how each one stands."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from db.ledger import job_batches, job_events, jobs, now, patient

State = Literal["waiting", "running", "stopping", "cancelled", "failed", "done"]
STATES = ("claimed", "released", "cancel", "cancelled", "retry", "failed", "done")
"""Events that say how a job stands; the last one counts. `note` and `log` change nothing."""

ENDS: dict[str, State] = {"failed": "failed", "done": "done", "cancelled": "cancelled"}


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to add rows to a job, until somebody else claims it."""

    job: str
    seq: int


@dataclass(frozen=True, slots=True)
class Job:
    """A job and how it stands: `last` is its last event of STATES, `claim` its last claim.

    Rows of `done` cases in `batches` are kept until it is whole; `note` is what the
    worker told last (revision, how many were found).
    """

    job: str
    order: dict[str, Any]
    work: str
    total: int
    made_by: str
    made_at: str
    last: dict[str, Any] | None
    claim: dict[str, Any] | None
    note: dict[str, Any]
    done: int
    batches: int
    started: str | None

    def state(self, gone: Callable[[str], bool]) -> State:
        """How it stands, given whether the worker of a claim is gone."""
        what = self.last["what"] if self.last else "retry"
        held = self.claim is not None and not gone(self.claim["body"]["worker"])
        if what == "claimed":
            return "running" if held else "waiting"
        if what == "cancel":
            return "stopping" if held else "cancelled"
        return ENDS.get(what, "waiting")


def add(
    engine: sa.Engine, order: Mapping[str, Any], work: str, cases: bytes, total: int, person: str
) -> str:
    """Keeps an order; returns its key. `cases` are the packed keys of what is to be scored."""
    job = uuid.uuid4().hex[:8]
    row = {
        "job": job, "order": json.dumps(dict(order), sort_keys=True), "work": work,
        "cases": cases, "total": total, "made_by": person, "made_at": now(),
    }  # fmt: skip
    _add(engine, row)
    return job


@patient
def _add(engine: sa.Engine, row: dict[str, Any]) -> None:
    with engine.begin() as connection:
        connection.execute(sa.insert(jobs).values(row))


def of_work(engine: sa.Engine, work: str) -> list[str]:
    """The jobs that ask for exactly this, the newest first."""
    query = sa.select(jobs.c.job).where(jobs.c.work == work).order_by(jobs.c.made_at.desc())
    with engine.connect() as connection:
        return list(connection.scalars(query))


def cases(engine: sa.Engine, job: str) -> bytes:
    """The packed keys of its cases."""
    with engine.connect() as connection:
        return connection.scalar(sa.select(jobs.c.cases).where(jobs.c.job == job)) or b""


def one(engine: sa.Engine, job: str) -> Job | None:
    """One job; None where there is none."""
    with engine.connect() as connection:
        return next(iter(read(connection, [job])), None)


def every(engine: sa.Engine, limit: int = 0) -> list[Job]:
    """All jobs or the newest `limit`, the newest first."""
    query = sa.select(jobs.c.job).order_by(jobs.c.made_at.desc(), jobs.c.job)
    with engine.connect() as connection:
        keys = list(connection.scalars(query.limit(limit) if limit else query))
        return read(connection, keys)


def read(connection: sa.Connection, keys: list[str]) -> list[Job]:
    """These jobs, in this order, inside a transaction that is open already."""
    columns = [c for c in jobs.c if c.name != "cases"]
    query = sa.select(*columns).where(jobs.c.job.in_(keys))
    heads = {row["job"]: row for row in connection.execute(query).mappings()}
    last = _last(connection, keys, STATES)
    claims = _last(connection, keys, ("claimed",))
    notes = _last(connection, keys, ("note",))
    kept = _kept(connection, keys)
    begun = _begun(connection, keys)
    return [
        Job(
            key, json.loads(head["order"]), head["work"] or "", head["total"] or 0,
            head["made_by"], head["made_at"], last.get(key), claims.get(key),
            notes[key]["body"] if key in notes else {}, *kept.get(key, (0, 0)), begun.get(key),
        )
        for key in keys
        if (head := heads.get(key)) is not None
    ]  # fmt: skip


def _kept(connection: sa.Connection, keys: list[str]) -> dict[str, tuple[int, int]]:
    """Job -> cases and batches that are kept."""
    of = job_batches.c
    query = sa.select(of.job, sa.func.sum(of.size).label("done"), sa.func.count().label("batches"))
    rows = connection.execute(query.where(of.job.in_(keys)).group_by(of.job))
    return {row.job: (int(row.done), int(row.batches)) for row in rows}


def _begun(connection: sa.Connection, keys: list[str]) -> dict[str, str]:
    """Job -> when it was first claimed."""
    of = job_events.c
    query = sa.select(of.job, sa.func.min(of.made_at).label("at"))
    rows = connection.execute(query.where(of.job.in_(keys), of.what == "claimed").group_by(of.job))
    return {row.job: str(row.at) for row in rows}


def _last(
    connection: sa.Connection, keys: Iterable[str], kinds: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Job -> its last event of these kinds."""
    newest = (
        sa.select(sa.func.max(job_events.c.seq))
        .where(job_events.c.job.in_(list(keys)), job_events.c.what.in_(list(kinds)))
        .group_by(job_events.c.job)
    )
    rows = connection.execute(sa.select(job_events).where(job_events.c.seq.in_(newest))).mappings()
    return {row["job"]: {**row, "body": json.loads(row["body"])} for row in rows}


@patient
def append(engine: sa.Engine, job: str, what: str, body: Mapping[str, Any]) -> None:
    """Keeps that something happened to a job."""
    with engine.begin() as connection:
        put(connection, job, what, body)


def put(connection: sa.Connection, job: str, what: str, body: Mapping[str, Any]) -> int:
    """`append` inside a transaction that is open already; returns the event's number."""
    row = {"job": job, "what": what, "body": json.dumps(dict(body), default=str), "made_at": now()}
    key = connection.execute(sa.insert(job_events).values(row)).inserted_primary_key
    return int(key[0]) if key else 0


def events(engine: sa.Engine, job: str, kinds: Iterable[str] = (), limit: int = 0) -> list[Any]:
    """The events of a job, first to last, as dictionaries; of some kinds, or the last `limit`."""
    query = sa.select(job_events).where(job_events.c.job == job)
    if wanted := list(kinds):
        query = query.where(job_events.c.what.in_(wanted))
    query = query.order_by(job_events.c.seq.desc())
    with engine.connect() as connection:
        rows = connection.execute(query.limit(limit) if limit else query).mappings().all()
    return [{**row, "body": json.loads(row["body"])} for row in reversed(rows)]
