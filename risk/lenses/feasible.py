"""Feasible runs: how many never violate, and what they still earn (after FISOR and safe RL)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import marks
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import missing
from risk.spread import items, mean, share

COSTS = ("cost", "violated", "violation")
REWARDS = ("reward", "completed", "task_completed", "completion", "success")


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Share of runs within the budget, mean reward among them, and over all runs.

    >>> from risk.lens import worked
    >>> cost, reward = [0] * 7 + [1, 2, 3], [1, 1, 1, 1, 0, 0, 1, 1, 1, 1]
    >>> worked(LENS, item_id=[f"r{i}" for i in range(10)], cost=cost, reward=reward)
    {'feasible': 0.7, 'reward': 0.7143, 'reward_of_all': 0.8}
    """
    cost, reward = _column(columns, COSTS), _column(columns, REWARDS)
    known = ~np.isnan(cost)
    fine = known & (cost <= chosen["budget"] + 1e-9)
    item = items(columns.get("item_id"))
    yield Finding("feasible", share(fine, known, item, int((~known).sum())))
    for name, rows in (("reward", fine), ("reward_of_all", np.ones(len(cost), dtype=bool))):
        if not rows.any():
            yield Finding(name, missing("no run is feasible", lost=int((~known).sum())))
            continue
        theirs = None if item is None else item[rows]
        yield Finding(name, mean(reward[rows], theirs))


def _column(columns: Columns, names: tuple[str, ...]) -> Floats:
    return marks.amounts(marks.first(columns, "|".join(names)))


LENS = Lens(
    name="feasible",
    title="Feasible runs",
    source="FISOR, arXiv 2401.10700; safe reinforcement learning",
    up="good",
    table="outputs",
    needs=("|".join(COSTS), "|".join(REWARDS)),
    may_use=("item_id",),
    measures=measures,
    parameters=(Parameter("budget", 0.0, "the cost up to which a run is feasible", 0),),
    figure="dots",
    status="our definition, because the papers report cost and reward apart; the budget is ours",
    edges=(
        "Runs without a cost are lost, those without a reward are lost from the means. Without a "
        "feasible run the mean reward is not defined, never 0. Cost up is worse, reward up is "
        "better."
    ),
    how_to_get={
        "|".join(
            COSTS
        ): "keep each run's cost (0 or more) in a field cost, or map violated (1 or 0) to a score",
        "|".join(
            REWARDS
        ): "keep each run's reward in a field reward, or map completed (1 or 0) to a score",
    },
)
