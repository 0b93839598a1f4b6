"""Ordering a job: what is asked for, checked, its cases fixed; equal work finds itself again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import BaseModel

from app.service.outputs import cases as finding
from app.service.outputs.cases import Chosen
from app.service.scoring import endpoints, jobs, packing, scorers
from app.service.stores import Stores
from data.trouble import Trouble
from db import asked as asking
from db import jobs as ledger
from db import outputs, runs
from db.filter import Case
from scoring.offers import Offer
from scoring.scorer import Model


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for. `limit` cases (0: all) are drawn at random by the seed.

    `name` is how the model is called on the screens; `again` does it though it was done before.
    """

    scorer: str
    model: str = ""
    revision: str = ""
    endpoint: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    chosen: Chosen = field(default_factory=Chosen)
    limit: int = 0
    seed: int = 0
    name: str = ""
    again: bool = False


class Order(BaseModel, frozen=True):
    """What a job does, as the ledger keeps it: all but the cases.

    `dataset` is that of the run it makes; empty where it is about answers that are there.
    """

    scorer: str
    model: Model
    settings: dict[str, Any]
    dataset: str
    words: str
    name: str
    seed: int
    limit: int
    again: str = ""

    @property
    def makes(self) -> Literal["prompts", "answers"]:
        """What its cases are."""
        reads = scorers.reads_answers(scorers.offer(self.scorer))
        return "answers" if reads or not self.dataset else "prompts"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An order with its cases, and how many prompts were left out for having no options."""

    order: Order
    cases: list[Case]
    bare: int = 0

    @property
    def work(self) -> str:
        """The digest of everything that is asked for."""
        told = self.order.model_dump()
        return packing.digest(told, endpoints.stamp(self.order.model.name), self.cases)


@dataclass(frozen=True, slots=True)
class Placed:
    """A job that was ordered, or the one that does or did the same (`already`)."""

    job: str
    state: ledger.State
    already: bool
    cases: int
    dataset: str

    @property
    def said(self) -> str:
        """What became of the order, in words."""
        if not self.already:
            return f"Job {self.job} is ordered: {self.cases} cases"
        told = {
            "done": "was done before and is not done again",
            "failed": "had failed and is taken up where it stopped",
            "cancelled": "had been cancelled and is taken up where it stopped",
        }.get(self.state, "is on its way already")
        return f"The same work {told}: job {self.job}"


def open_ended(asked: Asked) -> bool:
    """Whether nothing at all was chosen, so that everything there is would be scored."""
    return asked.chosen == Chosen()


def prepare(stores: Stores, asked: Asked) -> list[Prepared]:
    """The orders it comes to: one a data set where answers are made, else one. Raises Trouble."""
    of = scorers.offer(asked.scorer)
    model = _model(stores, of, asked)
    settings = scorers.checked(of, asked.settings, asked.seed)
    base = Order(
        scorer=of.name, model=model, settings=settings, dataset="",
        words=finding.words(asked.chosen), name=asked.name.strip() or endpoints.short(model.name),
        seed=asked.seed, limit=asked.limit,
    )  # fmt: skip
    if not scorers.makes_answers(of):
        among = finding.among(stores, asked.chosen)
        found = sorted(outputs.keys(stores.warehouse, asked.chosen.filter, among))
        return [Prepared(base, _some(found, asked))] if found else []
    if scorers.reads_answers(of):
        return _again(stores, base, asked)
    told = _prompts(stores, asked.chosen)
    fit = [(case, offers) for case, offers in told if offers or "choices" not in of.needs]
    return [
        Prepared(
            base.model_copy(update={"dataset": dataset}),
            _some([case for case, _ in fit if case[0] == dataset], asked),
            sum(case[0] == dataset for case, _ in told)
            - sum(case[0] == dataset for case, _ in fit),
        )
        for dataset in sorted({case[0] for case, _ in fit})
    ]


def _again(stores: Stores, base: Order, asked: Asked) -> list[Prepared]:
    """An order for each run whose answers are read again: its answers come back as another run."""
    among = finding.among(stores, asked.chosen)
    of: dict[str, list[Case]] = {}
    for case in sorted(outputs.keys(stores.warehouse, asked.chosen.filter, among)):
        of.setdefault(case[0], []).append(case)
    every = {run["run_id"]: run for run in runs.every(stores.warehouse)}
    found = []
    for run, cases in of.items():
        said, model = every[run], base.name
        about = str(said["model"] or run)
        name = model if asked.name.strip() or model == about else f"{model} on {about}"
        order = base.model_copy(update={"dataset": said["dataset"], "name": name})
        found.append(Prepared(order, _some(cases, asked)))
    return found


def place(stores: Stores, asked: Asked, person: str) -> list[Placed]:
    """Orders the jobs. Work that is done, on its way or half done is found, not ordered twice.

    Raises Trouble where nothing can be done as asked, or there is no case.
    """
    prepared = prepare(stores, asked)
    if not prepared:
        needs = "prompt with options" if "choices" in scorers.offer(asked.scorer).needs else "case"
        raise Trouble(
            f"no {needs} fits: {finding.words(asked.chosen)}",
            "choose another data set, or take a filter out",
        )
    return [_place(stores, one, asked.again, person) for one in prepared]


def _place(stores: Stores, one: Prepared, again: bool, person: str) -> Placed:
    work, dataset, size = one.work, one.order.dataset, len(one.cases)
    before = [] if again else ledger.of_work(stores.ledger, work)
    for job in before[:1]:
        state = jobs.one(stores, job).state
        if state in ("failed", "cancelled"):
            jobs.retry(stores, job, person)
        return Placed(job, state, True, size, dataset)
    order = one.order
    if again:
        order = order.model_copy(update={"again": packing.digest(ledger.of_work(
            stores.ledger, work), random.random())})  # fmt: skip
    packed = packing.pack_cases(one.cases)
    job = ledger.add(stores.ledger, order.model_dump(), work, packed, size, person)
    return Placed(job, "waiting", False, size, dataset)


def _model(stores: Stores, of: Offer, asked: Asked) -> Model:
    name, endpoint = asked.model.strip(), asked.endpoint.strip()
    if of.models == ("none",):
        return Model(name="")
    if not name and "none" not in of.models:
        raise Trouble(
            f"{of.title} needs a model", "name one: a hub id, a folder, or its name at an endpoint"
        )
    if endpoint:
        if "endpoint" not in of.models:
            raise Trouble(f"{of.title} looks into a model and cannot do so at an endpoint",
                          "name a hub id or a local folder")  # fmt: skip
        endpoint = endpoints.allowed(stores.settings, endpoint)
    elif name and set(of.models) <= {"endpoint", "none"}:
        raise Trouble(f"{of.title} asks a model at an endpoint", "say which: --endpoint URL")
    return Model(name=endpoints.place(name, endpoint), revision=asked.revision.strip(),
                 endpoint=endpoint)  # fmt: skip


def _prompts(stores: Stores, chosen: Chosen) -> list[tuple[Case, bool]]:
    f = chosen.filter
    if replace(chosen, filter=replace(f, datasets=(), categories=())) == Chosen():
        return asking.items(stores.warehouse, f.datasets, f.categories)
    return asking.behind(stores.warehouse, f, finding.among(stores, chosen))


def _some(cases: list[Case], asked: Asked) -> list[Case]:
    """All of them, or `limit` drawn at random: a larger limit holds those of a smaller one."""
    if not 0 < asked.limit < len(cases):
        return cases
    drawn = cases.copy()
    random.Random(asked.seed).shuffle(drawn)
    return sorted(drawn[: asked.limit])
