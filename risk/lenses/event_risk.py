"""Event risk: the chance that a token appears, from next-token probabilities (SCOPE, REACH)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from risk import marks, spread
from risk.lens import Columns, Finding, Lens
from risk.measure import missing
from risk.seen import each
from risk.verdict import counted

CUT = frozenset({"length", "max_tokens", "model_length"})
NONE = "no answer was sampled with the target suppressed (a field sampling must say so)"


def terms(p: ArrayLike) -> tuple[float, float]:
    """The SCOPE term sum p and the REACH term 1 - prod(1 - p) of one rollout's p (T,).

    >>> [round(x, 4) for x in terms([0.1, 0.05, 0.2])]
    [0.35, 0.316]
    """
    x = np.asarray(p, dtype=float)
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(f"probabilities run from {x.min():g} to {x.max():g}; they must be 0 to 1")
    return float(x.sum()), float(1 - np.prod(1 - x))


def measures(columns: Columns, _: Mapping[str, Any]) -> Iterator[Finding]:
    """Monte Carlo share and SCOPE over ordinary rollouts, REACH over suppressed ones."""
    rows = len(columns["item_id"]) if "item_id" in columns else len(next(iter(columns.values())))
    how = columns.get("sampling", np.full(rows, None, dtype=object))
    held = each(how, lambda one: str(one).strip().lower() == "suppressed", bool)
    of = spread.items(columns.get("item_id"))

    def mean(name: str, some: Any, why: str, most: float) -> Finding:
        found = marks.maybe(columns, name)
        if found is None or not some.any():
            return Finding(NAMES[name], missing(why, lost=int(some.sum())))
        own = None if of is None else of[some]
        return Finding(NAMES[name], spread.mean(marks.numbers(found)[some], own, 0, 0.0, most))

    if marks.maybe(columns, "hit") is not None:
        hits = marks.yes(columns["hit"])[~held]
        own = None if of is None else of[~held]
        yield Finding("mc", spread.share(hits, items=own))
    yield mean("p_target_sum", ~held, "no ordinary rollout has p_target_sum", math.inf)
    yield mean("p_target_reach", held, NONE, 1.0)
    ends = columns.get("finish")
    if ends is not None:
        cut = int(each(ends, lambda end: str(end).lower() in CUT, bool).sum())
        yield Finding("cut", counted(cut, rows))


NAMES = {"p_target_sum": "scope", "p_target_reach": "reach"}
"""Column -> the estimator that is its mean."""

LENS = Lens(
    name="event_risk",
    title="Chance that a token appears",
    source="SCOPE and REACH, arXiv 2602.03730",
    up="neither",
    table="outputs",
    needs=("p_target_sum|p_target_reach",),
    may_use=("p_target_sum", "p_target_reach", "hit", "sampling", "finish", "item_id"),
    measures=measures,
    figure="dots",
    status="as published: the three estimators are means over rollouts at temperature 1",
    edges=(
        "The direction is that of the event. A SCOPE term may exceed 1, the mean is unbiased all "
        "the same. REACH is never taken from ordinary rollouts: only those whose field sampling "
        "says suppressed count, and mc and scope leave these out. Rollouts cut off by a limit bias "
        "all three down: they are counted as cut. A rollout without the column is lost."
    ),
    how_to_get={
        "p_target_sum|p_target_reach": "run the scorer event_risk on the Score page, or keep with "
        "each rollout the fields p_target_sum (the sum of the target's probabilities) and "
        "p_target_reach (1 - prod(1 - p)), hit and sampling",
    },
)
