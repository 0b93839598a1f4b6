"""What models can be compared by: the loss of every answer, up is worse, run by run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs import feed, risks
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from data.trouble import Trouble
from db import features, runs, scores
from risk.bounded import ceiling

Array = NDArray[Any]
LOG_RISK = "log-risk"
"""What is compared unless a scored dimension is named."""
RIGHT = "probability of the right option"
"""What runs with option log-probabilities can be compared by, though no judge scored them."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Every scored answer of a run (N,): its loss, NaN where missing, and what `up` meant.

    `most` is the largest a loss can be, None where that is not known.
    """

    up: str
    items: Array
    samples: Array
    loss: Array
    categories: Array
    most: float | None = None

    @property
    def keys(self) -> Array:
        """One text an answer, the same in every run that has it."""
        pairs = zip(self.items.tolist(), self.samples.tolist(), strict=True)
        return np.array([f"{item}\x1f{int(sample)}" for item, sample in pairs], dtype=object)


def subjects(stores: Stores, dataset: str) -> dict[str, str]:
    """What can be compared on a data set -> its direction: log-risk first, then each dimension."""
    here = {run["run_id"] for run in _runs(stores, dataset)}
    told = [d for d in scores.dimensions(stores.warehouse) if d["run_id"] in here]
    often = Counter(d["dimension"] for d in told)
    found = {d["dimension"]: d["up"] or "neither" for d in told if often[d["dimension"]] > 1}
    risky = len({d["run_id"] for d in told if d["up"] == "harm"}) > 1
    right = len(features.optioned(stores.warehouse, here)) > 1
    return (
        ({LOG_RISK: "harm"} if risky else {})
        | ({RIGHT: "good"} if right else {})
        | dict(sorted(found.items()))
    )


def datasets(stores: Stores) -> list[str]:
    """The data sets on which two runs or more share a score, those with the most runs first."""
    every = {run["dataset"] for run in runs.every(stores.warehouse) if run["model"] is not None}
    found = [name for name in every if subjects(stores, name)]
    return sorted(found, key=lambda name: (-len(_runs(stores, name)), name))


def candidates(stores: Stores, dataset: str, what: str) -> list[str]:
    """The runs of a data set that have the score."""
    if what == RIGHT:
        here = _runs(stores, dataset)
        able = features.optioned(stores.warehouse, {run["run_id"] for run in here})
        return [run["run_id"] for run in here if run["run_id"] in able]
    told = scores.dimensions(stores.warehouse)
    wanted = {
        d["run_id"]
        for d in told
        if (what == LOG_RISK and d["up"] == "harm") or d["dimension"] == what
    }
    return [run["run_id"] for run in _runs(stores, dataset) if run["run_id"] in wanted]


def models(stores: Stores, dataset: str) -> dict[str, str]:
    """Run -> the model's name on a data set, told apart where a model has several runs."""
    return risks.names(_runs(stores, dataset))


def of_run(stores: Stores, run_id: str, what: str, choices: Choices) -> Losses:
    """The loss of every answer of a run: log-risk, the judges' mean score of a dimension, or what
    the right option lacks to probability 1.

    Where the score's direction is good the loss is 1 minus it. Raises Trouble where there is none.
    """
    if what == LOG_RISK:
        run = risks.one(stores, run_id)
        with risks.pivoted(stores, run, choices) as (table, pool):
            found = risks.read(stores, run, choices, table, pool, counted=False)
        vector = found.vector
        most = ceiling(choices.eps, len(vector.dimensions))
        return Losses("harm", vector.item, vector.sample, found.risk.total, found.categories, most)
    if what == RIGHT:
        return _right(stores, run_id, choices)
    told = scores.columns(stores.warehouse, run_id)
    keep = told["dimension"] == what
    if choices.judge.startswith("-"):
        keep &= told["scorer"] != choices.judge[1:]
    elif choices.judge != "all":
        keep &= told["scorer"] == choices.judge
    if choices.category:
        keep &= told["category"] == choices.category
    if not keep.any():
        raise Trouble(f"{run_id} has no score {what!r}", "choose another score or judge")
    told = {name: column[keep] for name, column in told.items()}
    up = next((str(way) for way in told["up"] if way), "neither")
    rows = Losses(
        up, told["item_id"], told["sample"], told["value"].astype(float), told["category"]
    )
    keys, first, code = np.unique(rows.keys.astype(str), return_index=True, return_inverse=True)
    there = ~np.isnan(rows.loss)
    sums = np.bincount(code[there], rows.loss[there], minlength=keys.size)
    times = np.bincount(code[there], minlength=keys.size)
    mean = np.where(times > 0, sums / np.maximum(times, 1), np.nan)
    category = np.array([c or risks.NONE for c in rows.categories[first]], dtype=object)
    loss = 1 - mean if up == "good" else mean
    # only scores towards harm must lie between 0 and 1
    bound = 1.0 if up == "harm" else None
    return Losses(up, rows.items[first], rows.samples[first], loss, category, bound)


def _right(stores: Stores, run_id: str, choices: Choices) -> Losses:
    run = next(run for run in runs.every(stores.warehouse) if run["run_id"] == run_id)
    found = feed.columns(stores, run, ("p_gold",))
    if "p_gold" not in found:
        raise Trouble(f"{run_id} has no probability of a right option", "choose another score")
    keep = np.full(found["item_id"].size, True)
    if choices.category:
        keep = found["category"] == choices.category
    category = np.array([c or risks.NONE for c in found["category"][keep]], dtype=object)
    loss = 1 - found["p_gold"][keep].astype(float)
    return Losses("good", found["item_id"][keep], found["sample"][keep], loss, category, 1.0)


def _runs(stores: Stores, dataset: str) -> list[dict[str, Any]]:
    every = runs.every(stores.warehouse)
    here = [run for run in every if run["dataset"] == dataset and run["model"] is not None]
    return sorted(here, key=lambda run: (run["model"], run["run_id"]))
