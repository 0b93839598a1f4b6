"""Under which license each run stands: as people said of its data set, else as its source says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.service.stores import Stores
from data.trouble import Trouble
from db import licenses, runs

UNKNOWN = "unknown"


def of_runs(stores: Stores) -> dict[str, tuple[str, bool]]:
    """Run -> its license, and whether its texts may be passed on (True unless somebody said no)."""
    said = licenses.current(stores.ledger)
    found = {}
    for run in runs.every(stores.warehouse):
        told = said.get(run["dataset"])
        if told:
            found[run["run_id"]] = (str(told["license"]), bool(told["shared"]))
        else:
            found[run["run_id"]] = (_own(run["params"]) or UNKNOWN, True)
    return found


def _own(params: dict[str, Any]) -> str:
    """What the source itself says: a card's `license`."""
    told = params.get("license")
    if isinstance(told, list):
        return ", ".join(str(one) for one in told)
    return str(told) if told else ""


def every(stores: Stores) -> list[dict[str, Any]]:
    """Each data set with its license, as a table."""
    said = licenses.current(stores.ledger)
    of = of_runs(stores)
    found: dict[str, dict[str, Any]] = {}
    for run in runs.every(stores.warehouse):
        license, shared = of[run["run_id"]]
        found[run["dataset"]] = {
            "data set": run["dataset"], "license": license, "texts may be passed on": shared,
            "said by": said[run["dataset"]]["made_by"] if run["dataset"] in said else "its source",
        }  # fmt: skip
    return [found[name] for name in sorted(found)]


def state(stores: Stores, dataset: str, license: str, shared: bool, person: str) -> None:
    """Notes the license of a data set. Raises Trouble where there is no such data set."""
    known = sorted({run["dataset"] for run in runs.every(stores.warehouse)})
    if dataset not in known:
        raise Trouble(f"there is no data set {dataset!r}", f"choose one of {', '.join(known[:8])}")
    if not license.strip():
        raise Trouble("the license is empty", "write its identifier, such as cc-by-4.0, or unknown")
    licenses.state(stores.ledger, dataset, license.strip(), shared, person)


def differing(stores: Stores, run_ids: Iterable[str]) -> list[str]:
    """The licenses of these runs, each once, by name."""
    of = of_runs(stores)
    return sorted({of[run][0] for run in run_ids if run in of})
