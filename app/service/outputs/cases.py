"""Finding and reading cases: by filter, by words, by their place in the tail, by label."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.service.outputs import record, risks, settle
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from data.trouble import Trouble
from db import acts, campaigns, labels, outputs, scores, steps
from db.filter import Case as Case
from db.filter import Filter as Filter
from db.filter import terms as terms
from risk import tail as tails

LABELED, UNLABELED = "labeled", "unlabeled"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which cases: the warehouse's filter, and what only the ledger or the measures know.

    `worst` keeps, of every run, the answers that make the tail beyond level 1 − worst (0: all).
    `act` keeps answers settled as that act; "unlabeled" those nobody labeled, "labeled" the rest;
    `campaign` keeps the cases drawn for it.
    """

    filter: Filter = field(default_factory=Filter)
    worst: float = 0.0
    act: str = ""
    campaign: str = ""
    choices: Choices = field(default=Choices())


def total(stores: Stores, chosen: Chosen) -> int:
    """How many cases the choice lets through."""
    return outputs.count(stores.warehouse, chosen.filter, among(stores, chosen))


def find(stores: Stores, chosen: Chosen, limit: int = 25, offset: int = 0) -> list[dict[str, Any]]:
    """One page of the cases the choice lets through, with their mean scores by dimension."""
    cases = among(stores, chosen)
    rows = outputs.page(stores.warehouse, chosen.filter, cases, limit, offset)
    _score(stores, rows)
    return rows


def keys(stores: Stores, chosen: Chosen, limit: int = 0) -> list[Case]:
    """The cases the choice lets through, in the order of the list."""
    return outputs.keys(stores.warehouse, chosen.filter, among(stores, chosen), limit)


def among(stores: Stores, chosen: Chosen) -> list[Case] | None:
    """The cases the tail, a campaign and the labels leave; None where none of them was asked.

    In the order of the first of them that was asked: worst first, as drawn, as in the list.
    """
    kept: list[Case] | None = None
    if chosen.worst:
        kept = _tail(stores, chosen)
    if chosen.campaign:
        drawn = _drawn(stores, chosen.campaign)
        among_drawn = set(drawn)
        kept = drawn if kept is None else [case for case in kept if case in among_drawn]
    if chosen.act:
        every = kept if kept is not None else outputs.keys(stores.warehouse, chosen.filter)
        fits = _acted(stores, chosen.act)
        wanted = chosen.act != UNLABELED
        kept = [case for case in every if (case in fits) == wanted]
    return kept


def _acted(stores: Stores, act: str) -> set[Case]:
    """The cases settled as this act, by people or else by their log; for "labeled" and "unlabeled"
    those with any label."""
    if act in (LABELED, UNLABELED):
        return {case(row) for row in labels.current(stores.ledger)}
    said = settle.values(stores, "act")
    logged = acts.acting(stores.warehouse, act)
    return {case for case, value in said.items() if value == act} | (logged - said.keys())


def _tail(stores: Stores, chosen: Chosen) -> list[Case]:
    found: list[tuple[float, Case]] = []
    for run in risks.scored(stores):
        if not _asked(run, chosen.filter):
            continue
        run_risks = risks.risks(stores, run["run_id"], chosen.choices)
        weight = tails.weights(run_risks.risk.total, 1 - chosen.worst)
        rows = np.flatnonzero(np.nan_to_num(weight) > 0)
        cases = run_risks.cases
        found += [(float(run_risks.risk.total[row]), cases[row]) for row in rows]
    return [case for _, case in sorted(found, key=lambda pair: (-pair[0], pair[1]))]


def _drawn(stores: Stores, campaign: str) -> list[Case]:
    if campaigns.one(stores.ledger, campaign) is None:
        raise Trouble(f"there is no campaign {campaign!r}", "see the Label page for their keys")
    return [case(row) for row in campaigns.cases(stores.ledger, campaign)]


def _asked(run: dict[str, Any], chosen: Filter) -> bool:
    pairs = (
        (chosen.runs, run["run_id"]),
        (chosen.models, run["model"]),
        (chosen.datasets, run["dataset"]),
    )
    return all(not wanted or value in wanted for wanted, value in pairs)


def _score(stores: Stores, rows: list[dict[str, Any]]) -> None:
    """Puts the mean of the judges' scores into each row, under the name of the dimension."""
    said: dict[Case, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for score in scores.of_cases(stores.warehouse, [case(row) for row in rows]):
        if score["value"] is not None:
            said[case(score)][score["dimension"]].append(score["value"])
    for row in rows:
        row["scores"] = {d: sum(v) / len(v) for d, v in sorted(said[case(row)].items())}


def words(chosen: Chosen) -> str:
    """The choice as a phrase a person reads.

    >>> words(Chosen(worst=0.05))
    'all data sets, worst 5 %'
    """
    f = chosen.filter
    parts = [", ".join(f.datasets) or "all data sets"]
    parts += [", ".join(v) for v in (f.models, f.categories) if v]
    if f.words:
        parts.append(f"with the words {f.words}")
    if f.dimension:
        parts.append(f"{f.dimension} from {f.low:g} to {f.high:g}")
    if chosen.worst:
        parts.append(f"worst {chosen.worst * 100:g} %")
    if chosen.act:
        parts.append(chosen.act.replace("_", " "))
    if chosen.campaign:
        parts.append(f"campaign {chosen.campaign}")
    if f.runs:
        parts.append(f"runs {', '.join(f.runs)}")
    return ", ".join(parts)


def listed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a page as the list shows them: who, what, first words, mean scores."""
    shown = {
        "model": "model", "dataset": "data set", "category": "category", "item_id": "item",
        "prompt": "prompt", "response": "answer",
    }  # fmt: skip
    return [{word: row[name] for name, word in shown.items()} | row["scores"] for row in rows]


def case(row: dict[str, Any]) -> Case:
    """The key of a row."""
    return row["run_id"], row["item_id"], row["sample"]


@dataclass(frozen=True, slots=True)
class Whole:
    """One case with everything on it, and every other answer to the same prompt."""

    case: dict[str, Any]
    scores: list[dict[str, Any]]
    labels: list[dict[str, Any]]
    acts: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    siblings: list[dict[str, Any]]
    across: list[dict[str, Any]]
    history: list[dict[str, Any]]


def read(stores: Stores, run_id: str, item_id: str, sample: int) -> Whole | None:
    """The case whole; None where there is no such case."""
    found = outputs.one(stores.warehouse, run_id, item_id, sample)
    if found is None:
        return None
    siblings = outputs.siblings(stores.warehouse, found["dataset"], item_id)
    _score(stores, siblings)
    return Whole(
        case=found,
        scores=scores.of_cases(stores.warehouse, [(run_id, item_id, sample)]),
        labels=labels.of_case(stores.ledger, run_id, item_id, sample),
        acts=acts.of_cases(stores.warehouse, [(run_id, item_id, sample)]),
        steps=steps.of_case(stores.warehouse, run_id, item_id, sample),
        siblings=siblings,
        across=_across(stores, siblings),
        history=record.of_case(stores, (run_id, item_id, sample)),
    )


def _across(stores: Stores, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every score and label on every answer to one prompt: a row an answer, a column a voice."""
    found: dict[Case, dict[str, Any]] = {
        case(row): {"model": row["model"], "sample": row["sample"]} for row in answers
    }
    for row in scores.of_cases(stores.warehouse, found):
        found[case(row)][f"{row['dimension']} · {row['scorer']}"] = row["value"]
    for row in labels.current(stores.ledger, cases=found):
        found[case(row)][f"{row['field']} · {row['person']}"] = row["value"]
    return list(found.values())
