"""What the labels of each exported answer come to, by rule, beside every raw one."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from app.service.outputs import settle
from app.service.outputs.settle import ADJUDICATOR
from app.service.stores import Stores
from data import tables
from data.tables import Rule
from data.write import rows
from db import labels, licenses
from db.filter import Case

Told = dict[str, Any]
CHUNK = 20_000
KEY = "pseudonyms"


def pseudonyms(stores: Stores, name: str) -> Callable[[str], str]:
    """Person -> pseudonym: the same within a recipe, and nothing without the ledger's key."""
    token = keyed(stores, f"{name}\0person")
    known: dict[str, str] = {ADJUDICATOR: ADJUDICATOR}

    def named(person: str) -> str:
        if person not in known:
            known[person] = f"annotator-{token(person)[:12]}"
        return known[person]

    return named


def keyed(stores: Stores, name: str) -> Callable[[str], str]:
    """Text -> a hash that nobody can make or try out without the ledger's key."""
    key = licenses.key(stores.ledger, KEY)
    return lambda text: hmac.new(key, f"{name}\0{text}".encode(), hashlib.sha256).hexdigest()


def current(stores: Stores, runs: Iterable[str]) -> list[Told]:
    """The labels that hold now, of these runs."""
    return labels.current(stores.ledger, runs=list(runs))


def of_cases(held: Iterable[Told]) -> dict[Case, dict[str, dict[str, str]]]:
    """Case -> field -> person -> value; of what a person said in several campaigns the last."""
    found: dict[Case, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for row in held:
        case = (row["run_id"], row["item_id"], row["sample"])
        found[case][row["field"]][row["person"]] = row["value"]
    return found


def said(
    stores: Stores, held: list[Told], rule: Rule, person: Callable[[str], str],
    mask: Callable[[str], str],
) -> tuple[list[str], pa.Table | None]:  # fmt: skip
    """The label fields there are, and a row a labeled case with what its labels come to.

    Beside the resolved value stand how many people labeled it, the share of pairs of them who
    agree, and every raw label. None where nothing is labeled.
    """
    cases = of_cases(held)
    if not cases:
        return [], None
    fields = sorted({row["field"] for row in held})
    values = {f: _values(stores, cases, f, rule) for f in fields}
    table = []
    for case, of in sorted(cases.items()):
        row: Told = dict(zip(("run_id", "item_id", "sample"), case, strict=True))
        for field in fields:
            people = {p: v for p, v in of.get(field, {}).items() if p != ADJUDICATOR}
            row[f"people_{field}"] = len(people)
            row[f"agreement_{field}"] = agreement(people.values())
            if rule == "soft":
                row[f"soft_{field}"] = soft(map(mask, people.values()))
            elif rule != "raw":
                told = values[field].get(case)
                row[f"label_{field}"] = None if told is None else mask(told)
        row["annotations"] = [
            {"field": field, "person": person(name), "value": mask(value)}
            for field in sorted(of)
            for name, value in sorted(of[field].items(), key=lambda pair: person(pair[0]))
        ]
        table.append(row)
    shape = rows.schema([*tables.CASE, *tables.labeled(fields, rule), ANNOTATIONS], {})
    return fields, pa.Table.from_pylist(table, schema=shape)


ANNOTATIONS = next(one for one in tables.OUTPUTS if one.name == "annotations")


def _values(
    stores: Stores, cases: Mapping[Case, Mapping[str, Mapping[str, str]]], field: str, rule: Rule
) -> dict[Case, str]:
    if rule == "soft" or rule == "raw":
        return {}
    if rule == "dawid_skene":
        runs = {case[0] for case in cases}
        return settle.values(stores, field, sorted(runs), rule)
    found = {case: settle.resolved(of[field], rule) for case, of in cases.items() if field in of}
    return {case: value for case, value in found.items() if value is not None}


def agreement(values: Iterable[str]) -> float | None:
    """The share of pairs of labels that are equal; None for fewer than two.

    >>> agreement(["a", "a", "b"]), agreement(["a"])
    (0.3333333333333333, None)
    """
    counts = Counter(values)
    n = counts.total()
    if n < 2:
        return None
    return sum(k * (k - 1) for k in counts.values()) / (n * (n - 1))


def soft(values: Iterable[str]) -> list[Told]:
    """Each value with the share of people who gave it, by value.

    >>> soft(["b", "a", "b", "b"])
    [{'value': 'a', 'share': 0.25}, {'value': 'b', 'share': 0.75}]
    """
    counts = Counter(values)
    return [{"value": v, "share": k / counts.total()} for v, k in sorted(counts.items())]


def events(
    stores: Stores, runs: Iterable[str], held: Iterable[Told], person: Callable[[str], str],
    mask: Callable[[str], str],
) -> Iterator[pa.Table]:  # fmt: skip
    """Every label event of these runs, pseudonymous, some thousand at a time; one at least."""
    shape = rows.schema(tables.TABLES["labels"], {})
    holding = {(row["event"], row["field"]) for row in held}
    # an imported event's id is a digest of who said what, so a name could be tried out against it
    token = keyed(stores, "event")
    yield shape.empty_table()
    for part in labels.batches(stores.ledger, runs, CHUNK):
        told = [
            row
            | {
                "person": person(row["person"]), "value": mask(row["value"]),
                "event": token(row["event"])[:16],
                "undoes": row["undoes"] and token(row["undoes"])[:16],
                "holds": (row["event"], row["field"]) in holding,
            }
            for row in part
        ]  # fmt: skip
        yield pa.Table.from_pylist(told, schema=shape)
