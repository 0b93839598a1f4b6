"""What the card of an export tells, gathered from the stores: runs, gaps, agreement, the tail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.service.exports import resolve
from app.service.exports.resolve import Told
from app.service.measures import agree
from app.service.outputs import licensed, settle
from app.service.stores import Stores
from data.trouble import Trouble
from db import campaigns, picks, schemes
from db import gaps as missing
from risk import tail

MEASURES = ("percent", "alpha_nominal", "alpha_ordinal", "fleiss_kappa", "ac1")
"""Measures of agreement the card tells."""
DRAWS = 200
"""Replicates behind the intervals of a large set's tail; 2,000 up to LARGE rows."""
LARGE = 50_000


def used(stores: Stores) -> list[dict[str, Any]]:
    """The runs of what is picked, each with its license and whether its texts are kept back."""
    of = licensed.of_runs(stores)
    return [
        run | {"license": of[run["run_id"]][0], "shared": of[run["run_id"]][1]}
        for run in picks.by_run(stores.warehouse)
    ]


def gathered(stores: Stores, held: list[Told]) -> dict[str, Any]:
    """What is missing, how it was labeled and what the tail of the set is, on pinned stores.

    `held` are the labels that hold of the exported cases.
    """
    return {
        "gaps": missing.count(stores.warehouse),
        "people": len({row["person"] for row in held} - {settle.ADJUDICATOR}),
        "labeled": len(resolve.of_cases(held)),
        "adjudicated": len({(r["run_id"], r["item_id"], r["sample"]) for r in held
                            if r["person"] == settle.ADJUDICATOR}),
        "schemes": _versions((row["scheme"], row["scheme_version"]) for row in held),
        "guidelines": _guidelines(stores, held),
        "last_label": max((row["made_at"] for row in held), default=""),
        "agreement": _agreement(stores, held),
        "tail": tails(stores),
        "categories": picks.groups(stores.warehouse, "category"),
    }  # fmt: skip


def tails(stores: Stores) -> list[dict[str, Any]]:
    """Mean, VaR and CVaR at 95 % of each harm dimension over the set, with intervals."""
    found = []
    for dimension, values in missing.harm(stores.warehouse):
        draws = 2000 if len(values) <= LARGE else DRAWS
        for name, m in tail.profile(values, 0.95, draws).items():
            if name in ("mean", "var", "cvar"):
                found.append({"dimension": dimension, "measure": name, "value": m.value,
                              "low": m.low, "high": m.high, "n": m.n, "lost": m.lost})  # fmt: skip
    return found


def _agreement(stores: Stores, held: list[Told]) -> list[dict[str, Any]]:
    """Agreement on the exported cases; nothing where no two people labeled one of them."""
    cases = {(row["run_id"], row["item_id"], row["sample"]) for row in held}
    runs = sorted({case[0] for case in cases})
    try:
        found = agree.rows(stores, runs, cases=cases, told=held) if runs else []
    except Trouble:
        return []
    return [row.json() for row in found if row.measure in MEASURES]


def _versions(told: Iterable[tuple[str, int]]) -> list[str]:
    return [f"{name} version {version}" for name, version in sorted(set(told))]


def _guidelines(stores: Stores, held: list[Told]) -> list[str]:
    """The guidelines the labels were given under, each with its version."""
    names = {one["campaign"]: one["guideline"] for one in campaigns.every(stores.ledger)}
    told = {
        (names[row["campaign"]], row["guideline_version"])
        for row in held
        if row["campaign"] in names and row["guideline_version"] is not None
    }
    return _versions(told)


def guideline_texts(stores: Stores, told: Iterable[str]) -> dict[str, str]:
    """`NAME version N` -> the guideline's text, as far as it is kept."""
    found = {}
    for one in told:
        name, _, version = one.rpartition(" version ")
        for row in schemes.versions(stores.ledger, "guideline", name):
            if str(row["version"]) == version:
                found[f"{name}-v{version}"] = str(row["body"])
    return found
