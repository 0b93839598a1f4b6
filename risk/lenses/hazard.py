"""Cumulative hazard of violation: Nelson-Aalen over the moves of a run (measures FL-14)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from risk.lens import Columns, Finding, Lens, Parameter
from risk.survive import curve
from risk.trajectory import ROLE, VIOLATION, times, walks


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """H at the moves asked for, and at each of the first moves up to it.

    >>> from risk.lens import worked
    >>> items = [f"r{n}" for n in range(1, 6) for _ in range(n)]
    >>> ends = [
    ...     "violated" if i == n and n % 2 else "safe" for n in range(1, 6) for i in range(1, n + 1)
    ... ]
    >>> found = worked(LENS, {"at": 3}, item_id=items, state=ends)
    >>> found["hazard"]
    0.5333
    """
    found = walks(columns, chosen["role"])
    broke = times(found, chosen["violation"], chosen["unplaced"] == "end")
    whole = curve(broke.time, broke.event, found.item)
    yield Finding("hazard", replace(whole.cumulative(chosen["at"]), lost=broke.lost))
    for move in range(1, min(chosen["at"], 50) + 1):
        yield Finding("hazard", replace(whole.cumulative(move), lost=broke.lost), f"move {move}")


LENS = Lens(
    name="hazard",
    title="Cumulative hazard of violation",
    source="Nelson (1972), Aalen (1978); MHPO's use of it for training",
    up="harm",
    table="steps",
    needs=("item_id", "state|flags|violated"),
    may_use=("censored",),
    measures=measures,
    parameters=(
        Parameter("at", 5, "moves at which the hazard is read", 1, 100_000),
        ROLE,
        VIOLATION,
        Parameter(
            "unplaced", "lost", "a violated run without a marked step: lost, or dated at its end",
            options=("lost", "end"),
        ),
    ),
    figure="dots",
    status="as published",
    edges=(
        "A run without a violation is censored at its last move; at a tie violations come first "
        "and are taken together. Before the first violation the hazard is 0, its interval that of "
        "a share none of which was seen; beyond the longest run it is not defined. A run known to "
        "be violated, but not at which step, is lost; where that is so of all of them, nothing is "
        "defined. Several runs of an item count together in the interval."
    ),
    how_to_get={
        "item_id": "load trajectories: a column with a list of steps",
        "state|flags|violated": "mark the step that broke the rule by its state or a flag",
    },
)  # fmt: skip
