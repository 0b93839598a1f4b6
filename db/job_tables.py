"""The ledger's tables of jobs: what was ordered, what became of it, and who is up to do it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from db.tables import Key, metadata

Text, Int, Real = sa.Text, sa.Integer, sa.Float

jobs = Table(
    "jobs",
    metadata,
    Column("job", Text, primary_key=True),
    Column("order", Text, nullable=False),  # model, revision, scorer, parameters, cases, seed: JSON
    Column("made_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("work", Text, index=True),  # digest of what is asked for: equal orders find each other
    Column("total", Int),  # cases
    Column("cases", sa.LargeBinary),  # their keys, packed: what is asked stays what it was
)

job_events = Table(
    "job_events",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=True),
    Column("job", Text, ForeignKey("jobs.job"), nullable=False),
    Column("what", Text, nullable=False),  # db.jobs.STATES, and note, log
    Column("body", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Index("events_of_job", "job", "what"),
)

job_batches = Table(  # rows of jobs that are not whole yet; they go when their run lands
    "job_batches",
    metadata,
    Column("job", Text, ForeignKey("jobs.job"), primary_key=True),
    Column("first", Int, primary_key=True, autoincrement=False),  # place of its first case
    Column("size", Int, nullable=False),  # cases
    Column("rows", sa.LargeBinary, nullable=False),
    Column("seconds", Real, nullable=False),
    Column("made_at", Text, nullable=False),
)

workers = Table(  # who is up: a heartbeat, the one thing here that is written over
    "workers",
    metadata,
    Column("worker", Text, primary_key=True),
    Column("body", Text, nullable=False),  # JSON: host, pid, role, devices
    Column("made_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
)
