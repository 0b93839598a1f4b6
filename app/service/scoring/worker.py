"""A worker: waits for jobs and does each in a process of its own, so that none takes it along."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

from app.service.scoring import jobs, machine, work
from app.service.scoring.signs import Signs
from app.service.stores import Stores
from app.settings import ROOT, Settings
from data.trouble import Trouble
from db import jobs as ledger
from db import ledger as store
from db import workers

LOOK = 1.0
"""Seconds between two looks for a job that waits."""
FALLS = 5
"""Times in a row a job's process may be killed before its first batch until the job is let be."""
LONGEST_REST = 30.0


def keep(stores: Stores, told: Callable[[str], None], beside: int = 0) -> None:
    """Does jobs until it is told to stop; `beside` a process, until that one is gone.

    Every job runs in a process of its own: its memory goes with it, and where it is killed the
    next one takes the job up.
    """
    signal.signal(signal.SIGTERM, _stop)
    falls: dict[str, int] = {}
    with Signs(stores, "waits"):
        while not beside or os.getppid() == beside:
            try:
                job = next((job for job, fit in work.waiting(stores) if fit), None)
            except store.ERRORS as error:  # a database that restarts is no reason to go
                logging.getLogger(__name__).warning("the ledger does not answer: %s", error)
                job = None
            if job is None:
                time.sleep(LOOK)
                continue
            before = job.done
            code = _child(stores.settings, beside)
            if code == 0:
                falls.pop(job.job, None)
                continue
            _fell(stores, job.job, before, code, falls, told)


def _child(settings: Settings, beside: int) -> int:
    """One job in a process of its own; its exit status."""
    command = [sys.executable, "-m", "app.cli", "worker", "--once", "--beside", str(os.getpid())]
    # what a library draws in a terminal has no place in the log of a server
    environment = settings.environment() | {"TQDM_DISABLE": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603  our own interpreter
    try:
        while (code := process.poll()) is None:
            if beside and os.getppid() != beside:
                raise KeyboardInterrupt
            time.sleep(0.1)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    return code


def _fell(
    stores: Stores, job: str, before: int, code: int, falls: dict[str, int],
    told: Callable[[str], None],
) -> None:  # fmt: skip
    """What a job's process leaves when it is killed: another try, or after many the end."""
    standing = jobs.one(stores, job)
    if standing.state in jobs.ENDED:
        return
    falls[job] = 1 if standing.job.done > before else falls.get(job, 0) + 1
    why = f"killed by signal {-code}" if code < 0 else f"ended with {code}"
    told(f"the process of job {job} was {why}; it is taken up again")
    if falls[job] < FALLS:
        time.sleep(min(2.0 ** falls[job], LONGEST_REST))
        return
    what = f"its process was {why} {FALLS} times in a row before it finished a batch"
    fix = "it may need more memory than there is: choose a smaller model, or another machine"
    ledger.append(stores.ledger, job, "failed", {"what": what, "fix": fix})


def once(stores: Stores, beside: int = 0) -> str | None:
    """Does one job here and now; its key, None where none waits.

    Raises Trouble where jobs wait and none of them can be done here.
    """
    signal.signal(signal.SIGTERM, _stop)
    done = work.once(stores, beside=bool(beside))
    if done is None and (left := work.waiting(stores)) and not any(fit for _, fit in left):
        raise Trouble(
            f"{len(left)} jobs wait, and none can be done here: torch is not installed",
            "install what scoring needs (make setup), or start a worker where it is",
        )
    return done


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


def up(stores: Stores) -> int:
    """How many workers wait for jobs."""
    every = workers.every(stores.ledger).values()
    return sum(one.body.get("role") == "waits" and not machine.gone(one) for one in every)
