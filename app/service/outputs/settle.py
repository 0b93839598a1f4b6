"""What people's labels come to: adjudicated wins, else the majority, else nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import repeat
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.service.stores import Stores
from db import labels
from db.filter import Case
from db.labels import ADJUDICATOR as ADJUDICATOR
from db.said import Said
from risk import aggregate
from risk.seen import codes, fixed, taken

Value = TypeVar("Value", str, int)
Rule = Literal["settled", "majority", "dawid_skene", "raw"]
CLASSES = 50
"""Values of a field at most for a model of who confuses what; free text has more."""


def values(
    stores: Stores, field: str, runs: Iterable[str] | None = None, rule: Rule = "settled"
) -> dict[Case, str]:
    """Case -> the value its labels come to in one field.

    `settled` takes the adjudicated label where there is one and the majority elsewhere; `majority`
    leaves the adjudicated one out; `dawid_skene` weighs people by how they confuse values, fitted
    on all labels asked for, the adjudicated ones left out (the majority where no case has two
    labels, or the field is free text); `raw` resolves nothing. A tie comes to nothing.
    """
    if rule == "raw":
        return {}
    said: dict[Case, dict[str, str]] = defaultdict(dict)
    for row in labels.current(stores.ledger, runs=runs, field=field):
        said[row["run_id"], row["item_id"], row["sample"]][row["person"]] = row["value"]
    if rule == "dawid_skene":
        return _modeled(said)
    found = {case: resolved(people, rule) for case, people in said.items()}
    return {case: value for case, value in found.items() if value is not None}


def resolved(people: Mapping[str, Value], rule: Rule) -> Value | None:
    """What the labels of one case (person -> value) come to; None where they come to nothing.

    >>> resolved({"ann": "refused", "bo": "hedged"}, "settled") is None
    True
    >>> resolved({"ann": "refused", "bo": "hedged", "settled": "hedged"}, "settled")
    'hedged'
    """
    if rule == "settled" and ADJUDICATOR in people:
        return people[ADJUDICATOR]
    votes = Counter(v for p, v in people.items() if p != ADJUDICATOR).most_common(2)
    if not votes or (len(votes) == 2 and votes[0][1] == votes[1][1]):
        return None
    return votes[0][0]


def _modeled(said: Mapping[Case, dict[str, str]]) -> dict[Case, str]:
    """Each case's value under Dawid and Skene's model of all of them."""
    told = {
        case: {person: value for person, value in of.items() if person != ADJUDICATOR}
        for case, of in said.items()
    }
    classes = sorted({value for of in told.values() for value in of.values()})
    if len(classes) > CLASSES or all(len(of) < 2 for of in told.values()):
        found = {case: resolved(of, "majority") for case, of in told.items()}
        return {case: value for case, value in found.items() if value is not None}
    people = {name: i for i, name in enumerate(sorted({p for of in told.values() for p in of}))}
    place = {value: float(i) for i, value in enumerate(classes)}
    ratings = np.full((len(told), len(people)), np.nan)
    for row, of in enumerate(told.values()):
        for person, value in of.items():
            ratings[row, people[person]] = place[value]
    label = aggregate.dawid_skene(ratings).label.tolist()
    return {case: classes[int(one)] for case, one in zip(told, label, strict=True) if one == one}


def columns(said: Said, items: NDArray[Any], samples: NDArray[Any]) -> dict[str, Any]:
    """Every label field of one run's answers as a column of text, None where unsaid or a tie.

    `items` and `samples` (N,) say which answers these are; a field that comes to nothing anywhere
    is not there.
    """
    row = _rows(said, items, samples)
    (names, field), (people, person), (texts, text) = said.field, said.person, said.value
    each = np.array([*texts.tolist(), None], dtype=object)  # the last stands for none
    found = {}
    for at, name in enumerate(names.tolist()):
        mine = np.flatnonzero((field == at) & (row >= 0))
        code = np.full(len(items), len(texts), dtype=np.int64)
        alone = np.bincount(row[mine], minlength=code.size)[row[mine]] == 1
        code[row[mine[alone]]] = text[mine[alone]]
        votes: dict[int, dict[str, int]] = defaultdict(dict)
        for vote in mine[~alone].tolist():
            votes[int(row[vote])][people[person[vote]]] = int(text[vote])
        for case, of in votes.items():
            told = resolved(of, "settled")
            code[case] = len(texts) if told is None else told
        if (code < len(texts)).any():
            found[name] = taken(fixed(each), fixed(code))
    return found


def _rows(said: Said, items: NDArray[Any], samples: NDArray[Any]) -> NDArray[np.int64]:
    """The row of the answer that each label is about, -1 where there is none."""
    if not len(items):
        return np.full(len(said.sample), -1)
    names, code = codes(items)
    at = dict(zip(names.tolist(), range(len(names)), strict=True))
    item = np.fromiter(map(at.get, said.item.names.tolist(), repeat(-1)), np.int64)
    kinds, sample = np.unique(np.concatenate([samples, said.sample]), return_inverse=True)
    mine = code * kinds.size + sample[: len(items)]
    asked = item[said.item.place] * kinds.size + sample[len(items) :]
    order = np.argsort(mine)
    found = order[np.minimum(np.searchsorted(mine, asked, sorter=order), len(items) - 1)]
    return np.where((item[said.item.place] >= 0) & (mine[found] == asked), found, -1)
