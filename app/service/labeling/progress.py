"""How far a campaign is: cases, pace, every person's share, gold right or wrong, agreement."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

import numpy as np

from app.service.lenses.lens import Row
from app.service.measures import agree
from app.service.stores import Stores
from data.trouble import Trouble
from db import campaigns as kept
from db import desk, draws, labels, staff
from db.filter import Case
from db.staff import Staff
from risk import contrast
from risk.interval import wilson
from risk.measure import Measure, missing

BREAK = 300.0
"""Seconds between two labels of a person from which on they were away."""
DEFINITION = (
    "Labels: cases a person has a standing label on; undone ones do not count, nor adjudicated "
    "ones. Complete: as many people's labels as the campaign wants. Pace: labels an hour of work, "
    "pauses over five minutes left out. Gold: share of the fields of gold cases answered as known, "
    "with its modified Wilson 95 % interval (exact below ten fields); drift compares the later "
    "half of a person's gold "
    "cases that are "
    "spread through the campaign with the earlier half, with Newcombe's 95 % interval over cases. "
    "A training case counts as first labeled."
)


@dataclass(frozen=True, slots=True)
class Person:
    """One annotator's share: `right` over all gold cases, `early` and `late` over the two halves of
    those for drift, `drift` late less early; `seconds` a case, the median, NaN where none timed."""

    name: str
    state: str  # on it, came by, stopped
    done: int
    gold: int
    quota: int | None
    seconds: float
    pace: float
    last: str
    right: Measure
    early: Measure
    late: Measure
    drift: Measure


@dataclass(frozen=True, slots=True)
class Follow:
    """Where a campaign stands. `wanted` labels in all (None: as many as people come); `pace` of
    everybody together while working, labels an hour, NaN before two labels."""

    head: dict[str, Any]
    frozen: str
    cases: int
    touched: int
    complete: int
    labels: int
    wanted: int | None
    pace: float
    people: tuple[Person, ...]
    times: tuple[str, ...]
    names: tuple[str, ...]  # who made the label of each time

    @property
    def per_case(self) -> int:
        """Labels that make a case complete."""
        return self.head["per_case"] or 1

    @property
    def hours(self) -> float:
        """Hours of work that are left at this pace; NaN where nobody knows."""
        if self.wanted is None or not self.pace > 0:
            return float("nan")
        return max(self.wanted - self.labels, 0) / self.pace


def look(stores: Stores, campaign: str, until: str = "") -> Follow:
    """Where the campaign stands, or stood at `until`. Raises Trouble where there is none such."""
    head = kept.one(stores.ledger, campaign)
    if head is None:
        raise Trouble(f"there is no campaign {campaign!r}", "choose one of those on Campaigns")
    happened = [one for one in kept.events(stores.ledger, campaign) if held(one, until)]
    team = staff.told(head, happened)
    saves = draws.saves(stores.ledger, campaign, until)
    work = [row for row in saves if not row["gold"]]
    voices = Counter(row["place"] for row in work)
    total = len(draws.drawn(stores.ledger, campaign))
    per_case = head["per_case"]
    marks = _marks(stores, campaign, until)
    names = sorted({row["person"] for row in saves} | team.quotas.keys())
    by = {name: [row for row in saves if row["person"] == name] for name in names}
    return Follow(
        head=head,
        frozen=team.frozen,
        cases=total,
        touched=len(voices),
        complete=sum(n >= (per_case or 1) for n in voices.values()),
        labels=len(work),
        wanted=total * per_case if per_case else None,
        pace=_pace(saves),
        people=tuple(_person(name, by[name], team, marks.get(name, {})) for name in names),
        times=tuple(row["made_at"] for row in work),
        names=tuple(row["person"] for row in work),
    )


def held(event: Mapping[str, Any], until: str) -> bool:
    """Whether a change of a campaign had been made by a moment; "" is now."""
    return not until or event["made_at"] <= until


def _person(
    name: str,
    saves: Sequence[Mapping[str, Any]],
    team: Staff,
    marks: Mapping[Case, tuple[str, int, int]],
) -> Person:
    state = "on it" if name in team.quotas else "came by"
    timed = [float(row["seconds"]) for row in saves if row["seconds"] is not None]
    drift = [(k, n) for kind, k, n in marks.values() if kind == "drift"]
    half = len(drift) // 2
    return Person(
        name=name,
        state="stopped" if name in team.stopped else state,
        done=sum(not row["gold"] for row in saves),
        gold=sum(bool(row["gold"]) for row in saves),
        quota=team.quotas.get(name),
        seconds=median(timed) if timed else float("nan"),
        pace=_pace(saves),
        last=saves[-1]["made_at"] if saves else "",
        right=_share([(k, n) for _, k, n in marks.values()]),
        early=_share(drift[:half]),
        late=_share(drift[half:] if half else []),
        drift=contrast.shares(*([k / n for k, n in part] for part in (drift[half:], drift[:half]))),
    )


def _pace(saves: Sequence[Mapping[str, Any]]) -> float:
    """Labels an hour of the time in which somebody worked."""
    at = [datetime.fromisoformat(row["made_at"]).timestamp() for row in saves]
    gaps = np.diff(np.sort(np.array(at)))
    worked = gaps[gaps <= BREAK]
    return float(3600 * worked.size / worked.sum()) if worked.sum() > 0 else float("nan")


def _share(marks: Sequence[tuple[int, int]]) -> Measure:
    k, n = sum(one for one, _ in marks), sum(of for _, of in marks)
    return Measure(k / n, *wilson(k, n), n=n) if n else missing("no gold case is labeled")


def _marks(
    stores: Stores, campaign: str, until: str
) -> dict[str, dict[Case, tuple[str, int, int]]]:
    """Person -> gold case -> its kind, fields answered as known, fields known; as labeled."""
    right = draws.answers(stores.ledger, campaign)
    said: dict[str, dict[Case, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    if right:
        for row in labels.current(stores.ledger, campaign=campaign, cases=right, until=until):
            said[row["person"]][agree.case(row)][row["field"]] = row["value"]
        training = [case for case, one in right.items() if one.kind == "training"]
        for person, case, values in desk.first(stores.ledger, campaign, training):
            if case in said[person]:  # before they were told what is right
                said[person][case] = values
    return {
        name: {
            case: (
                right[case].kind,
                sum(told.get(f) == value for f, value in right[case].answer.items()),
                len(right[case].answer),
            )
            for case, told in of.items()
        }
        for name, of in said.items()
    }


def agreement(stores: Stores, campaign: str, until: str = "") -> list[Row]:
    """The campaign's agreement by field, gold cases left out; none where no two people overlap."""
    drawn = {agree.case(row) for row in draws.drawn(stores.ledger, campaign)}
    try:
        found = agree.rows(stores, campaign=campaign, cases=drawn, until=until)
    except Trouble:
        return []
    wanted = ("percent", "alpha_nominal", "alpha_ordinal")
    return [row for row in found if row.measure in wanted and row.value == row.value]


