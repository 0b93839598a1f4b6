"""Jobs as a person follows them: how far, how fast, how long yet; cancel, resume."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.service.scoring import machine
from app.service.stores import Stores
from data.trouble import Trouble
from db import claims, workers
from db import jobs as ledger
from db.jobs import Job, State
from db.workers import Worker

ENDED = ("done", "failed", "cancelled")
RECENT = 20
"""Batches the pace is taken over."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a job stands. `rate` is cases a second over its last batches, `left` seconds to go.

    None where nothing is known. `error` is what went wrong and the way out.
    """

    job: Job
    state: State
    done: int
    total: int
    rate: float | None
    left: float | None
    worker: Worker | None
    ended: str | None
    error: str | None
    fix: str | None

    @property
    def runs(self) -> list[str]:
        """The runs that hold its results, once it is done."""
        last = self.job.last
        return list(last["body"].get("runs", [])) if last and self.state == "done" else []

    def json(self) -> dict[str, Any]:
        """As `tailscope jobs --json` prints it."""
        order = self.job.order
        return {
            "id": self.job.job, "state": self.state, "done": self.done, "total": self.total,
            "rate": self.rate, "started": self.job.started, "ended": self.ended,
            "error": self.error, "left": self.left, "scorer": order["scorer"],
            "model": order["name"], "dataset": order["dataset"] or order["words"],
            "runs": self.runs,
        }  # fmt: skip


def every(stores: Stores, limit: int = 0) -> list[Standing]:
    """All jobs or the newest, the newest first."""
    up = workers.every(stores.ledger)
    return [_standing(stores, job, up) for job in ledger.every(stores.ledger, limit)]


def one(stores: Stores, job: str) -> Standing:
    """One job. Raises Trouble where there is none."""
    found = ledger.one(stores.ledger, job)
    if found is None:
        raise Trouble(f"there is no job {job!r}", "tailscope jobs lists them")
    return _standing(stores, found, workers.every(stores.ledger))


def up(stores: Stores) -> list[Worker]:
    """The workers that wait for jobs or do one."""
    return [one for one in workers.every(stores.ledger).values() if not machine.gone(one)]


def waits(stores: Stores, job: Job) -> bool:
    """Whether it waits for a worker, because nobody has it or whoever had it is gone."""
    return job.state(machine.lost(workers.every(stores.ledger))) == "waiting"


def cancel(stores: Stores, job: str, person: str) -> Standing:
    """Asks a job to stop: at once where it waits, else after the batch in hand."""
    found = one(stores, job)
    if found.state in ENDED:
        raise Trouble(f"job {job} is {found.state} already", "tailscope jobs shows how each stands")
    ledger.append(stores.ledger, job, "cancel", {"by": person})
    return one(stores, job)


def retry(stores: Stores, job: str, person: str) -> Standing:
    """Takes a job up again where it stopped. Raises Trouble where it has not stopped."""
    found = one(stores, job)
    if found.state not in ("failed", "cancelled"):
        raise Trouble(
            f"job {job} is {found.state}", "only a job that failed or was cancelled can be resumed"
        )
    ledger.append(stores.ledger, job, "retry", {"by": person})
    return one(stores, job)


def log(stores: Stores, job: str, limit: int = 50) -> list[str]:
    """The last lines of its log, and what happened to it, first to last."""
    told = ledger.events(stores.ledger, job, (*ledger.STATES, "log"), limit)
    return [f"{event['made_at'][11:19]} {_line(event)}" for event in told]


def _line(event: dict[str, Any]) -> str:
    body = event["body"]
    match event["what"]:
        case "log":
            return str(body.get("line", ""))
        case "claimed":
            return (
                f"taken by a worker on {body.get('host', 'a machine')}, {body.get('kept', 0)} kept"
            )
        case "failed":
            return f"failed: {body.get('what', '')}"
        case "done":
            return f"done: {body.get('said', '')}"
        case "cancel":
            return f"{body.get('by', 'somebody')} asked to stop"
        case "retry":
            return f"{body.get('by', 'somebody')} resumed it"
        case what:
            return str(what)


def _standing(stores: Stores, job: Job, up: dict[str, Worker]) -> Standing:
    state = job.state(machine.lost(up))
    last = job.last["body"] if job.last else {}
    done = (
        job.total if state == "done" else min(job.done + int(job.note.get("found", 0)), job.total)
    )
    rate = last.get("rate") if state == "done" else _rate(stores, job)
    holder = up.get(job.claim["body"]["worker"]) if job.claim else None
    return Standing(
        job, state, done, job.total, rate,
        (job.total - done) / rate if rate and state == "running" else None,
        holder if state in ("running", "stopping") else None,
        job.last["made_at"] if job.last and state in ENDED else None,
        last.get("what") if state == "failed" else None,
        last.get("fix") if state == "failed" else None,
    )  # fmt: skip


def _rate(stores: Stores, job: Job) -> float | None:
    """Cases a second over the last batches of the claim that holds; None before the first."""
    since = job.claim["made_at"] if job.claim else ""
    found = [one for one in claims.pace(stores.ledger, job.job, RECENT) if one[2] >= since]
    if not found:
        return None
    first, last = (datetime.fromisoformat(found[place][2]) for place in (-1, 0))
    # from the end of the first batch to that of the last, whoever did them; the first has no
    # beginning but its own
    seconds = (last - first).total_seconds() + found[-1][1]
    return sum(size for size, _, _ in found) / seconds if seconds > 0 else None
