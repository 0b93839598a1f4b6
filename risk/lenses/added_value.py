"""Added value: what one score adds to the others in predicting a label (FL-20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from risk import delong, detect, logistic, marks, spread, unseen
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter, varies
from risk.measure import missing

MOST = 5_000
"""Answers the models are fitted to at most."""
NAMES = ("added", "with", "without")
FITTED = 2**0.5
"""How much more an answer pulls a cross-validated number than one of a model that is given: it is
judged once, and fits the models that judge the others. Ours, from simulation (docs/bench)."""


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Cross-validated AUROC with each score, without it, and the difference; folds are the same."""
    y = marks.truth(columns)[1]
    scores = listed(columns, chosen["scores"])
    if len(scores) < 2:
        raise ValueError(f"two scores are needed; there is {', '.join(scores) or 'none'}")
    wanted = chosen["score"]
    if wanted and wanted not in scores:
        raise ValueError(f"there is no score {wanted!r}; there are {', '.join(scores)}")
    x = np.stack(list(scores.values()), axis=1)
    kept = marks.both(y, *x.T)
    lost, n = int((~kept).sum()), int(kept.sum())
    x, y, rows = x[kept], y[kept], np.flatnonzero(kept)
    if n > MOST:
        some = np.sort(np.random.default_rng(chosen["seed"]).choice(n, MOST, replace=False))
        x, y, rows, n = x[some], y[some], rows[some], MOST
    few = min(int((y == 1).sum()), int((y == 0).sum()))
    names = [wanted] if wanted else list(scores)
    if few < chosen["folds"]:
        why = f"each label needs {chosen['folds']} answers; the rarer has {few}"
        told = missing(why, n=n, lost=lost)
        yield from (Finding(one, told, name) for name in names for one in NAMES)
        return
    of = spread.items(columns.get("item_id"))
    codes = None if of is None else of[rows]
    fold = logistic.folds(y, codes, chosen["folds"], chosen["seed"])
    parts = logistic.parts(x, y, fold)
    whole = logistic.unseen(parts)
    for name in names:
        less = logistic.unseen(parts, without=list(scores).index(name))
        yield from _added(whole, less, y, codes, lost, name)


def listed(columns: Columns, names: str) -> dict[str, Floats]:
    """The scores named, a comma between them; without names every column of numbers.

    Columns that say how an answer was judged by the label itself, and counts, are left out.

    >>> list(listed({"a": np.array([0.1, 0.2]), "n_tokens": np.array([3.0, 4.0])}, ""))
    ['a']
    """
    if names:
        wanted = [name.strip() for name in names.split(",") if name.strip()]
        return {name: marks.scored(columns, name, name) for name in wanted}
    out = {"n_tokens", "sample", *marks.TRUTH.split("|")}
    return {
        name: marks.numbers(column)
        for name, column in sorted(columns.items())
        if column.dtype.kind == "f" and name not in out and varies(column)
    }


def _added(
    whole: Floats, less: Floats, y: Floats, of: Any, lost: int, name: str
) -> Iterator[Finding]:
    there = marks.both(whole, less)
    if not there.any():
        why = "no fold leaves both labels to fit on"
        yield from (Finding(one, missing(why, n=y.size, lost=lost), name) for one in NAMES)
        return
    whole, less, y = whole[there], less[there], y[there]
    lost += int((~there).sum())
    (up, own), (down, other) = (delong.influence(p, y) for p in (whole, less))
    codes = None if of is None else of[there]
    parts = ((up - down, own - other), (up, own), (down, other))
    few = unseen.few(y, codes)
    far = [_far(p, y, codes) if few else np.empty(0) for p in (whole, less)]
    apart = (far[0] - far[1]) if few else far[0]
    for one, (value, each), more in zip(NAMES, parts, (apart, *far), strict=True):
        found = delong.measured(value, FITTED * each, codes, lost)
        if few and found.known:
            low, high = min(found.low, float(more.min())), max(found.high, float(more.max()))
            found = replace(found, low=low, high=high)
        if one != "added" and found.low < 0:  # an area is no less than 0
            found = replace(found, low=0.0)
        yield Finding(one, found, name)


def _far(p: Floats, y: Floats, of: Any) -> Floats:
    """AUROCs of predictions p (N,) of y with more of each of four kinds nobody saw (4,)."""
    return unseen.far(lambda *rows: detect.areas(*detect.steps(*rows)), p, y, of)[:, 0]


LENS = Lens(
    name="added_value",
    title="What a score adds to the others",
    source="Credit risk and language models; cross-validated AUROC",
    up="good",
    table="outputs",
    needs=("harm|risk_score|guard|confidence", marks.PERSON),
    may_use=("item_id",),
    parameters=(
        Parameter("score", "", "the score in question; empty: each in turn"),
        Parameter("scores", "", "all scores that take part, a comma between; empty: all there are"),
        Parameter("folds", 5, "folds of the cross-validation", 2, 50),
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper compares its own models: a logistic regression on "
        "standardized scores with a ridge of 1, five folds that keep an item's answers together"
    ),
    edges=(
        "Up is good; an added value below 0 is noise the score brings. Two scores at least. Both "
        "models have the same folds; the interval is DeLong's, by item, 1.4 times as "
        "long since each answer also fits the models that judge others, and with fewer than 30 "
        "answers of a label it leaves room for some nobody saw. Of more than 5,000 answers that "
        "many, drawn by the seed, are taken. An answer that lacks any score or the label is lost. "
        "Each label needs as many answers as there are folds. Two scores that say the same each "
        "add nothing."
    ),
    how_to_get={
        "harm|risk_score|guard|confidence": "load two scores or more of the same answers",
        marks.PERSON: marks.HOW_PERSON,
    },
)
