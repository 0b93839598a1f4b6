"""What a person picks of agent runs: a step on the map, or a state, as it stands in the link."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.service.measures.trajectories import OUTCOMES, Found, Ride

CHOICES = ("all", *OUTCOMES, "past a point of no return")
"""Which runs the map shows."""
START = "from the start"
"""Where runs begin, beside the states they can be in."""


@dataclass(frozen=True, slots=True)
class Pick:
    """What was picked: a run (and step) on the map, or a state on a chart."""

    item: str = ""
    sample: int = 0
    step: int = -1
    state: str = ""

    def text(self) -> str:
        """The pick as it stands in the link."""
        if self.state:
            return json.dumps(["state", self.state])
        return json.dumps(["run", self.item, self.sample, self.step]) if self.item else ""


def picked(text: str) -> Pick:
    """The pick a link names; what means nothing is no pick.

    >>> picked('["state", "risky"]').state, picked("nonsense") == Pick()
    ('risky', True)
    """
    try:
        match json.loads(text or "null"):
            case ["state", str(state)]:
                return Pick(state=state)
            case ["run", str(item), int(sample), int(step)]:
                return Pick(item=item, sample=sample, step=step)
    except ValueError:
        pass
    return Pick()


def on_map(data: Any) -> str:
    """The pick a square of the map stands for."""
    match data:
        case ["run", item, sample, step]:
            return Pick(str(item), int(sample), int(step)).text()
    return ""


def on_state(data: Any) -> str:
    """The pick a point of the curves stands for; the start is no state."""
    match data:
        case ["state", name] if name != START:
            return Pick(state=str(name)).text()
    return ""


def on_point(data: Any, found: Found) -> str:
    """The pick a dot of the points of no return stands for."""
    name = data[0] if isinstance(data, list) and data else data
    return Pick(state=str(name)).text() if name in found.names else ""


def ride(found: Found, pick: Pick) -> Ride | None:
    """The run picked, whatever it is called elsewhere; None where there is none."""
    return next((r for r in found.rides if r.case[1:] == (pick.item, pick.sample)), None)


def among(found: Found, outcome: str) -> tuple[Ride, ...]:
    """The runs of one of CHOICES."""
    if outcome == CHOICES[-1]:
        return tuple(r for r in found.rides if r.point is not None)
    return tuple(r for r in found.rides if outcome not in OUTCOMES or r.outcome == outcome)


def passing(rides: Sequence[Ride], pick: Pick) -> tuple[Ride, ...]:
    """The runs that pass through the state picked; all of them without such a pick."""
    return tuple(r for r in rides if not pick.state or any(s.state == pick.state for s in r.steps))
