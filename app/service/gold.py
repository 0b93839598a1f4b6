"""Gold: cases whose right label is known, to train people on and to see whether they change."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from app.service import agree, schemes
from app.service.stores import Stores
from data.trouble import Trouble
from db import campaigns, draws, labels
from db.draws import Gold
from db.filter import Case

UNCOUNTED = ("comment", "span", "confidence")
"""Fields a gold case is not right or wrong in."""
REASON = "reason"
"""The field of a settled label that says what decided it."""


def known(stores: Stores, scheme: str) -> dict[Case, dict[str, str]]:
    """Cases whose right label is settled in the fields of a scheme: what gold can be made of."""
    taken, _ = schemes.taken(stores, scheme)
    body = campaigns.scheme(stores.ledger, *taken) or ""
    fields = {f.field for f in schemes.parsed(body, scheme).fields} - set(UNCOUNTED)
    right: dict[Case, dict[str, str]] = {}
    for row in labels.current(stores.ledger, person=draws.SETTLED):
        if row["field"] in fields:
            right.setdefault(agree.case(row), {})[row["field"]] = row["value"]
    return right


def drawn(
    stores: Stores, scheme: str, training: int, drift: int, seed: int, taken: Collection[Case]
) -> list[Gold]:
    """Settled cases that were not `taken`, at random: first to train on, then to watch for drift.

    Raises Trouble where there are fewer than asked for.
    """
    wanted = training + drift
    if not wanted:
        return []
    right = {case: said for case, said in known(stores, scheme).items() if case not in taken}
    if len(right) < wanted:
        raise Trouble(
            f"{wanted} gold cases are wanted and {len(right)} cases outside the draw are settled",
            "settle more on Adjudicate, load labels of the person 'settled', or ask for fewer",
        )
    every = sorted(right)
    order = np.random.default_rng(seed).permutation(len(every))[:wanted].tolist()
    return [
        Gold(every[row], right[every[row]], "training" if turn < training else "drift")
        for turn, row in enumerate(order)
    ]
