"""Who may label in a campaign now, told by its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

LEASE = 30.0
"""Minutes a case is kept for one person, unless the campaign's settings say otherwise."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works on a campaign, by its events. `quotas`: person -> cases at most (None: no limit);
    empty while anybody may come. `frozen` is since when no label is accepted, else empty."""

    per_case: int | None
    lease: float
    frozen: str = ""
    quotas: dict[str, int | None] = field(default_factory=dict)
    stopped: frozenset[str] = frozenset()

    def refusal(self, person: str) -> str:
        """Why a label by this person cannot be kept now; empty where it can."""
        if self.frozen:
            return f"the campaign is frozen since {self.frozen[:16]}: it takes no more labels"
        if person in self.stopped:
            return f"{person} has stopped on this campaign: ask who leads it to be put back"
        if self.quotas and person not in self.quotas:
            return f"the campaign is given to others than {person}: ask who leads it to be put on"
        return ""


def told(head: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> Staff:
    """What the events of a campaign, first to last, come to."""
    frozen, quotas, stopped = "", dict[str, int | None](), set[str]()
    for event in events:
        person = event["body"].get("person", "")
        if event["what"] == "assigned":
            quotas[person] = event["body"].get("quota")
            stopped.discard(person)
        elif event["what"] == "stopped":
            stopped.add(person)
        elif event["what"] in ("frozen", "reopened"):
            frozen = event["made_at"] if event["what"] == "frozen" else ""
    lease = float(head["settings"].get("lease", LEASE))
    return Staff(head["per_case"], lease, frozen, quotas, frozenset(stopped))
