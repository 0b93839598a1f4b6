"""Worst group: the largest mean loss over groups, against the mean of all (FL-03)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import marks, spread
from risk.interval import Floats, holding
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, beside, missing
from risk.sums import resampled
from risk.verdict import slices


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Each group's mean loss, and the worst of the large enough ones less the mean of all."""
    x = loss(columns, chosen["loss"])
    of = spread.items(columns.get("item_id"))
    yield Finding("loss", spread.mean(x, of, 0, 0.0, 1.0))
    known, ranked = ~np.isnan(x), []
    for name, rows in slices(columns, "group", "category"):
        found = spread.mean(x[rows], None if of is None else of[rows], 0, 0.0, 1.0)
        small = found.known and found.n < chosen["least"]
        aside = f"fewer than {chosen['least']} answers: not ranked" if small else ""
        yield Finding("loss", beside(found, aside), name)
        if found.known and not small:
            ranked.append((name, rows & known))
    yield from _worst(x, known, ranked, of, chosen)


def loss(columns: Columns, which: str) -> Floats:
    """The loss of each answer (N,), up is worse: unsafe, harm, or wrong as 1 less correct.

    >>> loss({"correct": np.array([1.0, 0.0])}, "any").tolist()
    [0.0, 1.0]
    """
    if which in ("any", "unsafe", "harm"):
        there = marks.maybe(columns, "unsafe|harm" if which == "any" else which)
        if there is not None:
            return marks.numbers(there)
    if which in ("any", "wrong"):
        return 1 - marks.numbers(marks.first(columns, "correct"))
    raise ValueError(f"there is no column {which!r}; choose another loss")


def _worst(
    x: Floats, known: Any, ranked: list[tuple[str, Any]], of: Any, chosen: Mapping[str, Any]
) -> Iterator[Finding]:
    n, lost = int(known.sum()), int((~known).sum())
    if not ranked:
        why = f"no group has {chosen['least']} answers"
        yield from (Finding(name, missing(why, n=n, lost=lost)) for name in ("worst", "gap"))
        return
    filled = np.where(known, x, 0.0)
    # sums and counts of every group side by side: a replicate is then one row of sums
    parts = [filled * rows for _, rows in ranked] + [rows.astype(float) for _, rows in ranked]
    features = np.stack([filled, known.astype(float), *parts]).T

    def means(sums: Floats) -> tuple[Floats, Floats]:
        """The mean loss of each group (b, G), and of all (b, 1)."""
        size = len(ranked)
        with np.errstate(invalid="ignore", divide="ignore"):
            each = sums[:, 2 : 2 + size] / sums[:, 2 + size :]
        return each, sums[:, :1] / sums[:, 1:2]

    value, whole = means(features.sum(axis=0)[None])
    drawn, all_drawn = means(resampled(features, of, chosen["draws"], chosen["seed"]))
    why = f"of {ranked[int(np.argmax(value))][0]}"
    for measure, now, many, least in (
        ("worst", value, drawn, -np.inf),
        ("gap", value - whole, drawn - all_drawn, 0.0),
    ):
        top = float(now.max())
        low, high = spread.largest_ends(many)
        yield Finding(measure, Measure(top, *holding(top, max(low, least), high), n, lost, why))


LENS = Lens(
    name="worst_group",
    title="The worst group",
    source="Environment-adaptive covariates; worst group as in arXiv 1911.08731",
    up="harm",
    table="outputs",
    needs=("unsafe|harm|correct", "group|category"),
    may_use=("item_id",),
    parameters=(
        Parameter(
            "loss",
            "any",
            "what is lost; any: the first there is",
            options=("any", "unsafe", "harm", "wrong"),
        ),
        Parameter("least", 20, "answers a group needs to be ranked", 1, 100_000),
        marks.DRAWS,
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper trains for its environments and reports no one figure: "
        "here groups are read from the table, and the gap is to the mean over all answers"
    ),
    edges=(
        "Up is worse. Groups with fewer than 20 answers are listed and not ranked. The largest of "
        "many small groups is biased upwards: the interval makes room for every group to be the "
        "worst, and that of the gap begins at 0 where groups may be alike. Of equal groups the "
        "first by name is named. An answer without a loss is lost; one without a group counts in "
        "the mean alone."
    ),
    how_to_get={
        "unsafe|harm|correct": "load a judge's score, or label answers",
        "group|category": "tag each prompt with its group, or name the column of categories",
    },
)
