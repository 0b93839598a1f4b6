"""What people's labels come to: adjudicated wins, else the majority, else nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np

from app.service.stores import Stores
from db import acts, labels
from db.filter import Case
from risk.lens import Columns

Rule = Literal["settled", "majority", "raw"]
ADJUDICATOR = "settled"
"""The person under whose name adjudicated labels are kept."""


def values(
    stores: Stores, field: str, runs: Iterable[str] | None = None, rule: Rule = "settled"
) -> dict[Case, str]:
    """Case -> the value its labels come to in one field.

    `settled` takes the adjudicated label where there is one and the majority elsewhere; `majority`
    leaves the adjudicated one out; `raw` resolves nothing. A tie comes to nothing.
    """
    if rule == "raw":
        return {}
    said: dict[Case, dict[str, str]] = defaultdict(dict)
    for row in labels.current(stores.ledger, runs=runs, field=field):
        said[row["run_id"], row["item_id"], row["sample"]][row["person"]] = row["value"]
    found = {case: _value(people, rule) for case, people in said.items()}
    return {case: value for case, value in found.items() if value is not None}


def _value(people: dict[str, str], rule: Rule) -> str | None:
    """One case's value.

    >>> _value({"ann": "refused", "bo": "hedged"}, "settled") is None
    True
    >>> _value({"ann": "refused", "bo": "hedged", "settled": "hedged"}, "settled")
    'hedged'
    """
    if rule == "settled" and ADJUDICATOR in people:
        return people[ADJUDICATOR]
    votes = Counter(v for p, v in people.items() if p != ADJUDICATOR).most_common(2)
    if not votes or (len(votes) == 2 and votes[0][1] == votes[1][1]):
        return None
    return votes[0][0]


def columns(stores: Stores, run_id: str, told: Columns) -> dict[str, Any]:
    """What the outputs of a run did, as a column `act`: what people say; where nobody said, what
    the log itself says; None where neither does."""
    of = values(stores, "act", [run_id])
    logged = acts.of_run(stores.warehouse, run_id)
    cases = [(str(i), int(s)) for i, s in zip(told["item_id"], told["sample"], strict=True)]
    found = [of.get((run_id, *case), logged.get(case)) for case in cases]
    return {"act": np.array(found, dtype=object)}
