"""What a job would take, before it is ordered: prompts, tokens, time, memory, and does it fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.service.scoring import endpoints, jobs, machine, orders, scorers
from app.service.scoring.orders import Asked, Prepared
from app.service.stores import Stores
from db import asked as asking
from db import jobs as ledger
from db.workers import Worker
from scoring import size as sizes
from scoring.size import Size

LETTERS = 4
"""Characters a token has, roughly, in English."""
CORE, CARD = 8e9, 4e13
"""Multiplications a second a processor core and a graphics card are taken to do, where nothing has
been measured: a tenth to a third of what they could."""
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Plan:
    """What it would take. None where it cannot be told; `basis` says what the time rests on.

    `done` of the cases are there already, because the same work was done or begun; `bare` prompts
    are left out for having no options.
    """

    cases: int
    runs: int
    bare: int
    done: int
    tokens: int
    answer_tokens: int
    parameters: int | None
    memory: int | None
    room: int | None
    fits: bool | None
    device: str | None
    seconds: float | None
    basis: str
    why_not: str | None

    def json(self) -> dict[str, Any]:
        """As `tailscope score --plan --json` prints it."""
        return asdict(self)

    def rows(self) -> list[dict[str, str]]:
        """The plan as a table a person reads."""
        told = {
            "cases": f"{self.cases:,}".replace(",", "\u2009"),
            "there already": f"{self.done:,}" if self.done else None,
            "prompts without options, left out": f"{self.bare:,}" if self.bare else None,
            "tokens to read": f"about {about(self.tokens)}",
            "tokens to write, at most": about(self.answer_tokens) if self.answer_tokens else None,
            "parameters": about(self.parameters) if self.parameters else "not known yet",
            "memory": f"about {self.memory / GIB:.2g} GiB" if self.memory else None,
            "on": self.device,
            "time": f"about {span(self.seconds)}: {self.basis}" if self.seconds is not None
            else f"not known: {self.basis}",
        }  # fmt: skip
        return [{"what": what, "is": said} for what, said in told.items() if said is not None]

    @property
    def sentence(self) -> str:
        """The plan in a sentence."""
        parts = [f"{self.cases} cases, about {about(self.tokens)} tokens to read"]
        if self.seconds is not None:
            parts.append(f"about {span(self.seconds)} ({self.basis})")
        if self.fits is False:
            parts.append("more memory than the worker has")
        return ", ".join(parts) + "."


def plan(stores: Stores, asked: Asked, ready: Sequence[Prepared] | None = None) -> Plan:
    """What this order would take, `ready` where it is prepared. Raises Trouble where it cannot be
    ordered."""
    prepared = orders.prepare(stores, asked) if ready is None else ready
    of = scorers.offer(asked.scorer)
    cases = [case for one in prepared for case in one.cases]
    answered = scorers.reads_answers(of)
    asked_size, answer_size = asking.size(stores.warehouse, cases, answered)
    read = (asked_size + answer_size) // LETTERS
    settings = prepared[0].order.settings if prepared else {}
    written = int(settings.get("max_tokens", 0)) * int(settings.get("samples", 1)) * len(cases)
    size = _size(prepared)
    worker = _best(jobs.up(stores))
    body = worker.body if worker else machine.me("asked")  # one that is started here, then
    dtype, room, device = _device(body)
    longest = min(read // max(len(cases), 1) * 4 + int(settings.get("max_tokens", 0)), 32_768)
    memory = size.memory(dtype, longest * 8) if size else None
    remote = bool(prepared and prepared[0].order.model.endpoint)
    done = sum(_done(stores, one) for one in prepared)
    seconds, basis = _time(stores, prepared, size, body, read + written, len(cases) - done)
    return Plan(
        len(cases), len(prepared), sum(one.bare for one in prepared), done, read, written,
        size.parameters if size else None, None if remote else memory, room,
        None if memory is None or not room or remote else memory <= room,
        "the endpoint" if remote else device, seconds, basis,
        None if worker else "No worker is up: the job waits until one is (tailscope worker)",
    )  # fmt: skip


def _size(prepared: Sequence[Prepared]) -> Size | None:
    """The size of the model, where its config lies on this machine."""
    if not prepared or not (name := prepared[0].order.model.name):
        return None
    model = prepared[0].order.model
    if model.endpoint:
        return None
    for folder in endpoints.folders(name, model.revision):
        if (found := sizes.of_folder(Path(folder))) is not None:
            return found
    return None


def _best(up: Sequence[Worker]) -> Worker | None:
    """The worker with the most memory on a card, else any."""
    cards = [(sum(g["memory"] for g in one.body.get("gpus", ())), one.worker) for one in up]
    return next((one for one in up if one.worker == max(cards)[1]), None) if cards else None


def _device(body: Mapping[str, Any]) -> tuple[str, int | None, str]:
    """The dtype a worker scores in, the bytes it has for a model, and its device in words."""
    if gpus := body["gpus"]:
        name = f"{len(gpus)} × {gpus[0]['name']}" if len(gpus) > 1 else str(gpus[0]["name"])
        return "bfloat16", int(gpus[0]["memory"]), name
    return "float32", int(body["memory"]) or None, f"the processor of {body['host']}"


def _done(stores: Stores, one: Prepared) -> int:
    """How many of its cases need not be scored: the same order has them."""
    for job in ledger.of_work(stores.ledger, one.work)[:1]:
        return jobs.one(stores, job).done
    return 0


def _time(
    stores: Stores, prepared: Sequence[Prepared], size: Size | None,
    body: Mapping[str, Any], tokens: int, cases: int,
) -> tuple[float | None, str]:  # fmt: skip
    """Seconds it may take, and what that rests on: a measured pace, else the size of the model."""
    if not prepared or not cases:
        return (0.0, "nothing is left to do") if prepared else (None, "no case fits")
    order = prepared[0].order
    for job in ledger.every(stores.ledger, 200):
        told = job.last["body"] if job.last and job.last["what"] == "done" else {}
        same = (job.order["scorer"], job.order["name"]) == (order.scorer, order.name)
        if same and told.get("rate"):
            return cases / float(told["rate"]), f"as fast as job {job.job} on {told['device']}"
    if order.model.endpoint or not order.model.name:
        return None, "nothing like it has been done here yet"
    if size is None:
        return None, "the model is not here yet, so its size is not known"
    speed = CARD * len(body["gpus"]) or CORE * int(body["cores"])
    return 2 * size.parameters * max(tokens, 1) / speed, "a guess from the size of the model"


def about(n: float) -> str:
    """A number rounded to what matters.

    >>> about(1234), about(70_600_000_000), about(37)
    ('1.2 thousand', '71 billion', '37')
    """
    for unit, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if n >= unit:
            return f"{n / unit:.2g} {word}" if n / unit < 99.5 else f"{n / unit:.0f} {word}"
    return f"{n:.0f}"


def span(seconds: float) -> str:
    """A time in words.

    >>> span(0.4), span(75), span(4000), span(200_000)
    ('1 s', '75 s', '67 min', '56 h')
    """
    if seconds < 120:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
