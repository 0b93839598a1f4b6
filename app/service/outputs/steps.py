"""What a lens of steps is fed: a run's steps as columns, with what is known of each trajectory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs import feed, known
from app.service.outputs.known import Known
from app.service.stores import Stores
from risk.lens import Columns
from risk.seen import each

VIOLATED = ("violated", "violation")
"""Scored dimensions that say whether a trajectory broke a rule; the first found wins."""
COMPLETED = ("completed", "task_completed", "completion", "success", "task_success")
"""Scored dimensions that say whether a task was done; the first found wins."""
CUT = frozenset(
    {"length", "max_tokens", "model_length", "max_steps", "max_turns", "token_limit",
     "message_limit", "time_limit", "timeout", "context", "operator", "custom"}
)  # fmt: skip
"""Why a run ended, where it did not end by itself: it is cut off, and what came next unknown."""


def columns(
    stores: Stores, run: Mapping[str, Any], wanted: Collection[str], peek: bool = False
) -> Columns:
    """One value a step of the run, ordered by item, sample and step; empty without steps.

    step, role, state (None where unsaid) and flags (a tuple) are the step's own; where no step of
    the run bears a flag nobody looked, and flags are None. All other columns are of the whole
    trajectory, the same at each of its steps: item_id, sample, category and those `wanted` of
    `feed.columns`; violated and completed (1, 0, NaN: a score of that meaning, for violated else
    `unsafe` at one half or above) and censored (1 where `finish` says it was cut off, 0 where it
    ended, NaN where unsaid).
    """
    return of(known.of(stores, run), wanted, peek)


def of(held: Known, wanted: Collection[str], peek: bool = False) -> Columns:
    """The same of what is known of a run."""
    told = dict(held.steps)
    place = told.pop("place")
    if place.size == 0:
        return {"item_id": np.empty(0, dtype=object)}
    found = dict(feed.of(held, {*wanted, "unsafe"} - {*told, *MADE}, peek))
    found |= held.part(("whole", *sorted(found)), partial(_whole, found))
    if not any(told["flags"].tolist()):
        told["flags"] = held.part("no flags", lambda: np.full(place.size, None, dtype=object))
    asked = {part for name in wanted for part in name.split("|")}.union(ALWAYS, MADE)
    return {name: held.spread(name, found[name], place) for name in asked & found.keys()} | told


ALWAYS = ("item_id", "sample", "category")
MADE = ("violated", "completed", "censored")
"""Columns of a trajectory put together here."""


def _whole(found: Columns) -> dict[str, NDArray[Any]]:
    violated = _first(found, (*VIOLATED, "unsafe"))
    told = {
        "violated": None if violated is None else _yes(violated),
        "completed": _first(found, COMPLETED),
        "censored": each(
            found["finish"], lambda end: np.nan if end is None else str(end).lower() in CUT
        ),
    }
    return {name: column for name, column in told.items() if column is not None}


def _first(found: Columns, names: tuple[str, ...]) -> NDArray[Any] | None:
    return next((found[name] for name in names if name in found), None)


def _yes(value: NDArray[Any]) -> NDArray[Any]:
    # A mean of judges printed as 0.5 may be 0.4999999999 in floats.
    return np.where(np.isnan(value), np.nan, (value >= 0.5 - 1e-9).astype(float))
