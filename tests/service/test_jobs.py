"""Jobs killed, cancelled, resumed and raced for: never a row lost, none doubled."""

from __future__ import annotations

import random
import signal
import threading
import time
from multiprocessing.context import ForkServerProcess

import pytest

from app.service.scoring import jobs, packing, work
from app.service.stores import Stores
from data.trouble import Trouble
from db import claims, ledger, workers
from db import jobs as kept
from db.claims import Held
from scoring.scorer import Act, Score
from tests.forked import FORKED
from tests.service import slow
from tests.service.ordered import N, items, made, order
from tests.service.ordered import offered as offered
from tests.service.ordered import run as run

pytestmark = pytest.mark.usefixtures("offered")


def start(stores: Stores) -> ForkServerProcess:
    """A worker in a process of its own, for one job."""
    process = FORKED.Process(target=slow.main, args=(stores.settings.environment(),))
    process.start()
    return process


def ended(process: ForkServerProcess) -> int | None:
    """How a worker ended: 0 when it took a job, 3 when there was none."""
    process.join()
    return process.exitcode


def until(stores: Stores, job: str, kept_: int, seconds: float = 30.0) -> None:
    """Waits until so many cases of a job are kept."""
    limit = time.monotonic() + seconds
    while jobs.one(stores, job).done < kept_:
        assert time.monotonic() < limit, "the worker does not get on"
        time.sleep(0.02)


def test_a_run_that_landed_before_its_job_was_called_done_lands_once(
    stores: Stores, run: str
) -> None:
    placed = order(stores)
    work.once(stores)
    kept.append(stores.ledger, placed.job, "retry", {})  # as if it had died in between
    assert work.once(stores) == placed.job
    (new,) = jobs.one(stores, placed.job).runs
    assert items(stores, new) == [f"q{n:03}" for n in range(N)]


def test_killed_at_random_moments_it_loses_and_doubles_nothing(stores: Stores, run: str) -> None:
    placed = order(stores, seconds=0.02)
    rng = random.Random(5)
    for _ in range(3):
        before = jobs.one(stores, placed.job).done
        process = start(stores)
        until(stores, placed.job, min(before + 1, N))
        time.sleep(rng.random() / 5)
        process.kill()
        assert ended(process) == -signal.SIGKILL
    assert made(stores) == [] or jobs.one(stores, placed.job).done == N
    while ended(start(stores)) == 0:
        pass
    found = jobs.one(stores, placed.job)
    assert found.state == "done", found.error
    assert items(stores, found.runs[0]) == [f"q{n:03}" for n in range(N)]
    assert len(made(stores)) == 1


def test_two_workers_never_both_run_one_job(stores: Stores, run: str) -> None:
    placed = order(stores, seconds=0.01)
    workers_ = [start(stores), start(stores)]
    assert sorted(ended(process) for process in workers_) == [0, 3]
    claimed = kept.events(stores.ledger, placed.job, ["claimed"])
    assert len(claimed) == 1
    assert items(stores, jobs.one(stores, placed.job).runs[0]) == [f"q{n:03}" for n in range(N)]


def test_a_cancelled_job_stops_within_a_batch_and_goes_on_where_it_stopped(
    stores: Stores, run: str
) -> None:
    placed = order(stores, seconds=0.05)
    worker = threading.Thread(target=work.once, args=(stores,))
    worker.start()
    until(stores, placed.job, 4)
    assert jobs.cancel(stores, placed.job, "ann").state == "stopping"
    worker.join()
    found = jobs.one(stores, placed.job)
    assert found.state == "cancelled"
    assert 4 <= found.done < N
    assert not made(stores)
    with pytest.raises(Trouble, match="already"):
        jobs.cancel(stores, placed.job, "ann")
    assert order(stores, seconds=0.05).already  # ordered again, it is taken up
    assert jobs.one(stores, placed.job).state == "waiting"
    assert claims.kept(stores.ledger, placed.job)[0][0] == 0
    work.once(stores)
    assert items(stores, made(stores)[0]) == [f"q{n:03}" for n in range(N)]


