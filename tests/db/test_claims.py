"""Claims on both databases: one worker at a time, and a batch only under its claim."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from db import claims, jobs, workers
from db.claims import Held, Lost
from tests.db.test_ledger import engine as engine
from tests.db.test_ledger import postgres as postgres


def add(engine: sa.Engine) -> str:
    return jobs.add(engine, {"scorer": "owl"}, "work", b"cases", 8, "ann")


def test_a_job_goes_from_order_to_done(engine: sa.Engine) -> None:
    job = add(engine)
    assert jobs.of_work(engine, "work") == [job]
    assert jobs.cases(engine, job) == b"cases"
    workers.here(engine, "w", {"pid": 1})
    mine = claims.claim(engine, job, {"worker": "w"}, lambda found: found.last is None)
    assert mine is not None
    assert claims.keep(engine, mine, Held(0, 4, b"rows"), 0.5)
    found = jobs.every(engine)[0]
    assert (found.done, found.batches, found.total) == (4, 1, 8)
    assert found.state(lambda _: False) == "running"
    assert found.state(lambda _: True) == "waiting"
    jobs.append(engine, job, "cancel", {"by": "ann"})
    assert not claims.keep(engine, mine, Held(4, 4, b"more"), 0.5)
    assert [held.rows for held in claims.batches(engine, job, [0, 4])] == [b"rows", b"more"]
    claims.end(engine, mine, "done", {"runs": ["r"]})
    assert claims.kept(engine, job) == []
    workers.leave(engine, "w")
    assert workers.every(engine) == {}


def test_of_many_that_claim_at_once_one_gets_it(engine: sa.Engine) -> None:
    job = add(engine)
    got = []

    def work(worker: str) -> None:
        got.append(claims.claim(engine, job, {"worker": worker}, lambda found: found.last is None))

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(claim is not None for claim in got) == 1


def test_who_lost_the_claim_keeps_nothing(engine: sa.Engine) -> None:
    job = add(engine)
    first = claims.claim(engine, job, {"worker": "a"}, lambda _: True)
    second = claims.claim(engine, job, {"worker": "b"}, lambda _: True)
    assert first is not None
    assert second is not None
    with pytest.raises(Lost):
        claims.keep(engine, first, Held(0, 4, b"rows"), 0.5)
    assert claims.kept(engine, job) == []
    assert not claims.wanted(engine, first)
    assert claims.wanted(engine, second)
