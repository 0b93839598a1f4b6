"""What the loaded runs hold: options, confidence, verdicts, acts; so a page lists who fits."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.service.outputs import keys, settle
from app.service.outputs.feed import ABSTAINED, CORRECT
from app.service.stores import Stores
from data.trouble import Trouble
from db import features, runs, scores

SCORED = (
    {"confidence": "confidence"}
    | dict.fromkeys(CORRECT, "correct")
    | dict.fromkeys(ABSTAINED, "abstained")
)


def kinds(stores: Stores) -> dict[str, frozenset[str]]:
    """Run -> what it holds of: options, gold, idk, confidence, correct, abstained, answerable.

    Told by the scores' names, the labels' fields and the first thousand answers, so it is quick on
    any number of rows; a page still has to meet an answer that lacks what others have.
    """
    told = {run["run_id"]: run for run in _answering(stores)}
    found: dict[str, set[str]] = {run_id: set() for run_id in told}
    for row in scores.dimensions(stores.warehouse):
        if row["dimension"] in SCORED and row["run_id"] in found:
            found[row["run_id"]].add(SCORED[row["dimension"]])
    for field, kind in (("act", "abstained"), ("correct", "correct"), ("correctness", "correct")):
        for run, _, _ in settle.values(stores, field):
            if run in found:
                found[run].add(kind)
    for run in features.told_acts(stores.warehouse) & found.keys():
        found[run].add("abstained")
    for run_id, some in found.items():
        there, options = features.held(stores.warehouse, run_id)
        some.update(there)
        mapping = (told[run_id].get("params") or {}).get("mapping") or {}
        say = keys.words(mapping.get("abstain_options") or ())
        if any(keys.idk(names, choices, say) for names, choices in options):
            some |= {"idk", "abstained"}
        if {"options", "gold"} <= some:
            some |= {"confidence", "correct"}
    return {run_id: frozenset(some) for run_id, some in found.items()}


def fit(stores: Stores, *ways: frozenset[str]) -> list[dict[str, Any]]:
    """The runs that hold all of at least one of `ways`, by data set and model."""
    held = kinds(stores)
    return [run for run in _answering(stores) if any(way <= held[run["run_id"]] for way in ways)]


def datasets(found: list[dict[str, Any]], first: Collection[str] = ()) -> list[str]:
    """The data sets of these runs, those of the runs `first` before others, by size."""
    size: dict[str, int] = {}
    ahead = {run["dataset"] for run in found if run["run_id"] in first}
    for run in found:
        size[run["dataset"]] = size.get(run["dataset"], 0) + run["outputs"]
    return sorted(size, key=lambda name: (name not in ahead, -size[name], name))


def optional(stores: Stores) -> frozenset[str]:
    """The runs that hold the options of their questions: those a belief can be read off whole."""
    return frozenset(run for run, some in kinds(stores).items() if "options" in some)


def run(stores: Stores, run_id: str) -> dict[str, Any]:
    """The run of that id. Raises Trouble where there is none."""
    found = next((one for one in _answering(stores) if one["run_id"] == run_id), None)
    if found is None:
        raise Trouble(f"there is no run {run_id!r}", "choose one of those listed: tailscope runs")
    return found


def _answering(stores: Stores) -> list[dict[str, Any]]:
    every = [run for run in runs.every(stores.warehouse) if run["model"] is not None]
    return sorted(every, key=lambda run: (run["dataset"], run["model"], run["run_id"]))
