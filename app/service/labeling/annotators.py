"""Annotators one by one: what each confuses, how reliable a model finds them, drift and pace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.labeling import adjudicate
from app.service.labeling.adjudicate import ADJUDICATOR, OWN
from app.service.measures import agree
from app.service.outputs import settle
from app.service.stores import Stores
from db import texts
from db.filter import Case
from risk import aggregate, annotators
from risk.interval import wilson
from risk.measure import Measure, missing

Floats = NDArray[np.float64]
Told = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Annotator:
    """One person in one field, against the settled label, else the majority of the others.

    `confusion` (K, K) counts what they said (columns) where it was settled (rows); `right` is the
    share of agreement, `drift` the same in blocks over time. `model` (K, K) are Dawid and Skene's
    shares, NaN where they cannot be told. `seconds` is the median a case, `hurried` the share of
    timed labels that came faster than the texts can be read.
    """

    person: str
    labels: int
    confusion: Floats
    right: Measure
    drift: list[Measure]
    model: Floats
    seconds: Measure
    hurried: Measure
    too_fast: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Annotators:
    """Everybody who labeled a field of a scope; `classes` are its values, in order."""

    field: str
    classes: tuple[str, ...]
    people: tuple[Annotator, ...]
    settled: int
    cases: int


def fields(stores: Stores, scope: str) -> list[str]:
    """The fields of a scope in which somebody can be right or wrong, the two axes first."""
    found = {
        row["field"]
        for row in adjudicate.told(stores, scope)
        if row["person"] != ADJUDICATOR and row["field"] not in OWN
    }
    return sorted(found, key=lambda name: (name not in ("act", "severity"), name))


def look(stores: Stores, scope: str, field: str) -> Annotators:
    """Every annotator of a field of a scope."""
    rows = _last(row for row in adjudicate.told(stores, scope) if row["field"] == field)
    said: dict[Case, dict[str, str]] = defaultdict(dict)
    for row in rows:
        said[agree.case(row)][row["person"]] = row["value"]
    own = [row for row in rows if row["person"] != ADJUDICATOR]
    classes = _classes({row["value"] for row in rows})
    place = {value: float(n) for n, value in enumerate(classes)}
    people = sorted({row["person"] for row in own})
    model = _model(said, people, place)
    long = texts.lengths(stores.warehouse, list(said))
    return Annotators(
        field,
        classes,
        tuple(
            _one(person, [row for row in own if row["person"] == person], said, place, long, fitted)
            for person, fitted in zip(people, model, strict=True)
        ),
        sum(ADJUDICATOR in of for of in said.values()),
        len(said),
    )


def _last(rows: Iterable[dict[str, Any]]) -> Told:
    """One row a person and case: of what somebody said twice, in two campaigns say, the last."""
    found: dict[tuple[str, Case], dict[str, Any]] = {}
    for row in rows:  # taken out first, so that the order is that of what holds
        key = (row["person"], agree.case(row))
        found.pop(key, None)
        found[key] = row
    return list(found.values())


def _classes(values: Iterable[str]) -> tuple[str, ...]:
    """Numbers by size, words by name.

    >>> _classes(["b", "10", "-2", "--2"])
    ('-2', '10', '--2', 'b')
    """

    def key(value: str) -> tuple[float, str]:
        whole = value.removeprefix("-").isdecimal()
        return (float(value), "") if whole else (float("inf"), value)

    return tuple(sorted(values, key=key))


def _one(
    person: str,
    rows: Told,
    said: dict[Case, dict[str, str]],
    place: dict[str, float],
    long: dict[Case, int],
    model: Floats,
) -> Annotator:
    rows = sorted(rows, key=lambda row: str(row["made_at"]))
    cases = [agree.case(row) for row in rows]
    mine = np.array([place[row["value"]] for row in rows])
    truth = np.array([_truth(said[case], person, place) for case in cases])
    right = np.where(np.isnan(truth), np.nan, mine == truth)
    seconds = np.array([np.nan if row["seconds"] is None else row["seconds"] for row in rows])
    fast = annotators.hurried(seconds, np.array([long.get(case, np.nan) for case in cases]))
    timed = seconds[~np.isnan(seconds)]
    untimed = "no label was timed"
    return Annotator(
        person=person,
        labels=len(rows),
        confusion=annotators.confusion(mine, truth, len(place)),
        right=_share(right, "nothing is settled, and nobody else labeled these cases"),
        drift=annotators.drift(right),
        model=model,
        seconds=_middle(timed, len(rows)) if timed.size else missing(untimed, lost=len(rows)),
        hurried=_share(fast, untimed),
        too_fast=tuple(case for case, one in zip(cases, fast, strict=True) if one == 1),
    )


def _truth(of: dict[str, str], person: str, place: dict[str, float]) -> float:
    """What a case was settled as, else what most of the others said; NaN where neither is known."""
    if ADJUDICATOR in of:
        return place[of[ADJUDICATOR]]
    others = {name: value for name, value in of.items() if name != person}
    value = settle.resolved(others, "majority")
    return np.nan if value is None else place[value]


def _share(ones: Floats, why: str) -> Measure:
    known = ones[~np.isnan(ones)]
    lost = int(ones.size - known.size)
    if not known.size:
        return missing(why, lost=lost)
    low, high = wilson(float(known.sum()), known.size)
    return Measure(float(known.mean()), low, high, int(known.size), lost)


def _middle(timed: Floats, n: int) -> Measure:
    """The median with its interval by order statistics."""
    ranked = np.sort(timed)
    half = 0.98 * np.sqrt(ranked.size)
    low = ranked[max(int(np.floor(ranked.size / 2 - half)), 0)]
    high = ranked[min(int(np.ceil(ranked.size / 2 + half)), ranked.size - 1)]
    middle = float(np.median(ranked))
    return Measure(middle, float(low), float(high), int(ranked.size), n - int(ranked.size))


def _model(
    said: dict[Case, dict[str, str]], people: list[str], place: dict[str, float]
) -> list[Floats]:
    """Dawid and Skene's confusions of each person over all classes; NaN where nothing overlaps."""
    whole = [np.full((len(place), len(place)), np.nan) for _ in people]
    if len(people) < 2 or len(place) > settle.CLASSES or len(place) < 2:
        return whole
    ratings = np.full((len(said), len(people)), np.nan)
    at = {person: n for n, person in enumerate(people)}
    for row, of in enumerate(said.values()):
        for person, value in of.items():
            if person in at:
                ratings[row, at[person]] = place[value]
    if not ((~np.isnan(ratings)).sum(axis=1) > 1).any():
        return whole
    fitted = aggregate.dawid_skene(ratings)
    classes = fitted.classes.astype(int)
    for one, confusion in zip(whole, fitted.confusion, strict=True):
        one[np.ix_(classes, classes)] = confusion
    return whole


def sentence(found: Annotators) -> str:
    """Who stands out, made from the numbers."""
    known = [one for one in found.people if one.right.known]
    if not known:
        return f"Nobody's {found.field} labels can be compared yet: settle cases, or label twice."
    best, worst = (pick(known, key=lambda o: o.right.value) for pick in (max, min))
    settled = f"{found.settled} of {found.cases} cases are settled"
    told = f"On {found.field}, {worst.person} agrees with what was settled or most others said in "
    told += f"{worst.right.value * 100:.3g} % of cases ({worst.right.low * 100:.3g} to "
    told += f"{worst.right.high * 100:.3g} %)"
    if best.person != worst.person:
        told += f", {best.person} in {best.right.value * 100:.3g} %"
    hasty = [one for one in found.people if one.too_fast]
    if hasty:
        most = max(hasty, key=lambda one: len(one.too_fast))
        told += f"; {most.person} was too fast to have read {len(most.too_fast)} cases"
    return f"{told}. {settled}."
