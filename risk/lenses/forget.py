"""Forgetting against utility: what an unlearned run lost, and what it kept (FL-13)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk import marks
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure
from risk.seen import each, together
from risk.sums import several

NAMES = ("forgetting", "utility", "balance")
ZERO = "the run before has no right answer in the retain set"


def sums(columns: Columns, item: NDArray[Any], items: int) -> Floats:
    """Right answers and answers of each item in the forget and the retain set, (items, 4)."""
    right = marks.yes(np.asarray(columns["correct"]))
    kind = each(columns["split"], lambda one: str(one).strip().lower(), object)
    found = []
    for name in ("forget", "retain"):
        rows = ~np.isnan(right) & (kind == name)
        found += [np.bincount(item[rows], right[rows], items),
                  np.bincount(item[rows], minlength=items).astype(float)]  # fmt: skip
    return np.stack(found).T


def measures(runs: Mapping[str, Columns], chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Every run against the one before: forgetting, utility, and their harmonic mean."""
    items, places = together(*(columns["item_id"] for columns in runs.values()))
    told = zip(runs.items(), places, strict=True)
    tables = {name: sums(columns, item, len(items)) for (name, columns), item in told}
    before = chosen["before"] or _best(tables)
    if before not in tables:
        raise ValueError(f"there is no run {before!r}; there are {', '.join(tables)}")
    yield Finding("before", Measure(1.0, n=len(items), why="the run compared with"), before)
    for name, table in tables.items():
        if name == before:
            continue
        both = np.concatenate([table, tables[before]], axis=1)  # (items, 8)
        again = (None, chosen["draws"], chosen["seed"])
        rows = len(runs[name]["item_id"])
        n = int(table[:, 1].sum() + table[:, 3].sum())
        why = ZERO if tables[before][:, 2].sum() == 0 else "a set has no judged answer"
        found = several(
            _of, both, *again, n=n, lost=rows - n, why=[why] * len(NAMES), within=(0.0, math.inf),
            unseen=KINDS,
        )  # fmt: skip
        for measure, one in zip(NAMES, found, strict=True):
            most = math.inf if measure == "utility" else 1.0
            yield Finding(measure, replace(one, high=min(one.high, most)), name)


SIDES = ((1, 1, 1, 1), (1, 1, 0, 1), (0, 1, 1, 1), (0, 1, 0, 1))
"""Right and judged, now and before."""
KINDS = [
    [*pair[:2], 0, 0, *pair[2:], 0, 0] if first else [0, 0, *pair[:2], 0, 0, *pair[2:]]
    for first in (True, False)
    for pair in SIDES
]
"""Items nobody may have seen: of the forget set or the other, right or not in either run."""


def _best(tables: Mapping[str, Floats]) -> str:
    """The run that is right most often on the forget set; of equal ones the first."""
    with np.errstate(invalid="ignore", divide="ignore"):
        known = {name: float(t[:, 0].sum() / t[:, 1].sum()) for name, t in tables.items()}
    return max(known, key=lambda name: -1.0 if known[name] != known[name] else known[name])


def _of(told: Floats) -> Floats:
    """Forgetting, utility uncut and their harmonic mean with utility cut at 1, (b, 3).

    >>> _of(np.array([[1.0, 10, 6, 10, 9, 10, 10, 10]])).round(4).tolist()
    [[0.9, 0.6, 0.72]]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        gone = 1 - told[:, 0] / told[:, 1]
        was = told[:, 6] / told[:, 7]
        kept = np.where(was > 0, told[:, 2] / told[:, 3] / was, np.nan)
        cut = np.minimum(kept, 1.0)
        mean = np.where(gone + cut > 0, 2 * gone * cut / (gone + cut), 0 * (gone + cut))
    return np.stack([gone, kept, mean], axis=1)


LENS = Lens(
    name="forget",
    title="Forgetting against utility",
    source="PURGE, U-CAN; unlearning benchmarks",
    up="good",
    table="outputs",
    across=True,
    needs=("item_id", "split", "correct"),
    parameters=(
        Parameter("before", "", "the run before unlearning; empty: the one that knows most"),
        marks.DRAWS,
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because each paper has its own: one less the accuracy on the forget set, "
        "retained accuracy over that of the run before, and the harmonic mean of the two"
    ),
    edges=(
        "Up is good. Where the run before has no right answer in the retain set utility is not "
        "defined. Utility above 1 is shown as it is and cut at 1 for the mean. Items that are in "
        "neither set, and answers without a verdict, are lost. Without a name the run before is "
        "the one most often right on the forget set: say which where you know. Leaks under other "
        "decoding are another lens (leakage)."
    ),
    how_to_get={
        "item_id": "name the column that identifies the item when you load the file",
        "split": "tag each item forget or retain under the name split",
        "correct": "load a log with a correctness score, or label answers correct or not",
    },
)
