"""What one person has done in a campaign: the labels that stand, and what was left for later."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

RECENT = 50
"""Labels the pace is measured over."""


@dataclass(frozen=True, slots=True)
class Save:
    """One label that stands: its event, the place it is about, the seconds it took."""

    event: str
    what: str
    place: int
    seconds: float | None


@dataclass(slots=True)
class Hand:
    """What one person has done: labels that stand in their order, how many on each place, what was
    left for later (place -> when). `floor`: no open place lies before it."""

    saves: list[Save] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)
    skipped: dict[int, int] = field(default_factory=dict)
    floor: int = 1

    @property
    def last(self) -> Save | None:
        """The last label given here that stands."""
        return next((one for one in reversed(self.saves) if one.what == "label"), None)

    def seconds(self) -> list[float]:
        """Seconds of the latest labels, at most RECENT."""
        timed = (one.seconds for one in reversed(self.saves) if one.seconds is not None)
        return list(islice(timed, RECENT))
