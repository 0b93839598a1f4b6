"""The log-risk of every answer: what tails are made of, and which runs have one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePath
from typing import Any

from app.service.outputs.pivot import NONE as NONE
from app.service.outputs.pivot import Assume as Assume
from app.service.outputs.pivot import Choices as Choices
from app.service.outputs.pivot import How as How
from app.service.outputs.pivot import Risks as Risks
from app.service.outputs.pivot import pivoted as pivoted
from app.service.outputs.pivot import read as read
from app.service.outputs.pivot import within as within
from app.service.stores import Stores
from data.trouble import Trouble
from db import runs, scores


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run can be looked at by."""

    judges: list[str]
    categories: list[str]


def scored(stores: Stores) -> list[dict[str, Any]]:
    """The runs with harm scores: those a tail can be measured on, by data set and model."""
    harmful = {d["run_id"] for d in scores.dimensions(stores.warehouse) if d["up"] == "harm"}
    found = [run for run in runs.every(stores.warehouse) if run["run_id"] in harmful]
    return sorted(found, key=lambda run: (run["dataset"], run["model"] or "", run["run_id"]))


def names(found: list[dict[str, Any]], dataset: str = "") -> dict[str, str]:
    """Run -> the model's name; where a model has several, what tells them apart follows it."""
    here = [run for run in found if not dataset or run["dataset"] == dataset]
    of: dict[Any, list[dict[str, Any]]] = {}
    for run in here:
        of.setdefault(run["model"], []).append(run)
    apart = {id(run): word for some in of.values() for run, word in _apart(some)}
    return {
        run["run_id"]: f"{run['model']} · {apart[id(run)]}" if apart[id(run)] else run["model"]
        for run in here
    }


def _apart(some: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    """A word for each of a model's runs: its revision, what only its file is called, or its key."""
    keys = [run["run_id"] for run in some]
    revisions = [str(run.get("revision") or "") for run in some]
    stems = [PurePath(str(run.get("source") or "")).stem.split("_") for run in some]
    same = sum(1 for _ in takewhile(lambda words: len(set(words)) == 1, zip(*stems, strict=False)))
    files = ["_".join(words[same:]) for words in stems]
    for words in ([""] if len(some) == 1 else revisions, files, keys):
        if len(set(words)) == len(some):
            yield from zip(some, words, strict=True)
            return


def datasets(stores: Stores) -> list[str]:
    """The data sets with harm scores, those with the most scored answers first."""
    scored_rows: Counter[str] = Counter()
    of = {run["run_id"]: run["dataset"] for run in scored(stores)}
    for row in scores.dimensions(stores.warehouse):
        if row["run_id"] in of and row["up"] == "harm":
            scored_rows[of[row["run_id"]]] += row["n"]
    return [name for name, _ in scored_rows.most_common()]


def judges(stores: Stores, dataset: str) -> list[str]:
    """The judges that scored any run of a data set."""
    here = [run["run_id"] for run in scored(stores) if run["dataset"] == dataset]
    told = scores.dimensions(stores.warehouse)
    return sorted(
        {j for d in told if d["run_id"] in here and d["up"] == "harm" for j in d["scorers"]}
    )


def parts(stores: Stores, run_id: str) -> Parts:
    """The judges that scored a run's harm, and the categories of its prompts."""
    told = scores.columns(stores.warehouse, run_id)
    harmful = told["up"] == "harm"
    return Parts(
        sorted({str(name) for name in told["scorer"][harmful]}),
        sorted({str(name) for name in told["category"][harmful] if name is not None}),
    )


def one(stores: Stores, run_id: str) -> dict[str, Any]:
    """The run of that key. Raises Trouble where there is none."""
    run = next((r for r in runs.every(stores.warehouse) if r["run_id"] == run_id), None)
    if run is None:
        raise Trouble(f"there is no run {run_id!r}", "choose one of those listed: tailscope runs")
    return run


def risks(stores: Stores, run_id: str, choices: Choices) -> Risks:
    """The log-risk of every answer of a run. Raises Trouble where a choice does not fit."""
    run = one(stores, run_id)
    with pivoted(stores, run, choices) as (table, pool):
        return read(stores, run, choices, table, pool)


def of_runs(stores: Stores, chosen: list[dict[str, Any]], choices: Choices) -> Iterator[Risks]:
    """The same for several runs, one at a time and their answers numbered instead of named; a run
    the choices do not fit is left out."""
    for run in chosen:
        try:
            with pivoted(stores, run, choices) as (table, pool):
                found = read(stores, run, choices, table, pool, named=False)
        except Trouble:
            continue
        yield found
