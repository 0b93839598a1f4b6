"""Do the annotators agree: every field of every run, or of a campaign, with intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.service.lenses.lens import Row
from app.service.outputs import settle
from app.service.outputs.risks import NONE
from app.service.stores import Stores
from data.trouble import Trouble
from db import campaigns, labels, prompts, runs, same
from db.filter import Case
from risk import agreement

Told = list[dict[str, Any]]
By = Literal["", "pair", "category", "dataset"]

UNCOUNTED = ("comment", "categories", "span", "marks", "confidence")
"""Fields that are not one label of a set, so that agreement on them is another question."""
LARGEST = 1e100
"""From where on the squares of labels are too large to be added up."""


def rows(
    stores: Stores,
    chosen: Iterable[str] | None = None,
    campaign: str | None = None,
    cases: Collection[Case] | None = None,
    by: By = "",
    until: str = "",
    told: Told | None = None,
) -> list[Row]:
    """Agreement by field: for each chosen run (id or model), or over a campaign's cases as one.

    `cases` keeps labels on these alone, as one. `by` looks at each pair of people, or at each
    category, alone, or at all runs of a data set as one; `until` a moment, as it was; `told` the
    labels where they were read already. The adjudicated label is nobody's and left out. Raises
    Trouble where no two people labeled one case.
    """
    wanted = list(chosen or ())
    of = {run["run_id"]: run for run in runs.every(stores.warehouse)}
    ids = [r for r, run in of.items() if not wanted or {r, run["model"]} & set(wanted)]
    if wanted and not ids:
        raise Trouble(
            f"there is no run {wanted[0]!r}", "choose one of those listed: tailscope runs"
        )
    if told is None:
        told = labels.current(stores.ledger, runs=ids, campaign=campaign, until=until)
    if cases is not None:
        told = [row for row in told if case(row) in cases]
    told = as_one(stores, told)
    found: list[Row] = []
    datasets = {run_id: of[run_id]["dataset"] for run_id in ids}
    groups = {run_id: run_id if campaign is None and cases is None else "" for run_id in ids}
    if by == "dataset":
        groups = datasets
    for (group, field), said in _grouped(told, groups).items():
        run = of.get(group, {"run_id": "", "model": "", "dataset": group})
        for part, those in _parts(stores, said, by):
            ratings, ordered = matrix(those)
            if ratings.shape[1] < 2:
                continue
            named = f"{field} · {part}" if part else field
            prompts_of = together(those, datasets)
            for name, m in agreement.summary(ratings, ordered, of=prompts_of).items():
                found.append(
                    Row(
                        run["run_id"], run["model"] or "", run["dataset"], named, name,
                        m.value, m.low, m.high, m.n, m.lost, m.why,
                    )
                )  # fmt: skip
    if not found:
        if campaign is not None and campaigns.one(stores.ledger, campaign) is None:
            raise Trouble(f"there is no campaign {campaign!r}", "name one of those on Campaigns")
        raise Trouble(
            "no case has labels by two people, so there is no agreement to measure",
            "label on the Label page, or load labels: tailscope labels load FILE",
        )
    return found


def as_one(stores: Stores, told: Told) -> Told:
    """The labels with those of one answer together, where several files held it.

    They count under the run that was loaded first; of what a person said twice the last holds.
    """
    first = same.firsts(stores.warehouse, {row["run_id"] for row in told})
    if not first:
        return told
    moved = [row | {"run_id": first.get(case(row), row["run_id"])} for row in told]
    keyed: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in moved:  # taken out first, so that the order is that of what holds
        key = (row["person"], row["field"], row["campaign"], case(row))
        keyed.pop(key, None)
        keyed[key] = row
    return list(keyed.values())


def _grouped(told: Told, groups: dict[str, str]) -> dict[tuple[str, str], Told]:
    """(what its run is measured with, field) -> the labels."""
    found: dict[tuple[str, str], Told] = defaultdict(list)
    for row in told:
        if row["person"] != settle.ADJUDICATOR and row["field"] not in UNCOUNTED:
            found[groups[row["run_id"]], row["field"]].append(row)
    return dict(sorted(found.items()))


def _parts(stores: Stores, said: Told, by: By) -> Iterator[tuple[str, Told]]:
    """The labels whole, or of each pair of people who share a case, or of each category."""
    if by == "pair":
        of: dict[str, set[Case]] = defaultdict(set)
        for row in said:
            of[row["person"]].add(case(row))
        for a, b in combinations(sorted(of), 2):
            if of[a] & of[b]:
                yield f"{a} × {b}", [row for row in said if row["person"] in (a, b)]
    elif by == "category":
        named = categories_of(stores, {case(row) for row in said})
        for name in sorted(set(named.values())):
            yield name, [row for row in said if named[case(row)] == name]
    else:
        yield "", said


def categories_of(stores: Stores, cases: Collection[Case]) -> dict[Case, str]:
    """The category of each case, "none" where its prompt has none."""
    datasets = {run["run_id"]: run["dataset"] for run in runs.every(stores.warehouse)}
    of = {
        name: prompts.categories(stores.warehouse, name)
        for name in {datasets.get(one[0], "") for one in cases}
    }
    return {one: of[datasets.get(one[0], "")].get(one[1], NONE) for one in cases}


def matrix(said: Told) -> tuple[NDArray[np.float64], bool]:
    """Ratings (items, people) with NaN where a person did not label, and whether they are ordered.

    Values that are all numbers are ordered and keep their distances; others are coded by name.
    """
    cases = {one: i for i, one in enumerate(sorted({case(row) for row in said}))}
    people = {person: i for i, person in enumerate(sorted({row["person"] for row in said}))}
    values = sorted({row["value"] for row in said})
    numbers, ordered = coded(values)
    code = dict(zip(values, numbers.tolist(), strict=True))
    ratings = np.full((len(cases), len(people)), np.nan)
    for row in said:
        ratings[cases[case(row)], people[row["person"]]] = code[row["value"]]
    return ratings, ordered


def together(said: Told, datasets: Mapping[str, str]) -> NDArray[np.int64] | None:
    """The prompt of each case of `matrix` as a code; None where each case has one of its own.

    Answers to one prompt, several samples or several models, are drawn together. `datasets` names
    the data set of each run.
    """
    cases = sorted({case(row) for row in said})
    places: dict[tuple[str, str], int] = {}
    codes = [places.setdefault((datasets[run], item), len(places)) for run, item, _ in cases]
    return None if len(places) == len(cases) else np.array(codes)


def coded(values: Sequence[str]) -> tuple[NDArray[np.float64], bool]:
    """Values, each once and in order, as numbers; and whether they are ordered (see `matrix`).

    What cannot be added up, such as `nan` and `inf`, is a name like any other.

    >>> coded(["1", "2", "3.5"]), coded(["no", "yes"])
    ((array([1. , 2. , 3.5]), True), (array([0., 1.]), False))
    >>> coded(["1", "2", "nan"])
    (array([0., 1., 2.]), False)
    """
    try:
        numbers = np.array([float(value) for value in values])
    except ValueError:
        numbers = np.full(len(values), np.nan)
    if not (np.abs(numbers) < LARGEST).all():
        return np.arange(len(values), dtype=float), False
    return numbers, len(set(numbers.tolist())) > 2


def case(row: dict[str, Any]) -> Case:
    """The case a label is about."""
    return row["run_id"], row["item_id"], row["sample"]
