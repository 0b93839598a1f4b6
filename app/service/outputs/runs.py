"""What is loaded: runs with their counts, and how old the newest is."""

from __future__ import annotations

from typing import Any

from app.service.stores import Stores
from db import checks, items, runs, scores

Rows = list[dict[str, Any]]


def every(stores: Stores) -> list[dict[str, Any]]:
    """Every run, the newest first, as `tailscope runs --json` prints it."""
    refused = runs.refused_count(stores.warehouse)
    checked = checks.every(stores.warehouse)
    return [
        {
            "run": run["run_id"],
            "model": run["model"],
            "revision": run["revision"],
            "dataset": run["dataset"],
            "format": run["format"],
            "source": run["source"],
            "outputs": run["outputs"],
            "refused": refused.get(run["sha256"], 0),
            "made_at": run["made_at"].isoformat(timespec="seconds") + "Z",
            "loaded_by": run["loaded_by"],
            "notes": run["params"].get("notes", []),
            "checks": checked.get(run["run_id"], []),
        }
        for run in runs.every(stores.warehouse)
    ]


def answering(stores: Stores) -> list[dict[str, Any]]:
    """The runs in which a model answers: not the mere sets of prompts."""
    return [run for run in every(stores) if run["model"] is not None]


def dimensions(stores: Stores) -> list[dict[str, Any]]:
    """What is scored, run by run."""
    return scores.dimensions(stores.warehouse)


def categories(stores: Stores, dataset: str | None = None) -> list[str]:
    """The categories of a data set, or of all."""
    return items.categories(stores.warehouse, dataset)


def datasets(stores: Stores) -> list[str]:
    """Every data set that has prompts, answered or not."""
    return list(items.counts(stores.warehouse))


def refused(stores: Stores) -> list[dict[str, Any]]:
    """The rows that could not be read, as they were kept."""
    return runs.refused(stores.warehouse)


def scored_names(stores: Stores) -> list[str]:
    """Every dimension that is scored somewhere."""
    return sorted({row["dimension"] for row in scores.dimensions(stores.warehouse)})


def _agreed(checks: Rows) -> str:
    """How a file's own numbers compare with those recomputed from what was loaded.

    >>> _agreed([{"agrees": True}, {"agrees": False}, {"agrees": None}])
    '1 of 2 differ'
    """
    told = [check["agrees"] for check in checks if check["agrees"] is not None]
    if not told:
        return "not checked" if checks else ""
    differ = told.count(False)
    return f"{differ} of {len(told)} differ" if differ else f"{len(told)} equal"


def checked(runs: Rows) -> Rows:
    """The runs, each with how its file's own numbers compare, as the shell lists them."""
    return [run | {"own numbers": _agreed(run["checks"])} for run in runs]


def noted(runs: Rows) -> list[str]:
    """What was noted of the runs as they were loaded, as the shell says it below its list.

    >>> noted([{"run": "r1", "notes": ["Cut short."]}, {"run": "r2", "notes": []}])
    ['r1: Cut short.']
    """
    return [f"{run['run']}: {note}" for run in runs for note in run["notes"]]


def loaded(runs: Rows) -> Rows:
    """The loaded runs as the overview lists them."""
    return [
        {
            "model": run["model"] or "— prompts only",
            "data set": run["dataset"],
            "outputs": run["outputs"],
            "refused rows": run["refused"],
            "own numbers": _agreed(run["checks"]),
            "file": run["source"],
            "format": run["format"],
            "loaded": run["made_at"],
            "by": run["loaded_by"],
        }
        for run in runs
    ]
