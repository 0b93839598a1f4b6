"""Agent runs as they unfold: risk at every step, the chance ahead, warnings, time to violation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs import risks
from app.service.outputs import steps as fed
from app.service.stores import Stores
from data.trouble import Trouble
from db import outputs, runs
from db import steps as stored
from risk import trajectory
from risk.chain import Chain, expected, fit
from risk.interval import Floats
from risk.lens import Columns
from risk.lenses import drift
from risk.measure import Measure
from risk.monitor import Warnings, stops, warnings
from risk.survive import Curve, curve
from risk.trajectory import Walks

Case = tuple[str, str, int]
OUTCOMES = ("violated", "cut off", "ended")
"""How a run can end, as far as is known."""
AHEAD = 12
"""Moves the curve looks ahead, or the horizon where that is further."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How the runs are read: states from safest to worst (none: those that occur), moves ahead."""

    states: str = ""
    horizon: int = 5
    threshold: float = 0.5
    role: str = "agent"
    violation: str = "violated"
    monotone: bool = False
    delay: int = 1
    smoothing: float = 1.0
    draws: int = 1000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the map: its number in the run, state and role, the chance ahead of it, flags."""

    step: int
    role: str
    state: str
    chance: float
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ride:
    """One run of an agent: what it went through and how it ended.

    `broke` is the step of the violation, `point` the first past a point of no return (None: none);
    `peak` the highest chance ahead before a violation.
    """

    case: Case
    category: str
    outcome: str
    broke: int | None
    point: int | None
    peak: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A model's runs, read as asked; without a chain (`why` says why not) only the steps."""

    run: dict[str, Any]
    asked: Asked
    rides: tuple[Ride, ...]
    chain: Chain | None
    ahead: tuple[list[Measure], ...]
    moves: Floats
    warned: Warnings | None
    next_move: dict[str, Measure]
    stopped: Warnings | None
    time: Curve
    cut: Floats
    lost: int
    why: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The states, the violation last."""
        return self.chain.names if self.chain else ()

    def now(self, state: int) -> Measure:
        """Chance of violation within the horizon from a state; the last entry: from the start."""
        return self.ahead[state][self.asked.horizon - 1]


def walked(stores: Stores) -> list[dict[str, Any]]:
    """The runs with steps, by data set and model."""
    there = stored.counts(stores.warehouse)
    found = [run for run in runs.every(stores.warehouse) if run["run_id"] in there]
    return sorted(found, key=lambda run: (run["dataset"], run["model"] or "", run["run_id"]))


def read(stores: Stores, run_id: str, asked: Asked) -> Found:
    """The runs of one model as asked. Raises Trouble where the states asked for are none."""
    run = risks.one(stores, run_id)
    columns = fed.columns(stores, run, ("violated",))
    if not len(columns["item_id"]):
        raise Trouble(f"{run['model']} has no steps", "load trajectories: a column of steps")
    moved = trajectory.walks(columns, asked.role)
    every = trajectory.walks(columns, "any")
    chain, why = _chain(moved, asked)
    ahead = tuple(chain.curve(max(asked.horizon, AHEAD), asked.draws, asked.seed)) if chain else ()
    broke = trajectory.times(moved, asked.violation)
    first = every.earliest(every.marked(asked.violation))
    stopped, warned, next_move = None, None, {}
    if chain and (chain.code == len(chain.names) - 1).any():
        settings = {"seed": asked.seed, "horizon": asked.horizon, "threshold": asked.threshold}
        flagged, at = drift.halves(moved, chain, settings)
        warned = warnings(flagged, at, items=moved.item)
        next_move = drift.calibrated(moved, chain, at, asked.draws, asked.seed)
    if any(every.marked("any").tolist()) and not np.isnan(first).all():
        stopped = warnings(stops(every, every.marked("any"), asked.delay), first, items=every.item)
    return Found(
        run=run, asked=asked, rides=_rides(run_id, columns, every, chain, ahead, asked),
        chain=chain, ahead=ahead, moves=expected(chain.p) if chain else np.empty(0),
        warned=warned, next_move=next_move, stopped=stopped,
        time=curve(broke.time, broke.event, moved.item),
        cut=broke.time[~broke.event & ~np.isnan(broke.time)], lost=broke.lost, why=why,
    )  # fmt: skip


def _chain(moved: Walks, asked: Asked) -> tuple[Chain | None, str]:
    """The fitted chain; or None and why there is none, unless the person named the states."""
    told = any(s is not None for s in moved.state.tolist()) or moved.marked("any").any()
    if not told and not asked.states.strip():
        return None, "no step of this model has a state or a flag, so nothing can be fitted"
    try:
        rest = (asked.violation, asked.smoothing, asked.monotone, asked.horizon)
        return fit(moved, asked.states, *rest), ""
    except ValueError as error:
        if not asked.states.strip():
            return None, str(error)
        raise Trouble(str(error), "write states from safest to worst, parted by commas") from error


def _rides(
    run_id: str, columns: Columns, every: Walks, chain: Chain | None,
    ahead: tuple[list[Measure], ...], asked: Asked,
) -> tuple[Ride, ...]:  # fmt: skip
    """Every run, the violated first and the earliest of them on top, then by their peak."""
    code = np.full(len(every.run), -1, dtype=np.int64)
    chance = np.full(1, math.nan)
    if chain is not None:
        # the map shows every step, the chain may know of the agent's alone
        code = trajectory.coded(every, chain.defined)
        code = trajectory.highest(code, every.run) if asked.monotone else code
        now = [column[asked.horizon - 1].value for column in ahead[:-1]]
        chance = np.array([*now, math.nan])  # code -1 is the last
    told = _told(columns, every, [*(chain.names if chain else ()), ""], code, chance[code])
    category = trajectory.parts(every, columns["category"].tolist()).tolist()
    marked = every.marked(asked.violation)
    found = []
    for r, (item, sample) in enumerate(every.names):
        here = slice(int(every.first[r]), int(every.first[r] + every.size[r]))
        mine, bad = told[here], marked[here]
        broke = mine[int(bad.argmax())].step if bad.any() else None
        before = [s for s in mine if broke is None or s.step < broke]
        past = [s.step for s in before if s.chance >= asked.threshold - 1e-9]
        peak = max((s.chance for s in before if s.chance == s.chance), default=math.nan)
        cut = every.censored[r] == 1
        over = "violated" if bad.any() or every.violated[r] == 1 else "cut off" if cut else "ended"
        found.append(
            Ride(
                (run_id, item, sample),
                str(category[r] or ""),
                over,
                broke,
                min(past, default=None),
                peak,
                tuple(mine),
            )
        )
    return tuple(sorted(found, key=_worst))


def _worst(ride: Ride) -> tuple[Any, ...]:
    place = OUTCOMES.index("violated") if ride.outcome == "violated" else 1
    soon = math.inf if ride.broke is None else ride.broke
    return place, soon, -np.nan_to_num(ride.peak, nan=-1.0), ride.case[1:]


def _told(
    columns: Columns, every: Walks, names: list[str], code: NDArray[Any], chance: Floats
) -> list[Step]:
    row = every.row
    rest = (columns["step"][row], columns["role"][row], every.state, every.flags)
    return [
        Step(int(n), str(role or ""), names[c] or str(state or ""), float(p), tuple(flags or ()))
        for n, role, state, flags, c, p in zip(
            *(column.tolist() for column in rest), code.tolist(), chance.tolist(), strict=True
        )
    ]


def opened(stores: Stores, case: Case) -> list[dict[str, Any]]:
    """The steps of one run with their words."""
    return stored.of_case(stores.warehouse, *case)


def about(stores: Stores, case: Case) -> dict[str, Any]:
    """What is known of one run as a whole. Raises Trouble where there is none."""
    found = outputs.one(stores.warehouse, *case)
    if found is None:
        raise Trouble(f"there is no run {case[1]!r}", "choose one from the map")
    return found
