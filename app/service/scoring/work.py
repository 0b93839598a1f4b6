"""The one way into the scoring room: takes a job and does it; the web never loads this file."""

from __future__ import annotations

import traceback
from contextlib import closing
from importlib.util import find_spec
from time import perf_counter
from typing import Any

from app.service.scoring import endpoints, landing, machine, packing, scorers
from app.service.scoring.feeder import Feeder
from app.service.scoring.orders import Order
from app.service.scoring.signs import Signs
from app.service.stores import Stores
from data.trouble import Trouble
from db import claims, workers
from db import jobs as ledger
from db.claims import Held, Lost
from db.jobs import Claim, Job
from scoring import gpus
from scoring.engines import Engine, Task
from scoring.engines.cluster import Cluster
from scoring.engines.local import Local
from scoring.place import Unfit, resolve
from scoring.scorer import Model


def devices() -> list[str]:
    """What scoring can run on here, in words; nothing where torch is not installed."""
    if find_spec("torch") is None:
        return []
    from scoring import device  # torch takes seconds to load, so only when asked for

    return [
        f"{one.name} ({one.kind}, {one.dtype}"
        + (f", {one.memory / 2**30:.0f} GiB)" if one.memory else ")")
        for one in device.every()
    ]


def able(stores: Stores, order: Order) -> bool:
    """Whether a worker here can do this: torch is needed where a model is looked into here."""
    of = scorers.offer(order.scorer)
    bare = not order.model.name or bool(order.model.endpoint) or of.models == ("none",)
    return bare or stores.settings.engine != "local" or find_spec("torch") is not None


def waiting(stores: Stores) -> list[tuple[Job, bool]]:
    """The jobs that wait, the oldest first, and whether a worker here can do them."""
    lost = machine.lost(workers.every(stores.ledger))
    found = [j for j in reversed(ledger.every(stores.ledger)) if j.state(lost) == "waiting"]
    return [(job, _able(stores, job)) for job in found]


def _able(stores: Stores, job: Job) -> bool:
    try:
        return able(stores, Order.model_validate(job.order))
    except (Trouble, ValueError):
        return True  # it is taken, and fails with the words that say why


def once(stores: Stores, *, beside: bool = False) -> str | None:
    """Takes the oldest job that waits and does it; returns its key, None where none waits.

    Whatever goes wrong with the job is kept with it. What this process is killed in the middle of
    is taken up by the next. `beside` another process, it ends with that one.
    """
    with Signs(stores, "works", beside=beside) as signs:
        for job, fit in waiting(stores):
            if fit and (mine := _take(stores, job, signs)) is not None:
                signs.busy(job.job)
                _do(stores, job, mine, signs)
                return job.job
    return None


def _take(stores: Stores, job: Job, signs: Signs) -> Claim | None:
    """The claim to a job, if it is still waiting in the very moment of claiming."""
    lost = machine.lost(workers.every(stores.ledger))
    body = {"worker": signs.worker, "host": signs.host, "kept": job.done}
    return claims.claim(stores.ledger, job.job, body, lambda now: now.state(lost) == "waiting")


def _do(stores: Stores, job: Job, mine: Claim, signs: Signs) -> None:
    try:
        what, body = _perform(stores, job, mine, signs)
    except Lost:
        return  # another worker has it: what is kept, it keeps
    except KeyboardInterrupt:
        _end(stores, mine, "released", {})
        raise
    except (Trouble, Unfit) as error:
        what, body = "failed", {"what": signs.plain(error.what), "fix": signs.plain(error.fix)}
    except Exception as error:  # noqa: BLE001  whatever a scorer raises is told with its job
        for line in traceback.format_exc().splitlines()[-12:]:
            signs.log(line)
        said = f"{type(error).__name__}: {error}".splitlines()[0][:400]
        what, body = (
            "failed",
            {
                "what": signs.plain(said),
                "fix": "see its log; what is kept is not lost: resume it once the cause is gone",
            },
        )
    _end(stores, mine, what, body)


def _end(stores: Stores, mine: Claim, what: str, body: dict[str, Any]) -> None:
    try:
        claims.end(stores.ledger, mine, what, body)
    except Lost:
        return  # somebody else has it by now


def _perform(stores: Stores, job: Job, mine: Claim, signs: Signs) -> tuple[str, dict[str, Any]]:
    order = Order.model_validate(job.order)
    task, revision = _task(stores, order)
    cases = packing.unpack_cases(ledger.cases(stores.ledger, job.job))
    result = landing.Result(order, revision, job.work, cases)
    if already := result.there(stores):
        return "done", {"runs": [already], "said": "this very run was there already", "found": 0}
    found = result.scored(stores)
    kept = claims.kept(stores.ledger, job.job)
    feeder = Feeder(stores, order, cases, kept, found, fixed=stores.settings.engine != "local")
    note = {"revision": revision, "found": feeder.found, "engine": stores.settings.engine}
    ledger.append(stores.ledger, job.job, "note", note)
    signs.log(f"{len(cases) - feeder.left} of {len(cases)} cases are there already")
    started = perf_counter()
    if not _score(stores, task, feeder, mine):
        return "cancelled", {}
    told = signs.told() | {"seconds": perf_counter() - started, "by": job.made_by}
    runs, new = result.land(stores, mine, told)
    said = f"{new} rows in {', '.join(runs)}"
    rate = feeder.scored / told["seconds"] if feeder.scored else None
    return "done", {
        "runs": runs, "rows": new, "said": said, "rate": rate, "cases": feeder.scored, **told,
    }  # fmt: skip


def _score(stores: Stores, task: Task, feeder: Feeder, mine: Claim) -> bool:
    """Scores what is left, batch by batch; False where somebody asked to stop."""
    if not claims.wanted(stores.ledger, mine):
        return False
    if not feeder.left:
        return True
    with closing(_engine(stores).run(task, feeder.batches())) as results:
        for result in results:
            if lacking := landing.missing(feeder.keys(result.first, result.size), result.rows):
                raise RuntimeError(f"{task.place} gave no row for {lacking} cases")
            held = Held(result.first, result.size, packing.pack(result.rows))
            go_on = claims.keep(stores.ledger, mine, held, result.seconds)
            feeder.told(result.size, result.seconds)
            if not go_on:
                return feeder.scored == feeder.left
    return True


def _task(stores: Stores, order: Order) -> tuple[Task, str]:
    """What is to be run, the model pinned to the exact revision that lies here."""
    of = scorers.offer(order.scorer)
    settings = of.settings.model_validate(order.settings)
    model, revision = order.model, order.model.revision
    if model.endpoint:
        endpoints.allowed(stores.settings, model.endpoint)
    elif model.name:
        revision = resolve(model).revision
        model = Model(**model.model_dump() | {"revision": revision})
    return Task(of.place, model, settings), revision


def _engine(stores: Stores) -> Engine:
    """Where it runs, as the settings say."""
    if stores.settings.engine != "local":
        return Cluster(stores.settings.engine)
    return Local([f"cuda:{place}" for place in range(len(gpus.now()))])
