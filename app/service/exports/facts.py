"""What the card of an export tells, gathered from the stores: runs, gaps, agreement, the tail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.service.exports.resolve import Tell
from app.service.lenses.lens import Row
from app.service.measures import agree
from app.service.outputs import licensed
from app.service.stores import Stores
from db import campaigns, gaps, picks, schemes, told, votes
from risk import agreement, many, tail
from risk.ratings import Labels

MEASURES = ("percent", "alpha_nominal", "alpha_ordinal", "fleiss_kappa", "ac1")
"""Measures of agreement the card tells."""
LARGE = 10_000
"""Outputs above which the tail's intervals are not resampled."""


def used(stores: Stores) -> list[dict[str, Any]]:
    """The runs of what is picked, each with its license and whether its texts are kept back."""
    of = licensed.of_runs(stores)
    return [
        run | {"license": of[run["run_id"]][0], "shared": of[run["run_id"]][1]}
        for run in picks.by_run(stores.warehouse)
    ]


def labeled(stores: Stores, tell: Tell) -> dict[str, Any]:
    """How the set was labeled, on pinned stores whose labels are gathered (`resolve.gather`)."""
    said = told.facts(stores.warehouse)
    return said | {
        "schemes": _versions(said["schemes"]),
        "guidelines": _guidelines(stores, said["guidelines"]),
        "agreement": _agreement(stores, tell),
    }


def measured(stores: Stores) -> dict[str, Any]:
    """What is missing, and what the tail of the set is, on pinned stores (`exports.prepare`)."""
    lost, harms = gaps.count(stores.warehouse)
    return {
        "gaps": lost,
        "tail": _tails(harms),
        "categories": picks.groups(stores.warehouse, "category"),
    }


def _tails(harms: Iterable[gaps.Harm]) -> list[dict[str, Any]]:
    """Mean, VaR and CVaR at 95 % of each harm dimension over the set, with intervals.

    Answers to one prompt count together.
    """
    found = []
    for dimension, values, prompts in harms:
        small = len(values) <= LARGE
        told = (tail.profile if small else many.tail)(values, 0.95, clusters=prompts)
        for name, m in told.items():
            if name in ("mean", "var", "cvar"):
                found.append({"dimension": dimension, "measure": name, "value": m.value,
                              "low": m.low, "high": m.high, "n": m.n, "lost": m.lost})  # fmt: skip
    return found


def _agreement(stores: Stores, tell: Tell) -> list[dict[str, Any]]:
    """Agreement on the exported cases; nothing where no two people labeled one of them.

    Answers to one prompt count together.
    """
    cursor, found = stores.warehouse, []
    votes.meet(cursor)
    for field in told.fields(cursor):
        if field in agree.UNCOUNTED:
            continue
        tell(1.0, f"labels: agreement on {field}")
        codes = votes.of_picked(cursor, field)
        if codes.people < 2:
            continue
        values, ordered = agree.coded(codes.values)
        items = int(codes.item.max()) + 1
        labels = Labels(codes.item, codes.person, values[codes.value], items, codes.people)
        of = votes.prompts(cursor, codes.case)
        found += [
            Row("", "", "", field, name, m.value, m.low, m.high, m.n, m.lost, m.why).json()
            for name, m in agreement.summary(labels, ordered, of=of).items()
            if name in MEASURES
        ]
    return found


def _versions(named: Iterable[tuple[str, int]]) -> list[str]:
    return [f"{name} version {version}" for name, version in sorted(set(named))]


def _guidelines(stores: Stores, shown: Iterable[tuple[str, int]]) -> list[str]:
    """The guidelines of these campaigns, each with its version."""
    names = {one["campaign"]: one["guideline"] for one in campaigns.every(stores.ledger)}
    return _versions((names[campaign], version) for campaign, version in shown if campaign in names)


def guideline_texts(stores: Stores, named: Iterable[str]) -> dict[str, str]:
    """`NAME version N` -> the guideline's text, as far as it is kept."""
    found = {}
    for one in named:
        name, _, version = one.rpartition(" version ")
        for row in schemes.versions(stores.ledger, "guideline", name):
            if str(row["version"]) == version:
                found[f"{name}-v{version}"] = str(row["body"])
    return found
