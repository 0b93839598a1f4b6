"""The log-risk of every answer: what tails are made of, and which runs have one."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.stores import Stores
from data.trouble import Trouble
from db import outputs, runs, scores
from db.filter import Case
from risk import harm
from risk.harm import How as How
from risk.harm import LogRisk, Vector

Floats = NDArray[np.float64]
NONE = "none"
"""What stands for the category of a prompt that has none."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How the tail is measured; every one is on the page and in the link."""

    level: float = 0.95
    eps: float = 1e-6
    pooling: How = "lse"
    tau: float = 0.1
    judge: str = "all"
    category: str = ""
    draws: int = 2000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Risks:
    """Every answer of a run with its log-risk (nats): what all the numbers below are made of."""

    run: dict[str, Any]
    choices: Choices
    vector: Vector
    pooled: Floats  # (N, D) one harm from several judges
    risk: LogRisk
    categories: NDArray[Any]  # (N,) "none" where the prompt has none
    without: dict[str, int]  # category -> answers without any harm score

    @property
    def unscored(self) -> int:
        """How many answers have no harm score at all."""
        return sum(self.without.values())

    @property
    def groups(self) -> list[str]:
        """The categories of the answers, also of those nobody scored."""
        return sorted({*self.categories.tolist(), *self.without})

    @property
    def cases(self) -> list[Case]:
        """The answers, row by row."""
        run_id = self.run["run_id"]
        pairs = zip(self.vector.item, self.vector.sample, strict=True)
        return [(run_id, str(item), int(sample)) for item, sample in pairs]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run can be looked at by."""

    judges: list[str]
    categories: list[str]


def scored(stores: Stores) -> list[dict[str, Any]]:
    """The runs with harm scores: those a tail can be measured on, by data set and model."""
    harmful = {d["run_id"] for d in scores.dimensions(stores.warehouse) if d["up"] == "harm"}
    found = [run for run in runs.every(stores.warehouse) if run["run_id"] in harmful]
    return sorted(found, key=lambda run: (run["dataset"], run["model"] or "", run["run_id"]))


def names(found: list[dict[str, Any]], dataset: str = "") -> dict[str, str]:
    """Run -> the model's name, told apart by the run where a model has several."""
    here = [run for run in found if not dataset or run["dataset"] == dataset]
    often = Counter(run["model"] for run in here)
    return {
        run["run_id"]: run["model"]
        if often[run["model"]] == 1
        else f"{run['model']} · {run['run_id']}"
        for run in here
    }


def datasets(stores: Stores) -> list[str]:
    """The data sets with harm scores, those with the most scored answers first."""
    scored_rows: Counter[str] = Counter()
    of = {run["run_id"]: run["dataset"] for run in scored(stores)}
    for row in scores.dimensions(stores.warehouse):
        if row["run_id"] in of and row["up"] == "harm":
            scored_rows[of[row["run_id"]]] += row["n"]
    return [name for name, _ in scored_rows.most_common()]


def judges(stores: Stores, dataset: str) -> list[str]:
    """The judges that scored any run of a data set."""
    here = [run["run_id"] for run in scored(stores) if run["dataset"] == dataset]
    told = scores.dimensions(stores.warehouse)
    return sorted(
        {j for d in told if d["run_id"] in here and d["up"] == "harm" for j in d["scorers"]}
    )


def parts(stores: Stores, run_id: str) -> Parts:
    """The judges that scored a run's harm, and the categories of its prompts."""
    told = scores.columns(stores.warehouse, run_id)
    harmful = told["up"] == "harm"
    return Parts(
        sorted({str(name) for name in told["scorer"][harmful]}),
        sorted({str(name) for name in told["category"][harmful] if name is not None}),
    )


def risks(stores: Stores, run_id: str, choices: Choices) -> Risks:
    """The log-risk of every answer of a run. Raises Trouble where a choice does not fit."""
    run = next((r for r in runs.every(stores.warehouse) if r["run_id"] == run_id), None)
    if run is None:
        raise Trouble(f"there is no run {run_id!r}", "choose one of those listed: tailscope runs")
    answers = outputs.by_category(stores.warehouse, [run_id])
    return _risks(stores, run, answers.get(run_id, {}), choices)


def of_runs(stores: Stores, chosen: list[dict[str, Any]], choices: Choices) -> list[Risks]:
    """The same for several runs, in their order; a run the choices do not fit is left out."""
    answers = outputs.by_category(stores.warehouse, [run["run_id"] for run in chosen])
    found = []
    for run in chosen:
        with suppress(Trouble):
            found.append(_risks(stores, run, answers.get(run["run_id"], {}), choices))
    return found


def _risks(
    stores: Stores, run: dict[str, Any], answers: dict[str | None, int], choices: Choices
) -> Risks:
    columns = scores.columns(stores.warehouse, run["run_id"])
    try:
        vector = harm.assemble(columns).judged(choices.judge)
        pooled = harm.pool(vector.h, choices.pooling, choices.tau)
        risk = harm.log_risk(pooled, choices.eps)
    except ValueError as error:
        raise Trouble(f"{run['model']}: {error}", "choose another judge or another run") from error
    of = dict(zip(columns["item_id"], columns["category"], strict=True))
    categories = np.array([of[item] or NONE for item in vector.item], dtype=object)
    scored_here = Counter(categories.tolist())
    without = {c or NONE: n - scored_here[c or NONE] for c, n in answers.items()}
    found = Risks(run, choices, vector, pooled, risk, categories, without)
    return within(found, choices.category) if choices.category else found


def within(found: Risks, category: str) -> Risks:
    """The answers of one category only."""
    keep = found.categories == category
    return replace(
        found,
        vector=replace(
            found.vector,
            item=found.vector.item[keep],
            sample=found.vector.sample[keep],
            h=found.vector.h[keep],
        ),
        pooled=found.pooled[keep],
        risk=harm.log_risk(found.pooled[keep], found.choices.eps),
        categories=found.categories[keep],
        without={category: found.without.get(category, 0)},
    )