def sentence(found: Follow) -> str:
    """What stands and what is missing, made from the numbers."""
    if found.frozen:
        day = found.frozen[:10]
        return f"Frozen on {day}: {found.labels} labels on {found.touched} of {found.cases} cases."
    if not found.labels:
        return f"{found.cases} cases wait; nobody has labeled one yet."
    word = "complete" if found.wanted else "labeled at least once"
    parts = [f"{found.complete} of {found.cases} cases are {word}"]
    partly = found.touched - found.complete
    parts += [f"{partly} partly labeled"] if partly else []
    if found.wanted and found.labels >= found.wanted:
        parts.append("every label is there: adjudicate what differs, then freeze")
    elif found.hours == found.hours:
        parts.append(f"about {_hours(found.hours)} of work left at {found.pace:.0f} labels an hour")
    return "; ".join(parts) + "."


def _hours(hours: float) -> str:
    """A length of time in words.

    >>> _hours(0.4), _hours(3.26)
    ('24 minutes', '3.3 hours')
    """
    return f"{max(round(hours * 60), 1)} minutes" if hours < 1 else f"{hours:.1f} hours"


def table(found: Follow) -> list[dict[str, Any]]:
    """The people as rows."""
    return [
        {
            "person": one.name, "state": one.state, "labels": one.done, "quota": one.quota,
            "seconds a case": one.seconds, "labels an hour": one.pace,
            "gold cases": one.gold, "gold right": one.right.value, "low": one.right.low,
            "high": one.right.high, "drift": one.drift.value,
            "drift low": one.drift.low, "drift high": one.drift.high,
            "last label": one.last[:16].replace("T", " "),
        }
        for one in found.people
    ]  # fmt: skip
