"""Trend: the slope of a measure over a model's revisions, and where it crashes (measures FL-14)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing
from risk.spread import items, mean
from risk.sums import measure

FEW = "a slope takes three revisions or more"


def measures(runs: Mapping[str, Columns], chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Of each model with revisions: the slope a revision, the steps that crash, every step."""
    for model, names in _series(runs).items():
        tables = [runs[name] for name in names]
        value, count, sums = _items(tables, chosen["measure"])
        n = sums.shape[0]
        lost = n - int((count > 0).all(axis=1).sum())
        if np.isnan(value).any():
            none = names[int(np.isnan(value).argmax())]
            yield Finding("slope", missing(f"{none} has no {chosen['measure']}"), model)
            continue

        for name, table in zip(names, tables, strict=True):
            x = np.asarray(table[chosen["measure"]], dtype=float)
            found = mean(x, items(table["item_id"]))
            yield Finding("value", replace(found, n=n, lost=lost), run=name)
        yield from _trend(value, np.hstack([sums, count]), names, model, chosen, n, lost)


def _trend(
    value: Floats, features: Floats, names: list[str], model: str, chosen: Mapping[str, Any],
    n: int, lost: int,
) -> Iterator[Finding]:  # fmt: skip
    def found(of: Callable[[Floats], Floats]) -> Measure:
        """A statistic of the means (b, K) with its interval over items."""
        again = (None, chosen["draws"], chosen["seed"])
        wide = (-math.inf, math.inf)
        return measure(lambda s: of(_means(s)), features, *again, n=n, lost=lost, within=wide)

    if len(names) < 3:
        yield Finding("slope", missing(FEW, n=n, lost=lost), model)
    else:
        yield Finding("slope", found(slope), model)
    worse = -1.0 if chosen["up"] == "good" else 1.0
    for k, name in enumerate(names[1:]):
        yield Finding("step", found(partial(_step, k=k)), run=name)
    crashes = int((worse * np.diff(value) > chosen["threshold"] + 1e-9).sum())
    yield Finding("crashes", Measure(float(crashes), n=len(names) - 1), model)


def _step(means: Floats, k: int) -> Floats:
    return np.asarray(means[:, k + 1] - means[:, k])


def slope(values: Floats) -> Floats:
    """The least-squares slope of values (..., K) over 0, 1, …, K - 1.

    >>> round(float(slope(np.array([0.82, 0.84, 0.83, 0.60]))), 4)
    -0.067
    """
    x = np.arange(values.shape[-1]) - (values.shape[-1] - 1) / 2
    return np.asarray(values @ x / (x @ x))


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key that sorts numbers in a text by size: step-9 before step-10, and v1.9 before v1.10.

    >>> sorted(["step-10", "step-9"], key=natural), sorted(["v1.10", "v1.9", "v1"], key=natural)
    (['step-9', 'step-10'], ['v1', 'v1.9', 'v1.10'])
    """
    found = []
    for piece in re.findall(r"[0-9]+|[^0-9]+", text):
        number = piece.lstrip("0") if piece[0] in "0123456789" else None
        found.append((1, 0, piece) if number is None else (0, len(number), number))
    return found


def _series(runs: Mapping[str, Columns]) -> dict[str, list[str]]:
    """Model -> its runs by revision, of the models that have two or more."""
    found: dict[str, list[str]] = {}
    for name, columns in runs.items():
        found.setdefault(str(columns["model"][0]), []).append(name)
    return {
        model: sorted(names, key=lambda name: natural(str(runs[name]["revision"][0])))
        for model, names in sorted(found.items())
        if len(names) > 1
    }


def _items(tables: list[Columns], measure: str) -> tuple[Floats, Floats, Floats]:
    """The mean of each revision (K,), by item the number of values and their sum (I, K)."""
    every = np.concatenate([t["item_id"].astype(str) for t in tables])
    named = np.unique(every)
    count, sums = np.zeros((2, named.size, len(tables)))
    for k, table in enumerate(tables):
        if measure not in table:
            continue
        x = np.asarray(table[measure], dtype=float)
        known = ~np.isnan(x)
        code = np.searchsorted(named, table["item_id"][known].astype(str))
        count[:, k] = np.bincount(code, minlength=named.size)
        sums[:, k] = np.bincount(code, x[known], minlength=named.size)
    total = count.sum(axis=0)
    value = np.where(total > 0, sums.sum(axis=0) / np.maximum(total, 1), np.nan)
    return value, count, sums


def _means(told: Floats) -> Floats:
    """The means (b, K) of sums and counts (b, 2K)."""
    sums, count = np.split(told, 2, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / count)


LENS = Lens(
    name="trend",
    title="Trend over revisions",
    source="least squares; crashes after SAFE (training under a safety guard)",
    up="neither",
    table="outputs",
    needs=("item_id", "revision", "model"),
    may_use=("correct", "unsafe", "harm", "abstained"),
    measures=measures,
    across=True,
    parameters=(
        Parameter(
            "measure", "unsafe", "the column whose mean is followed: a score, correct, unsafe"
        ),
        Parameter("up", "harm", "which way that column is worse", options=("harm", "good")),
        Parameter("threshold", 0.1, "a step worse by more than this is a crash", 0),
        Parameter("draws", 1000, "bootstrap draws over items", 20, 100_000),
        Parameter("seed", 0, "seed of the draws", 0),
    ),
    figure="dots",
    status="our definition, because the papers plot training curves; the threshold is a choice",
    edges=(
        "Revisions go by their names, numbers in them by size. Fewer than three: no slope; a model "
        "with one is left out. A revision without the measure leaves its model without a slope. "
        "The interval draws the same items for all revisions; items one of them lacks count as "
        "lost and stay in the means of the others. A step of exactly the threshold is no crash."
    ),
    how_to_get={
        "item_id": "load the answers of two or more revisions to the same items",
        "revision": "map a column to revision, or load each checkpoint's file with fixed: "
        "{model: NAME, revision: STEP}",
        "model": "name the model of each run when you load it",
    },
)
