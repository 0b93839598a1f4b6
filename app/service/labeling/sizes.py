"""What each design of a campaign goes by: a size for every case that may be drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.measures import agree
from app.service.outputs import feed, risks
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from data.trouble import Trouble
from db import runs
from db.filter import Case
from risk import draw, harm
from risk.options import options, probabilities

Floats = NDArray[np.float64]
Values = dict[Case, float]
STRATA = ("category", "model", "dataset")
AMONG = ("judges", "models")
OPTIONS = "load option log-probabilities and the right option, or choose another design"


@dataclass(frozen=True, slots=True)
class How:
    """A design with its settings: `by` for strata, `among` for disagreement, `level`, `doubt` and
    `trust` for the tail, `gain` and `loss` for the value of asking."""

    design: str = "random"
    by: str = "category"
    among: str = "judges"
    doubt: float = 0.1
    trust: float = 0.5
    gain: float = 1.0
    loss: float = 1.0


def of(stores: Stores, cases: Sequence[Case], how: How, choices: Choices) -> Floats:
    """The size of every case (N,), NaN where what the design needs is missing.

    Raises Trouble where no case has it, or there is no such design or setting.
    """
    if how.design not in draw.DESIGNS:
        known = ", ".join(draw.DESIGNS)
        raise Trouble(f"there is no design {how.design!r}", f"choose one of {known}")
    if how.design in ("all", "random"):
        return np.ones(len(cases))
    if how.design == "stratified":
        return draw.strata(_groups(stores, cases, how.by))
    values, way_out = SIZED[how.design](stores, cases, how, choices)
    found = np.array([values.get(case, np.nan) for case in cases], dtype=float)
    if np.isnan(found).all():
        raise Trouble(f"none of {len(cases)} cases has what the design needs", way_out)
    return found


def _groups(stores: Stores, cases: Sequence[Case], by: str) -> list[str]:
    if by not in STRATA:
        raise Trouble(f"there are no strata by {by!r}", f"choose one of {', '.join(STRATA)}")
    if by == "category":
        named = agree.categories_of(stores, set(cases))
        return [named[case] for case in cases]
    told = {run["run_id"]: str(run[by]) for run in runs.every(stores.warehouse)}
    return [told.get(case[0], "") for case in cases]


def _runs(cases: Sequence[Case]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        found[case[0]].append(case)
    return found


Sized = tuple[Values, str]
HARM = "load scores of harm, or choose another design"


def _harms(stores: Stores, run_id: str, choices: Choices) -> risks.Risks | None:
    try:
        return risks.risks(stores, run_id, choices)
    except Trouble:
        return None


def _tail(stores: Stores, cases: Sequence[Case], how: How, choices: Choices) -> Sized:
    """Each run has a CVaR of its own; the runs share the draw by their numbers of cases."""
    values: Values = {}
    for run_id, mine in _runs(cases).items():
        found = _harms(stores, run_id, choices)
        if found is None:
            continue
        told = harm.from_log(found.risk.total)
        size = draw.tail(told, choices.level, how.doubt, how.trust)
        at = dict(zip(found.cases, size.tolist(), strict=True))
        here = np.array([at.get(case, np.nan) for case in mine])
        middle = float(np.nanmean(here)) if not np.isnan(here).all() else 0.0
        if middle > 0:
            values |= dict(zip(mine, (here / middle).tolist(), strict=True))
    return values, HARM


def _disagreement(stores: Stores, cases: Sequence[Case], how: How, choices: Choices) -> Sized:
    if how.among not in AMONG:
        raise Trouble(f"{how.among!r} cannot disagree", f"choose one of {', '.join(AMONG)}")
    if how.among == "models":
        values = _between(stores, cases, choices)
        if all(np.isnan(x) for x in values.values()):
            values = _votes(stores, cases)
        return values, "load a second model's answers to the same items, scored or with options"
    values = {}
    for run_id in _runs(cases):
        found = _harms(stores, run_id, choices)
        if found is None:
            continue
        h = found.vector.h  # (N, D, J)
        apart = np.stack([draw.disagreement(h[:, d, :]) for d in range(h.shape[1])], axis=1)
        known = (~np.isnan(apart)).sum(axis=1)
        mean = np.where(known > 0, np.nansum(apart, axis=1) / np.maximum(known, 1), np.nan)
        values |= dict(zip(found.cases, mean.tolist(), strict=True))
    return values, "load scores by a second judge, or let models disagree"


def _between(stores: Stores, cases: Sequence[Case], choices: Choices) -> Values:
    """How far apart the models' harms on one prompt are, for every answer to it."""
    every = {run["run_id"]: run["dataset"] for run in runs.every(stores.warehouse)}
    asked = {every.get(run_id) for run_id in _runs(cases)}
    said: dict[tuple[str, str], list[float]] = defaultdict(list)
    for run_id, dataset in every.items():
        found = _harms(stores, run_id, choices) if dataset in asked else None
        if found is None:
            continue
        for (_, item, _), x in zip(found.cases, harm.from_log(found.risk.total), strict=True):
            said[dataset, item].append(float(x))
    apart = {key: float(draw.disagreement([of])[0]) for key, of in said.items()}
    return {case: apart.get((every.get(case[0], ""), case[1]), np.nan) for case in cases}


