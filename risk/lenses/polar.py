"""POLAR: how likely a model's label is wrong, by several weak sources (arXiv 2306.16564)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import logistic, marks, sources, spread
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing
from risk.miscalibration import absolute, farthest, gaps
from risk.verdict import counted, slices
from risk.words import hashed

MOST = 5_000
"""Answers that are read at most, drawn by the seed."""
ALONE = "one item only"


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The mean risk score, the share to review first, by category; and checks against truth."""
    whole = len(marks.first(columns, "given"))
    if whole > MOST:
        some = np.sort(np.random.default_rng(chosen["seed"]).choice(whole, MOST, replace=False))
        columns = {name: column[some] for name, column in columns.items()}
    given = marks.yes(marks.first(columns, "given"))
    names = [name.strip() for name in chosen["sources"].split(",") if name.strip()]
    table = np.stack(
        [given, *(_source(columns, name) for name in names or _others(columns))], axis=1
    )
    if table.shape[1] < 2:
        raise ValueError("no source beside the model's own label; load scores from 0 to 1")
    x = hashed(marks.first(columns, chosen["text"]).tolist(), chosen["wide"])
    risk = zeta(x, table, given, chosen)
    of = spread.items(columns.get("item_id"))
    again = (chosen["draws"], chosen["seed"])
    every = ("", np.ones(risk.size, dtype=bool))
    for group, rows in (every, *slices(columns, "category")):
        own = None if of is None else of[rows]
        yield Finding("risk", spread.mean(risk[rows], own, 0, 0.0, 1.0), group)
        first = marks.from_half(risk[rows], chosen["threshold"])
        yield Finding("review", spread.share(first, items=own), group)
    yield Finding("sources", counted(table.shape[1], risk.size))
    yield from _checks(columns, risk, given, of, again)


def zeta(x: Floats, table: Floats, given: Floats, chosen: Mapping[str, Any]) -> Floats:
    """1 - h*(x)[label given] (N,): h* is fitted to all sources; NaN where the model gave none."""
    usable = ~(np.isnan(x).any(axis=1) | np.isnan(table).all(axis=1))
    rows = np.flatnonzero(usable)
    if rows.size == 0:
        return np.full(given.size, np.nan)
    # the model's own label is the first source; the others share a weight relative to it
    weights = [chosen["own"]] + [1.0] * (table.shape[1] - 1)
    found = sources.fit(x[rows], table[rows], weights, chosen["joined"], chosen["ridge"])
    p = logistic.predict(x, found)
    return np.where(given == 1, 1 - p, np.where(given == 0, p, np.nan))


def _source(columns: Columns, name: str) -> Floats:
    x = marks.scored(columns, name, name)
    wrong = (x < 0) | (x > 1)
    if wrong.any():
        raise ValueError(f"the source {name} has {x[wrong][0]:g}; a source is from 0 to 1")
    return x


def _others(columns: Columns) -> list[str]:
    """Every column of numbers from 0 to 1 but the label itself and what people say."""
    out = {"given", "sample", "n_tokens", *marks.TRUTH.split("|")}
    return [
        name
        for name, c in sorted(columns.items())
        if c.dtype.kind == "f" and name not in out and not ((c < 0) | (c > 1)).any()
        and not np.isnan(c).all()
    ]  # fmt: skip


def _checks(
    columns: Columns, risk: Floats, given: Floats, of: Any, again: tuple[int, int]
) -> Iterator[Finding]:
    """ECE of the risk against errors, and R squared over equal-count bins of floor(sqrt n)."""
    if marks.maybe(columns, marks.PERSON) is None:
        return
    told = marks.truth(columns)[1]
    kept = marks.both(risk, told)
    z, wrong, lost = risk[kept], (given != told)[kept].astype(float), int((~kept).sum())
    if z.size == 0:
        yield Finding("ece", missing("no answer has a risk and a true label", lost=lost))
        return
    codes = None if of is None else of[kept]
    yield Finding("error", spread.share(wrong, items=codes, lost=lost))
    at = np.minimum((10 * z + marks.EDGE).astype(int), 9)
    value = float(np.abs(np.bincount(at, z - wrong)).sum() / z.size)
    alone = (z.size if codes is None else np.unique(codes).size) < 2
    low = high = math.nan
    if not alone:
        off = gaps(z - wrong, wrong, at, codes, *again)
        low, high = absolute(off, farthest(z, wrong, codes))
        high = max(min(high, 1.0), value)
    why = ALONE if alone else ""
    yield Finding("ece", Measure(value, low, high, n=z.size, lost=lost, why=why))
    fits = binned(z, wrong)
    why = "" if fits == fits else "fewer than two bins, or all of one error rate"
    yield Finding("r2", Measure(fits, n=z.size, lost=lost, why=why))


def binned(z: Floats, wrong: Floats) -> float:
    """Squared correlation of mean risk and error rate over bins of floor(sqrt n) rows by risk.

    Rows of equal risk have their mean error rate each, so that their order does not matter.

    >>> binned(np.array([0.1, 0.1, 0.9, 0.9]), np.array([0.0, 0, 1, 1]))
    1.0
    """
    size = max(1, math.isqrt(z.size))
    tie = np.unique(z, return_inverse=True)[1]
    wrong = (np.bincount(tie, wrong) / np.bincount(tie))[tie]
    order = np.argsort(z, kind="stable")
    cuts = np.arange(size, z.size - size + 1, size)
    x = np.array([part.mean() for part in np.split(z[order], cuts)])
    y = np.array([part.mean() for part in np.split(wrong[order], cuts)])
    if x.size < 2 or np.ptp(x) < 1e-12 or np.ptp(y) < 1e-12:
        return math.nan
    return round(float(np.corrcoef(x, y)[0, 1] ** 2), 12)


LENS = Lens(
    name="polar",
    title="Risk of a wrong label from weak sources",
    source="POLAR, arXiv 2306.16564",
    up="harm",
    table="outputs",
    needs=("given", "prompt|response"),
    may_use=("item_id", "category", *marks.TRUTH.split("|")),
    parameters=(
        Parameter("sources", "", "scores from 0 to 1, a comma between; empty: all there are"),
        Parameter(
            "text",
            "prompt|response",
            "whose words h sees",
            options=("prompt|response", "prompt", "response"),
        ),
        Parameter(
            "joined",
            "linear",
            "how the losses to the sources are joined",
            options=("linear", "square", "norm", "max"),
        ),
        Parameter("own", 1.0, "weight of the model's own label; the others have 1", 0, 1000),
        Parameter("wide", 128, "places words are hashed to", 8, 4096),
        Parameter("ridge", 1.0, "pull of the slopes towards 0", 1e-6, 1e6),
        Parameter("threshold", 0.5, "risk from which to review", 0, 1),
        marks.DRAWS,
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because h is here a linear classifier on hashed words, where the paper "
        "takes a pretrained language model, and the default joins losses linearly; the score 1 - "
        "h(x)[label] and the four ways to join are the paper's"
    ),
    edges=(
        "Up is review first. Labels are yes or no. Where the model gave no label there is no "
        "score; a row on which all sources abstain is not fitted. At most 5,000 answers, drawn by "
        "the seed, are read. h is fitted on the rows it scores, and the numbers and their "
        "intervals are about this fit. With a person's label ece and r2 (over bins of equal "
        "count) say whether the risk means what it says; that label is never fitted."
    ),
    how_to_get={
        "given": "map the model's own yes-or-no label to given",
        "prompt|response": "load prompts or answers with their text",
    },
)
