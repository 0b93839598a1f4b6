"""What the labels of each exported answer come to, by rule, beside every raw one."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from app.service.outputs.settle import ADJUDICATOR, CLASSES
from app.service.stores import Stores
from data import tables
from data.masks import Masker
from data.tables import Field, Rule
from data.write import rows
from db import kept, licenses, told, votes
from risk import aggregate
from risk.ratings import Labels

Tell = Callable[[float, str], None]
"""To be told how far the work is, from 0 to 1, and what it does."""
Text = Callable[[str], str]
CHUNK = 25_000
KEY = "pseudonyms"


def pseudonyms(stores: Stores, name: str) -> Text:
    """Person -> pseudonym: the same within a recipe, and nothing without the ledger's key."""
    token = keyed(stores, f"{name}\0person")
    known: dict[str, str] = {ADJUDICATOR: ADJUDICATOR}

    def named(person: str) -> str:
        if person not in known:
            known[person] = f"annotator-{token(person)[:12]}"
        return known[person]

    return named


def keyed(stores: Stores, name: str) -> Text:
    """Text -> a hash that nobody can make or try out without the ledger's key."""
    key = licenses.key(stores.ledger, KEY)
    return lambda text: hmac.digest(key, f"{name}\0{text}".encode(), "sha256").hex()


def gather(
    stores: Stores, runs: Iterable[str], masker: Masker | None, aside: Path, tell: Tell
) -> None:
    """Puts every label event of these runs beside the lake, in the folder `aside`, and which hold.

    What stands there can be told from `db.told` and `db.votes`. The masker counts each label once
    an event, in however many columns it will stand.
    """
    asked, cursor = list(runs), stores.warehouse
    total = max(kept.count(stores.ledger, asked), 1)
    for done in told.gather(cursor, _events(stores, asked), aside):
        tell(0.7 * done / total, f"labels: {done:,} of {total:,}")
    tell(0.7, "labels: whose answers they are about")
    told.place(cursor)
    if masker is not None:
        for part in told.values(cursor):
            tell(0.8, "labels: masking")
            told.mask(cursor, {one: masker.text(one, n) for one, n in part.items()})
    for what in told.hold(cursor):
        tell(0.9, f"labels: {what}")


def _events(stores: Stores, runs: list[str]) -> Iterator[pa.Table]:
    kept_so = [one for one in tables.TABLES["labels"] if one.name != "holds"]
    shape = rows.schema([Field("seq", "integer", ""), *kept_so], {})
    # an imported event's id is a digest of who said what, so a name could be tried out against it
    token = keyed(stores, "event")
    for part in kept.batches(stores.ledger, runs, CHUNK):
        part["event"] = _each(part["event"], lambda one: token(one)[:16])
        part["undoes"] = [one and token(one)[:16] for one in part["undoes"]]
        yield pa.table({one.name: pa.array(part[one.name], one.type) for one in shape}, shape)


def _each(texts: list[str], work: Text) -> list[str]:
    """The work of each text, done once where the same follows itself: a save has several fields."""
    if not texts:
        return []
    found = [work(texts[0])]
    for before, one in pairwise(texts):
        found.append(found[-1] if one == before else work(one))
    return found


def resolve(stores: Stores, rule: Rule, person: Text, tell: Tell) -> None:
    """What the gathered labels come to, a row a labeled output in the table `said`.

    Beside the resolved value stand how many people labeled it, the share of pairs of them who
    agree, and every raw label; `rows_labels` are the events in order, both pseudonymous.
    """
    cursor = stores.warehouse
    tell(0.0, "labels: in their order")
    for done in told.order(cursor, {one: person(one) for one in told.people(cursor)}):
        tell(0.2, f"labels: {done:,} in their order")
    fields = told.fields(cursor)
    if rule == "dawid_skene":
        votes.model(cursor)
        for number, field in enumerate(fields):
            _model(stores, number, field, tell)
    for done in votes.said(cursor, fields, rule):
        tell(0.9, f"labels: {done:,} cases resolved")
    told.leave(cursor)


def _model(stores: Stores, number: int, field: str, tell: Tell) -> None:
    """What Dawid and Skene's model makes of a field, fitted on all labels of its runs.

    Nothing, so that the majority counts, where no case has two labels or the field is free text.
    """
    codes = votes.of_runs(stores.warehouse, field)
    if len(codes.values) > CLASSES or not (np.bincount(codes.item) > 1).any():
        return
    items = int(codes.item[-1]) + 1
    label = aggregate.dawid_skene(
        Labels(codes.item, codes.person, codes.value.astype(float), items, codes.people),
        each=lambda: tell(0.4, f"labels: how reliable each annotator is in {field}"),
    ).label.tolist()
    masked = votes.masked(stores.warehouse, field)
    texts = [masked[one] for one in codes.values]
    case = np.unique(codes.case)
    found = [None if one != one else texts[int(one)] for one in label]
    votes.modeled(stores.warehouse, number, case, found)
