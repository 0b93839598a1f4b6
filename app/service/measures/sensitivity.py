"""How far a run's tail leans on epsilon, temperature and each judge, pushed down setting by one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from app.service.outputs.pivot import Choices, pivoted, within_all
from app.service.outputs.risks import names, one, scored
from app.service.stores import Stores
from data.trouble import Trouble
from db import tails
from risk import sensitivity, tail
from risk.bounded import ceiling
from risk.harm import chosen
from risk.measure import Measure
from risk.sensitivity import Setting


@dataclass(frozen=True, slots=True)
class Sway:
    """One setting, and the CVaR it makes."""

    setting: Setting
    cvar: Measure


def sway(stores: Stores, run_id: str, choices: Choices) -> list[Sway]:
    """The CVaR of a run under every setting worth trying around the chosen one."""
    run = one(stores, run_id)
    with pivoted(stores, run, choices) as (table, _):
        found = []
        for setting in _around(table.judges, choices):
            total, clusters = within_all(table, _pool(table, setting), choices.category)
            measured = tail.profile(
                total, choices.level, choices.draws, choices.seed, clusters,
                ceiling(setting.eps, len(table.dimensions)), choices.assume,
            )  # fmt: skip
            found.append(Sway(setting, measured["cvar"]))
    return found


def _around(judges: tuple[str, ...], choices: Choices) -> list[Setting]:
    return sensitivity.settings(judges, choices.judge, choices.pooling, choices.tau, choices.eps)


def _pool(table: tails.Cells, setting: Setting) -> tails.Pool:
    judges = chosen(table.judges, setting.judge)
    return tails.Pool(judges, setting.how, setting.tau, setting.eps)


def turned(stores: Stores, dataset: str, choices: Choices) -> list[tuple[str, str, str]]:
    """Which models change places in the tail when one judge is left out: (judge, worse, better).

    `worse` has the larger CVaR with all judges and the smaller one without that judge.
    """
    runs = [run for run in scored(stores) if run["dataset"] == dataset]
    called = names(runs)
    values: dict[str, dict[str, float]] = defaultdict(dict)
    for run in runs:
        try:
            with pivoted(stores, run, replace(choices, judge="all")) as (table, _):
                for setting in _around(table.judges, replace(choices, judge="all")):
                    if setting.knob == "judge":
                        total, _ = within_all(table, _pool(table, setting), choices.category)
                        if not np.isnan(total).all():
                            name = called[run["run_id"]]
                            values[setting.label][name] = tail.cvar(total, choices.level)
        except Trouble:
            continue  # one run that has no harm keeps no other out
    return sensitivity.turned(values) if values else []