def test_what_is_kept_and_what_another_job_landed_is_counted_once(stores: Stores, run: str) -> None:
    whole = order(stores, "judge_slowly")
    cases = packing.unpack_cases(kept.cases(stores.ledger, whole.job))
    rows = [row for _, item, _ in cases[:30] for row in (Score(item, "bias", 0), Act(item, None))]
    mine = claims.claim(stores.ledger, whole.job, {"worker": "w"}, lambda _: True)
    assert mine is not None
    claims.keep(stores.ledger, mine, Held(0, 30, packing.pack(rows)), 1.0)
    claims.end(stores.ledger, mine, "cancelled", {})
    some = order(stores, "judge_slowly", limit=20)
    drawn = packing.unpack_cases(kept.cases(stores.ledger, some.job))
    assert 0 < len(set(drawn) - set(cases[:30])) < 20
    assert work.once(stores) == some.job
    jobs.retry(stores, whole.job, "ann")
    assert work.once(stores) == whole.job
    (note,) = kept.events(stores.ledger, whole.job, ["note"])
    assert note["body"]["found"] == len(set(drawn) - set(cases[:30]))


def test_a_job_that_waits_is_cancelled_at_once(stores: Stores, run: str) -> None:
    placed = order(stores)
    assert jobs.cancel(stores, placed.job, "ann").state == "cancelled"
    assert work.once(stores) is None
    jobs.retry(stores, placed.job, "ann")
    assert work.once(stores) == placed.job


def test_what_breaks_is_told_and_what_is_kept_stays(stores: Stores, run: str) -> None:
    placed = order(stores, breaks_at="q030")
    work.once(stores)
    found = jobs.one(stores, placed.job)
    assert found.state == "failed"
    assert found.error is not None
    assert "q030 is where it breaks" in found.error
    assert 0 < found.done < 30
    assert any("RuntimeError" in line for line in jobs.log(stores, placed.job))
    assert not made(stores)


def test_a_secret_of_the_environment_is_in_no_log(
    stores: Stores, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "q030 is where")
    placed = order(stores, breaks_at="q030")
    work.once(stores)
    assert jobs.one(stores, placed.job).error == "RuntimeError: ••• it breaks"
    assert not [line for line in jobs.log(stores, placed.job) if "q030 is where" in line]


def test_a_claim_that_was_taken_over_writes_nothing(stores: Stores, run: str) -> None:
    placed = order(stores)
    first = claims.claim(stores.ledger, placed.job, {"worker": "gone"}, lambda job: True)
    second = claims.claim(stores.ledger, placed.job, {"worker": "here"}, lambda job: True)
    assert first is not None
    assert second is not None
    with pytest.raises(claims.Lost):
        claims.keep(stores.ledger, first, claims.Held(0, 4, b""), 0.1)
    with pytest.raises(claims.Lost):
        claims.end(stores.ledger, first, "done", {})
    assert claims.kept(stores.ledger, placed.job) == []
    assert claims.keep(stores.ledger, second, claims.Held(0, 4, packing.pack([])), 0.1)


def test_a_job_of_a_silent_worker_waits_again(stores: Stores, run: str) -> None:
    placed = order(stores)
    workers.here(stores.ledger, "far", {"where": "another machine", "pid": 1})
    claims.claim(stores.ledger, placed.job, {"worker": "far"}, lambda job: True)
    assert jobs.one(stores, placed.job).state == "running"
    assert work.once(stores) is None
    with stores.ledger.begin() as connection:
        connection.execute(ledger.workers.update().values(seen_at="2020-01-01T00:00:00+00:00"))
    assert jobs.one(stores, placed.job).state == "waiting"
    assert work.once(stores) == placed.job