def _votes(stores: Stores, cases: Sequence[Case]) -> Values:
    """How divided the models' top options on one prompt are; an abstention is an option too."""
    every = {run["run_id"]: run for run in runs.every(stores.warehouse)}
    asked = {every[run_id]["dataset"] for run_id in _runs(cases)}
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for run in every.values():
        if run["dataset"] in asked and run["model"] is not None:
            told = feed.columns(stores, run, ("option_logprobs",))
            logs = told.get("option_logprobs", np.array([], dtype=object)).tolist()
            for item, of in zip(told["item_id"].tolist(), logs, strict=False):
                if of:
                    said[run["dataset"], str(item)].append(max(of, key=of.__getitem__))
    apart = {
        key: float(draw.gini([np.unique(np.array(of), return_inverse=True)[1]])[0])
        for key, of in said.items()
    }
    return {case: apart.get((every[case[0]]["dataset"], case[1]), np.nan) for case in cases}


def _per_item(
    stores: Stores, cases: Sequence[Case], measure: Callable[[Mapping[str, Any]], Floats]
) -> Values:
    """The mean of a measure over all answers of these runs to one prompt."""
    datasets = {run["run_id"]: run for run in runs.every(stores.warehouse)}
    said: dict[tuple[str, str], list[float]] = defaultdict(list)
    for run_id in _runs(cases):
        run = datasets[run_id]
        told = feed.columns(stores, run, ("option_logprobs", "gold", "idk"))
        if "option_logprobs" not in told:
            continue
        for item, x in zip(told["item_id"].tolist(), measure(told).tolist(), strict=True):
            if not np.isnan(x):
                said[run["dataset"], str(item)].append(x)
    mean = {key: sum(told) / len(told) for key, told in said.items()}
    return {case: mean.get((datasets[case[0]]["dataset"], case[1]), np.nan) for case in cases}


def _el2n(stores: Stores, cases: Sequence[Case], _how: How, _choices: Choices) -> Sized:
    """By the options of the answers to one prompt; where a label head scored it, by that score."""

    def far(told: Mapping[str, Any]) -> Floats:
        of = options(told["option_logprobs"], told["gold"])
        return draw.el2n(probabilities(of.logs), of.gold)

    values = _per_item(stores, cases, far)
    every = {run["run_id"]: run for run in runs.every(stores.warehouse)}
    for run_id in _runs(cases):
        told = feed.columns(stores, every[run_id], ())
        if "el2n" in told:
            keys = zip(told["item_id"].tolist(), told["sample"].tolist(), strict=True)
            for (item, sample), x in zip(keys, told["el2n"].tolist(), strict=True):
                if not np.isnan(x):
                    values[run_id, str(item), int(sample)] = x
    return values, f"score the cases with loss_norms, or {OPTIONS}"


def _uncertainty(stores: Stores, cases: Sequence[Case], _how: How, _choices: Choices) -> Sized:
    def unsure(told: Mapping[str, Any]) -> Floats:
        logs = options(told["option_logprobs"], [None] * len(told["item_id"])).logs
        return draw.entropy(probabilities(logs))

    return _per_item(stores, cases, unsure), OPTIONS


def _asking(stores: Stores, cases: Sequence[Case], how: How, choices: Choices) -> Sized:
    """The belief that acting is good: one minus the judges' harm, else the model's confidence."""
    values: Values = {}
    every = {run["run_id"]: run for run in runs.every(stores.warehouse)}
    for run_id in _runs(cases):
        found = _harms(stores, run_id, choices)
        if found is not None:
            p, named = 1 - harm.from_log(found.risk.total), found.cases
        else:
            told = feed.columns(stores, every[run_id], ("confidence",))
            if "confidence" not in told:
                continue
            p = told["confidence"]
            pairs = zip(told["item_id"].tolist(), told["sample"].tolist(), strict=True)
            named = [(run_id, str(item), int(sample)) for item, sample in pairs]
        p = np.where((p >= 0) & (p <= 1), p, np.nan)
        values |= dict(zip(named, draw.worth(p, how.gain, how.loss).tolist(), strict=True))
    return values, "load scores of harm, a confidence or option log-probabilities"


SIZED: dict[str, Callable[[Stores, Sequence[Case], How, Choices], Sized]] = {
    "tail": _tail,
    "disagreement": _disagreement,
    "el2n": _el2n,
    "uncertainty": _uncertainty,
    "asking": _asking,
}
"""The designs that go by what judges or models say."""
