"""Agreement looked into: by field, pair, person and category, and the cases people contest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.measures import agree
from app.service.outputs import settle
from app.service.stores import Stores
from data.trouble import Trouble
from db import campaigns, labels, outputs, prompts, runs
from db.filter import Case, Filter
from risk import agreement, raters
from risk.interval import Codes
from risk.measure import Measure

Told = list[dict[str, Any]]
DRAWS, FEWER = 1000, 400
"""Bootstrap draws of a field's own measures, and of each pair, person and category."""
FIRST = ("act", "severity")
"""Fields that stand before all others."""


@dataclass(frozen=True, slots=True)
class Contested:
    """A case people disagree on: the share of pairs of labels that differ, and who said what."""

    case: Case
    model: str
    category: str
    apart: float
    said: dict[str, str]


@dataclass(frozen=True, slots=True)
class Agreed:
    """What one field's labels come to; every measure with its 95 % interval over prompts.

    `fields` has the measures of every field, of which `field` is looked into. `people` is the
    share of pairings with others that agree; `pairs` has percent and kappa (quadratic weights
    where the labels are `ordered`); `groups` has percent and alpha by category.
    """

    field: str
    ordered: bool
    fields: dict[str, dict[str, Measure]]
    people: dict[str, Measure]
    pairs: dict[tuple[str, str], dict[str, Measure]]
    groups: dict[str, dict[str, Measure]]
    contested: tuple[Contested, ...]
    cases: int
    guidelines: tuple[int, ...]

    @property
    def kappa(self) -> str:
        """What the pairs are measured by, in words."""
        return "Cohen's kappa, quadratic weights" if self.ordered else "Cohen's kappa"

    @property
    def alpha(self) -> str:
        """The alpha that fits the labels."""
        return "alpha_ordinal" if self.ordered else "alpha_nominal"


def scopes(stores: Stores) -> dict[str, str]:
    """Whose labels can be looked at: key -> words, data sets and campaigns with two people's."""
    of = {run["run_id"]: run["dataset"] for run in runs.every(stores.warehouse)}
    named = campaigns.names(stores.ledger)
    people: dict[str, set[str]] = defaultdict(set)
    for row in labels.current(stores.ledger):
        if row["person"] == settle.ADJUDICATOR or row["run_id"] not in of:
            continue
        people[f"dataset:{of[row['run_id']]}"].add(row["person"])
        if row["campaign"] in named:
            people[f"campaign:{row['campaign']}"].add(row["person"])
    found = sorted(key for key, who in people.items() if len(who) > 1)
    return {
        key: f"data set · {name}" if kind == "dataset" else f"campaign · {named[name]}"
        for key, kind, _, name in ((key, *key.partition(":")) for key in reversed(found))
    }


def fields(stores: Stores, scope: str) -> list[str]:
    """The fields two people or more labeled in a scope, the two axes first."""
    return _ordered(_by_field(_told(stores, scope)))


def look(stores: Stores, scope: str, field: str) -> Agreed:
    """Agreement on one field of a scope, from every side. Raises Trouble where there is none."""
    by = _by_field(_told(stores, scope))
    if field not in by:
        raise Trouble(
            f"no case has labels of {field!r} by two people here",
            "choose another field, or label more cases twice",
        )
    datasets = {run["run_id"]: run["dataset"] for run in runs.every(stores.warehouse)}
    every = {name: _measures(by[name], datasets) for name in _ordered(by)}
    said = by[field]
    ratings, ordered = agree.matrix(said)
    people = sorted({row["person"] for row in said})
    cases = sorted({agree.case(row) for row in said})
    of = agree.categories_of(stores, cases)
    prompt = agree.together(said, datasets)
    return Agreed(
        field=field, ordered=ordered, fields=every, cases=len(cases),
        people={
            name: raters.with_others(ratings, place, FEWER, of=prompt)
            for place, name in enumerate(people)
        },
        pairs=_pairs(ratings, people, ordered, prompt),
        groups=_groups(ratings, [of[case] for case in cases], ordered, prompt),
        contested=_contested(stores, ratings, cases, said, of),
        guidelines=tuple(sorted({row["guideline_version"] or 0 for row in said} - {0})),
    )  # fmt: skip


def alphas(found: Agreed) -> dict[str, Measure]:
    """Every field's alpha: ordinal where its values have an order, else nominal."""
    return {
        name: m["alpha_ordinal"] if m["alpha_ordinal"].known else m["alpha_nominal"]
        for name, m in found.fields.items()
    }


