"""What suggestions do to labels: cases with one shown against cases whose suggestion was held back.

Which case is which was drawn at random, so the difference is what showing does.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from app.service.stores import Stores
from db import campaigns, draws, labels, suggestions
from db.filter import Case
from risk import contrast
from risk.interval import wilson
from risk.measure import Measure, missing

DEFINITION = (
    "Of the labels on cases for which something could be suggested: the share that is what was "
    "suggested, where it was shown and where it was held back. Which cases are held back is drawn "
    "at random, so the difference is how far showing pulls labels towards the suggestion; 0 is no "
    "pull. One value a case (its people's mean), modified Wilson and Newcombe's 95 % "
    "intervals (exact below ten cases) over cases."
)


@dataclass(frozen=True, slots=True)
class Pull:
    """One field: the share of labels as suggested with it shown, without, and the difference."""

    field: str
    with_it: Measure
    without: Measure
    difference: Measure


@dataclass(frozen=True, slots=True)
class Influence:
    """What showing suggestions does: `source` of them, per field, and to the time a case takes."""

    source: str
    shown: int
    held: int
    pulls: tuple[Pull, ...]
    pace: Measure


def look(stores: Stores, campaign: str) -> Influence | None:
    """The influence of a campaign's suggestions so far; None where it makes none."""
    head = campaigns.one(stores.ledger, campaign)
    source = str((head or {"settings": {}})["settings"].get("suggest", {}).get("source", ""))
    if not source:
        return None
    offered = suggestions.every(stores.ledger, campaign)
    said: dict[tuple[str, bool], dict[Case, list[float]]] = defaultdict(lambda: defaultdict(list))
    took: dict[bool, dict[Case, list[float]]] = {True: defaultdict(list), False: defaultdict(list)}
    for row in labels.current(stores.ledger, campaign=campaign):
        case = (row["run_id"], row["item_id"], row["sample"])
        one = offered.get(case)
        if one is None or row["person"] == draws.SETTLED or row["made_at"] < one.made_at:
            continue
        if row["field"] in one.values:
            same = row["value"] == one.values[row["field"]]
            said[row["field"], one.shown][case].append(float(same))
            if row["seconds"]:
                took[one.shown][case].append(float(row["seconds"]))
    fields = dict.fromkeys(field for field, _ in said)
    times = [[fmean(many) for many in took[way].values()] for way in (True, False)]
    return Influence(
        source=source,
        shown=sum(one.shown for one in offered.values()),
        held=sum(not one.shown for one in offered.values()),
        pulls=tuple(_pull(field, said[field, True], said[field, False]) for field in fields),
        pace=contrast.times(*times),
    )


def _pull(field: str, shown: dict[Case, list[float]], held: dict[Case, list[float]]) -> Pull:
    means = [[fmean(many) for many in group.values()] for group in (shown, held)]
    return Pull(field, _share(means[0]), _share(means[1]), contrast.shares(*means))


def _share(cases: list[float]) -> Measure:
    if not cases:
        return missing("no such case is labeled yet")
    low, high = wilson(sum(cases), len(cases))
    return Measure(fmean(cases), low, high, n=len(cases))


def sentence(found: Influence) -> str:
    """What the suggestions did, in words made from the numbers."""
    known = [pull for pull in found.pulls if pull.difference.known]
    if not known:
        return (
            f"Suggestions by {found.source}: {found.shown} shown, {found.held} held back to "
            "measure what showing does; too few are labeled yet to tell."
        )
    most = max(known, key=lambda pull: abs(pull.difference.value))
    far = most.difference
    way = "more often" if far.value >= 0 else "less often"
    sure = "" if far.low > 0 or far.high < 0 else ", which may be chance"
    return (
        f"Where a suggestion by {found.source} was shown, {most.field} is as suggested "
        f"{abs(far.value):.0%} {way} than where it was held back "
        f"(95 % interval {far.low:+.0%} to {far.high:+.0%}{sure})."
    )


def rows(found: Influence) -> list[dict[str, Any]]:
    """The numbers as rows: the two shares and their difference by field, then the time."""
    named = {"shown": "with_it", "held back": "without", "difference": "difference"}
    listed = [
        {"measure": f"{pull.field} as suggested, {name}", **_numbers(getattr(pull, part))}
        for pull in found.pulls
        for name, part in named.items()
    ]
    return [*listed, {"measure": "time a case, shown over held back", **_numbers(found.pace)}]


def _numbers(one: Measure) -> dict[str, Any]:
    return {"value": one.value, "low": one.low, "high": one.high, "cases": one.n, "why": one.why}
