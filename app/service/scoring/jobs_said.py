"""Jobs in words: how far, on what, what for; and whether anybody is there to do them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from app.service.outputs import losses
from app.service.scoring import plan, scorers
from app.service.scoring.jobs import Standing
from app.service.stores import Stores
from data.trouble import Trouble
from db import runs
from db.workers import Worker

GIB = 1 << 30


def told(one: Standing) -> dict[str, str]:
    """A job as the page shows it: id, title, state, far, about, error, fix."""
    order = one.job.order
    parts = (_title(order), order["name"], order["dataset"] or order["words"])
    return {
        "id": one.job.job, "state": one.state, "title": " · ".join(filter(None, parts)),
        "far": far(one), "about": about(one), "error": one.error or "", "fix": one.fix or "",
    }  # fmt: skip


def _title(order: Mapping[str, Any]) -> str:
    try:
        return scorers.offer(order["scorer"]).title
    except Trouble:
        return str(order["scorer"])


def far(one: Standing) -> str:
    """How far it is: cases, pace, time left."""
    parts = [f"{_count(one.done)} of {_count(one.total)} cases"]
    if one.rate:
        slow = one.rate < 1
        parts.append(f"{60 * one.rate:.2g} a minute" if slow else f"{one.rate:.3g} a second")
    if one.left is not None:
        parts.append(f"about {plan.span(one.left)} left")
    return " · ".join(parts)


def about(one: Standing) -> str:
    """Who ordered it and when, which revision, on what it runs or ran."""
    order, last = one.job.order, one.job.last
    parts = [f"job {one.job.job}", f"ordered by {one.job.made_by}, {_when(one.job.made_at)}"]
    if revision := one.job.note.get("revision"):
        parts.append(f"revision {str(revision)[:19]}")
    if order["limit"]:
        parts.append(f"drawn with seed {order['seed']}")
    if one.worker is not None:
        parts.append(f"on {device(one.worker)}")
    elif last and last["body"].get("device"):
        took = plan.span(float(last["body"].get("seconds", 0)))
        parts.append(f"{last['body']['device']}, {took}")
    if found := one.job.note.get("found"):
        parts.append(f"{found} were there already")
    return " · ".join(parts)


def device(worker: Worker) -> str:
    """What a worker scores on, in words."""
    gpus = worker.body.get("gpus", ())
    name = f"{len(gpus)} × {gpus[0]['name']}" if gpus else f"{worker.body.get('cores', 1)} cores"
    return f"{worker.body.get('host', 'a machine')} ({name})"


def gpus(one: Standing) -> list[tuple[str, float]]:
    """The cards of the worker that has the job: in words, and how full their memory is."""
    found = one.worker.body.get("gpus", ()) if one.worker else ()
    return [
        (
            f"{gpu['name']}: {gpu['used'] / GIB:.1f} of {gpu['memory'] / GIB:.0f} GiB"
            + (f", {gpu['busy']:.0%} busy" if gpu["busy"] is not None else ""),
            gpu["used"] / gpu["memory"] if gpu["memory"] else 0.0,
        )
        for gpu in found
    ]


def sentence(found: Sequence[Standing], up: Sequence[Worker]) -> str:
    """How the jobs stand and who is up, in one sentence."""
    often = {state: sum(one.state == state for one in found) for state in
             ("running", "stopping", "waiting", "done", "failed", "cancelled")}  # fmt: skip
    jobs_ = ", ".join(f"{n} {state}" for state, n in often.items() if n) or "no job yet"
    idle = [one for one in up if one.body.get("role") == "waits"]
    who = ", ".join(sorted({device(one) for one in idle or up}))
    return f"{jobs_[0].upper()}{jobs_[1:]}; " + (f"at work: {who}" if who else "no worker is up")


def missing(stores: Stores, up: Sequence[Worker]) -> tuple[str, str] | None:
    """What keeps models from being scored here and the way out; None where nothing does."""
    if not up:
        return (
            "No worker is up, so jobs wait",
            "Start one in a shell: tailscope worker (or the app with one: tailscope serve).",
        )
    torch = any(one.body.get("torch") for one in up) or find_spec("torch") is not None
    if not torch and stores.settings.engine == "local":
        return (
            "torch is not installed, so no model can be looked into here",
            "Run make setup, which installs it, then start the app again. Rules, and judges at an "
            "endpoint, work without.",
        )
    return None


def read(one: Standing) -> dict[str, str]:
    """The link to the cases of what it made or judged."""
    order = one.job.order
    return {"models": order["name"], "datasets": order["dataset"]} if order["dataset"] else {}


def compared(stores: Stores, run: str) -> dict[str, str] | None:
    """The link to Compare on which a run stands first; None where it shares no score yet."""
    dataset = next((r["dataset"] for r in runs.every(stores.warehouse) if r["run_id"] == run), "")
    for what in losses.subjects(stores, dataset):
        if run in losses.candidates(stores, dataset, what):
            return {"dataset": dataset, "what": what, "a": losses.models(stores, dataset)[run]}
    return None


def _when(at: str) -> str:
    return f"{at[:10]} {at[11:16]} UTC"


def _count(n: int) -> str:
    return f"{n:,}".replace(",", "\u2009")