def openings(stores: Stores, cases: list[Case]) -> Told:
    """The first words of prompt and answer of these cases, also where no model answered."""
    found = outputs.page(stores.warehouse, Filter(), cases, limit=len(cases))
    answered = {agree.case(row) for row in found}
    datasets = {run["run_id"]: run["dataset"] for run in runs.every(stores.warehouse)}
    bare: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case not in answered and case[0] in datasets:
            bare[datasets[case[0]]].append(case)
    for name, those in bare.items():
        words = prompts.openings(stores.warehouse, name, [item for _, item, _ in those])
        found += [
            {"run_id": run, "item_id": item, "sample": sample, "prompt": words.get(item)}
            for run, item, sample in those
        ]
    return found


def _told(stores: Stores, scope: str) -> Told:
    """The labels of a scope that are one of a set, the adjudicated ones left out."""
    kind, _, name = scope.partition(":")
    every = runs.every(stores.warehouse)
    here = [run["run_id"] for run in every if kind == "campaign" or run["dataset"] == name]
    campaign = name if kind == "campaign" else None
    told = [
        row
        for row in labels.current(stores.ledger, runs=here, campaign=campaign)
        if row["person"] != settle.ADJUDICATOR and row["field"] not in agree.UNCOUNTED
    ]
    return agree.as_one(stores, told)


def _by_field(told: Told) -> dict[str, Told]:
    """Field -> its labels, where two people labeled."""
    by: dict[str, Told] = defaultdict(list)
    for row in told:
        by[row["field"]].append(row)
    return {name: said for name, said in by.items() if len({row["person"] for row in said}) > 1}


def _ordered(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (name not in FIRST, name))


def _measures(said: Told, datasets: dict[str, str]) -> dict[str, Measure]:
    ratings, ordered = agree.matrix(said)
    return agreement.summary(ratings, ordered, DRAWS, of=agree.together(said, datasets))


def _pairs(
    ratings: NDArray[np.float64], people: list[str], ordered: bool, prompt: Codes | None
) -> dict[tuple[str, str], dict[str, Measure]]:
    found = {}
    for a, b in combinations(range(len(people)), 2):
        two = ratings[:, [a, b]]
        kappa = (
            agreement.weighted_kappa(two, "quadratic", FEWER, of=prompt)
            if ordered
            else agreement.cohen_kappa(two, FEWER, of=prompt)
        )
        percent = agreement.percent(two, FEWER, of=prompt)
        if percent.n:
            found[people[a], people[b]] = {"percent": percent, "kappa": kappa}
    return found


def _groups(
    ratings: NDArray[np.float64], groups: list[str], ordered: bool, prompt: Codes | None
) -> dict[str, dict[str, Measure]]:
    names = sorted(set(groups))
    column = np.array(groups, dtype=object)
    found = {}
    for name in names if len(names) > 1 else []:
        part, own = ratings[column == name], None if prompt is None else prompt[column == name]
        metric: agreement.Metric = "ordinal" if ordered else "nominal"
        found[name] = {
            "percent": agreement.percent(part, FEWER, of=own),
            "alpha": agreement.alpha(part, metric, FEWER, of=own),
        }
    return {name: m for name, m in found.items() if m["percent"].n}


def _contested(
    stores: Stores,
    ratings: NDArray[np.float64],
    cases: list[Case],
    said: Told,
    of: dict[Case, str],
) -> tuple[Contested, ...]:
    """The cases with different labels, most contested first; wider apart on a scale before."""
    models = {run["run_id"]: run["model"] or "" for run in runs.every(stores.warehouse)}
    apart = np.nan_to_num(raters.contested(ratings))
    labeled = (~np.isnan(ratings)).sum(axis=1)
    rows = np.flatnonzero(apart > 0)
    wide = np.array([np.ptp(row[~np.isnan(row)]) for row in ratings[rows]])
    order = rows[np.lexsort((-labeled[rows], -wide, -apart[rows]))]
    words: dict[Case, dict[str, str]] = defaultdict(dict)
    for row in said:
        words[agree.case(row)][row["person"]] = row["value"]
    return tuple(
        Contested(
            cases[q], models.get(cases[q][0], ""), of[cases[q]], float(apart[q]), words[cases[q]]
        )
        for q in order
    )
