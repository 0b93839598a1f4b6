"""Do the annotators agree: every field of every run, or of a campaign, with intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service import settle
from app.service.lens import Row
from app.service.stores import Stores
from data.trouble import Trouble
from db import labels, runs
from db.filter import Case
from risk import agreement

UNCOUNTED = ("comment", "categories", "span")
"""Fields that are not one label of a set, so that agreement on them is another question."""


def rows(
    stores: Stores,
    chosen: Iterable[str] | None = None,
    campaign: str | None = None,
    cases: Collection[Case] | None = None,
) -> list[Row]:
    """Agreement by field: for each chosen run (id or model), or over a campaign's cases as one.

    `cases` keeps labels on these alone, as one. The adjudicated label is nobody's and left out.
    Raises Trouble where no two people labeled one case.
    """
    wanted = list(chosen or ())
    of = {run["run_id"]: run for run in runs.every(stores.warehouse)}
    ids = [r for r, run in of.items() if not wanted or {r, run["model"]} & set(wanted)]
    if wanted and not ids:
        raise Trouble(
            f"there is no run {wanted[0]!r}", "choose one of those listed: tailscope runs"
        )
    told = labels.current(stores.ledger, runs=ids, campaign=campaign)
    if cases is not None:
        told = [row for row in told if _case(row) in cases]
    found: list[Row] = []
    for (run_id, field), said in _grouped(told, apart=campaign is None and cases is None).items():
        run = of.get(run_id, {"model": "", "dataset": ""})
        ratings, ordered = matrix(said)
        if ratings.shape[1] < 2:
            continue
        for name, m in agreement.summary(ratings, ordered).items():
            found.append(
                Row(run_id, run["model"] or "", run["dataset"], field, name, m.value, m.low, m.high,
                    m.n, m.lost, m.why)
            )  # fmt: skip
    if not found:
        raise Trouble(
            "no case has labels by two people, so there is no agreement to measure",
            "label on the Label page, or load labels: tailscope labels load FILE",
        )
    return found


def _grouped(
    told: list[dict[str, Any]], *, apart: bool
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """(run, field) -> its labels; one group a field when runs are not kept apart."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in told:
        if row["person"] != settle.ADJUDICATOR and row["field"] not in UNCOUNTED:
            groups[row["run_id"] if apart else "", row["field"]].append(row)
    return dict(sorted(groups.items()))


def matrix(said: list[dict[str, Any]]) -> tuple[NDArray[np.float64], bool]:
    """Ratings (items, people) with NaN where a person did not label, and whether they are ordered.

    Values that are all numbers are ordered and keep their distances; others are coded by name.
    """
    cases = {case: i for i, case in enumerate(sorted({_case(row) for row in said}))}
    people = {person: i for i, person in enumerate(sorted({row["person"] for row in said}))}
    values = sorted({row["value"] for row in said})
    try:
        code = {value: float(value) for value in values}
        ordered = len(set(code.values())) > 2
    except ValueError:
        code, ordered = {value: float(i) for i, value in enumerate(values)}, False
    ratings = np.full((len(cases), len(people)), np.nan)
    for row in said:
        ratings[cases[_case(row)], people[row["person"]]] = code[row["value"]]
    return ratings, ordered


def _case(row: dict[str, Any]) -> Case:
    return row["run_id"], row["item_id"], row["sample"]
