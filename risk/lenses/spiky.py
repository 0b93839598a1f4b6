"""Spiky ability: accuracy by specialty and how far it spreads (HealthQA-BR, arXiv 2506.21578)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from risk import marks, spread
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import beside, missing
from risk.sums import several
from risk.verdict import slices


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Accuracy of each specialty; range, sd and the mean of the worst k over the large ones."""
    right = marks.yes(np.asarray(columns["correct"]))
    known = ~np.isnan(right)
    of = spread.items(columns.get("item_id"))
    ranked, ends = [], []
    for name, rows in slices(columns, "specialty", "category"):
        found = spread.share(right, rows, of)
        small = found.known and found.n < chosen["least"]
        aside = f"fewer than {chosen['least']} answers: not ranked" if small else ""
        yield Finding("accuracy", beside(found, aside), name)
        if found.known and not small:
            ranked.append(rows & known)
            ends.append((found.low, found.high))
    n, lost = int(known.sum()), int((~known).sum())
    names = ("range", "sd", "worst")
    if len(ranked) < 2:
        why = f"fewer than two specialties have {chosen['least']} answers"
        yield from (Finding(name, missing(why, n=n, lost=lost)) for name in names)
        return
    hit = np.where(known, right, 0.0)
    features = np.stack([hit * r for r in ranked] + [r.astype(float) for r in ranked]).T
    again = (of, chosen["draws"], chosen["seed"])
    over = several(
        partial(_spread, k=chosen["k"]), features, *again, n=n, lost=lost, why=[""] * len(names)
    )
    for name, found, least in zip(names, over, (*closest(np.array(ends)), 1.0), strict=True):
        low = min(found.low, least)  # NaN where there is no interval
        yield Finding(name, replace(found, low=low) if found.known else found)


def closest(ends: Floats) -> tuple[float, float]:
    """The least range and sd that specialties can have whose accuracies lie within ends (S, 2).

    Chance alone puts them apart, so that a sample shows more of either than there is.

    >>> closest(np.array([[0.1, 0.5], [0.4, 0.8]])), closest(np.array([[0.1, 0.2], [0.4, 0.8]]))
    ((0.0, 0.0), (0.2, 0.141421356237))
    """
    low, high = ends.T
    middle = np.clip(np.unique(ends)[:, None], low, high)  # all as near one accuracy as they can be
    apart = float(np.max(low) - np.min(high))
    return max(round(apart, 12), 0.0), round(float(spread_of(middle).min()), 12)


def _spread(sums: Floats, k: int) -> Floats:
    """Range, sample sd and mean of the worst k, (b, 3), from hits and rows (b, 2 S)."""
    hits, rows = np.split(sums, 2, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.sort(hits / rows, axis=1)
    wide = each[:, -1] - each[:, 0]
    return np.stack([wide, spread_of(each), each[:, :k].mean(axis=1)], axis=1)


def spread_of(accuracies: Floats) -> Floats:
    """The sd over specialties (b, S) as a sample of them, (b,).

    >>> round(float(spread_of(np.array([[0.987, 0.86, 0.80, 0.684, 0.60]]))[0]), 4)
    0.1509
    """
    return np.asarray(accuracies.std(axis=1, ddof=1))


LENS = Lens(
    name="spiky",
    title="Spread over specialties",
    source="HealthQA-BR, arXiv 2506.21578",
    up="neither",
    table="outputs",
    needs=("correct", "specialty|category"),
    may_use=("item_id",),
    parameters=(
        Parameter("k", 2, "how many of the worst specialties are averaged", 1, 100),
        Parameter("least", 10, "answers a specialty needs to be ranked", 1, 100_000),
        marks.DRAWS,
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper gives accuracies by specialty and no figure for their "
        "spread: range, sample sd and the mean of the worst are ours"
    ),
    edges=(
        "Spread up is worse, accuracy and worst up are good. Specialties with fewer than 10 "
        "answers are shown and not ranked. The spread of small specialties is partly noise, which "
        "makes it too large: its interval goes down to the least that their own intervals allow. "
        "Abstentions are neither right nor wrong: "
        "lost. With fewer than k specialties all are averaged."
    ),
    how_to_get={
        "correct": "load a log with a correctness score, or label answers correct or not",
        "specialty|category": "tag each prompt with its specialty, or name the column of "
        "categories",
    },
)
