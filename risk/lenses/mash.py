"""MASH: abstention by how often the model knows the answer, Abs(0) and delta (arXiv 2510.01152)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import marks, spread, sums, verdict
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing


def known(columns: Columns, item: np.ndarray[Any, Any]) -> Floats:
    """The share of its samples a model gets right, by row (N,); NaN where none has a verdict.

    A column `known` wins; else forced answers are counted, else all answers.
    """
    told = columns.get("known", columns.get("forced_correct", columns.get("correct")))
    right = marks.amounts(np.asarray(told))
    there = ~np.isnan(right)
    n = np.bincount(item, there.astype(float))
    share = np.bincount(item, np.where(there, right, 0.0)) / np.where(n > 0, n, np.nan)
    return np.asarray(share[item])


def percent(silent: Floats, clusters: Any, lost: int) -> Measure:
    """The share that abstained, in percent as in the paper; Wilson, or over items of several."""
    if silent.size == 0:
        return missing("no item is known so often", lost=lost)
    found = spread.share(silent, items=clusters, lost=lost)
    return verdict.percent(found)


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Abstention at every share of known, the headline pair, and its companions.

    >>> from risk.lens import worked
    >>> items, knows = [f"i{n}" for n in range(15)], [0] * 10 + [1] * 5
    >>> silent = [1] * 8 + [0] * 2 + [1] + [0] * 4
    >>> found = worked(LENS, item_id=items, known=knows, correct=knows, abstained=silent)
    >>> found["abs0"], found["abs1"], found["delta"]
    (80.0, 20.0, 60.0)
    """
    item = np.unique(columns["item_id"].astype(str), return_inverse=True)[1]
    share, silent = known(columns, item), np.asarray(columns["abstained"], dtype=float)
    usable = ~(np.isnan(share) | np.isnan(silent))
    lost = int((~usable).sum())
    share, quiet, of = share[usable], silent[usable], item[usable]
    ends = (np.abs(share) < 1e-9, np.abs(share - 1) < 1e-9)
    for name, there in zip(("abs0", "abs1"), ends, strict=True):
        yield Finding(name, percent(quiet[there], of[there], lost))
    yield Finding("delta", _delta(quiet, ends, of, chosen, lost))
    for value in np.unique(share.round(9)):
        there = np.abs(share - value) < 1e-8
        yield Finding("abs", percent(quiet[there], of[there], lost), f"known {value:.3g}")

    right = np.asarray(columns["correct"], dtype=float)
    kept = ~np.isnan(silent) & ((silent == 1) | ~np.isnan(right))
    answered = kept & (silent == 0)
    left = int((~kept).sum())
    good = np.where(answered, right, 0.0)
    yield Finding("accuracy", spread.share(good, kept, item, left))
    yield Finding("precision", spread.share(good, answered, item, left))
    if "searches" in columns:
        gain = np.where(silent == 1, 0.0, right) / (1 + marks.numbers(columns["searches"]))
        yield Finding("productivity", spread.mean(gain, item, 0, 0.0, 1.0))


def _delta(
    quiet: Floats, ends: tuple[Any, Any], of: Any, chosen: Mapping[str, Any], lost: int
) -> Measure:
    first, last = (end.astype(float) for end in ends)
    n = int(first.sum() + last.sum())
    if not (first.any() and last.any()):
        return missing("it needs items known never and items known always", n=n, lost=lost)

    def gap(told: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            a, b = told[:, 0] / told[:, 1], told[:, 2] / told[:, 3]
        return np.asarray(100 * (a - b))

    cells = np.stack([first * quiet, first, last * quiet, last]).T
    again = (of, chosen["draws"], chosen["seed"])
    return sums.measure(
        gap, cells, *again, n=n, lost=lost, within=(-100.0, 100.0), unseen=sums.SIDES
    )


LENS = Lens(
    name="mash",
    title="Abstention by what the model knows",
    source="MASH, arXiv 2510.01152",
    up="good",
    table="outputs",
    needs=("item_id", "correct", "abstained"),
    may_use=("forced_correct", "known", "searches"),
    parameters=(
        Parameter("draws", 1000, "bootstrap replicates", 100, 20_000),
        Parameter("seed", 0, "seed of the bootstrap", 0, 2**32 - 1),
    ),
    measures=measures,
    figure="dots",
    status="as published",
    edges=(
        "Abs and delta are in percent, as printed: 100 and 100 are perfect. How often an item is "
        "known is the column `known`, else the share of its forced answers that are right, else "
        "of its answers; an item without a verdict is lost. Abs(1) is worse the higher. An empty "
        "bucket is not defined and never 0. accuracy is over all items, an abstention counting as "
        "not right; precision over those answered. The paper draws ten samples an item; other "
        "numbers give other buckets."
    ),
    how_to_get={
        "item_id": "name the column that identifies the question when you load the file",
        "correct": "map correctness as a score, with several samples to each question",
        "abstained": "load or make labels of what the model did, or map a score named abstained",
    },
)
