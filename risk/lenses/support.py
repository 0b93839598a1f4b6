"""Support: how far a case lies from what has been labeled (SAGE-like, AB-25)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import marks, near, spread
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.seen import each
from risk.verdict import Bools, counted, slices
from risk.words import hashed

LABELED = "label_unsafe|label_harmful|act"
MOST = 3_000


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Of the answers nobody labeled: mean percentile of distance, and the share lying far out."""
    labeled = reference(columns)
    rng = np.random.default_rng(chosen["seed"])
    taken = np.sort(np.concatenate([_some(np.flatnonzero(r), rng) for r in (labeled, ~labeled)]))
    here = {name: column[taken] for name, column in columns.items()}
    old = labeled[taken]
    x = features(here, chosen["by"], old, chosen["wide"])
    usable = ~np.isnan(x).any(axis=1)
    base, rest = np.flatnonzero(usable & old), np.flatnonzero(usable & ~old)
    own = near.nearest(x[base], x[base], chosen["k"], own=True)
    share = near.percentile(near.nearest(x[rest], x[base], chosen["k"]), own)
    lost = int((~usable & ~old).sum())
    of = spread.items(here.get("item_id"))
    yield Finding("labeled", counted(int(labeled.sum()), labeled.size))
    fresh = {name: column[rest] for name, column in here.items()}
    every = ("", np.ones(rest.size, dtype=bool))
    for group, rows in (every, *slices(fresh, "category")):
        codes = None if of is None else of[rest][rows]
        more = 0 if group else lost
        yield Finding("percentile", spread.mean(share[rows], codes, more, 0.0, 1.0), group)
        far = marks.from_half(share[rows], chosen["far"])
        yield Finding("far", spread.share(far, items=codes, lost=more), group)


def reference(columns: Columns) -> Bools:
    """Which answers (N,) somebody labeled: the first of the label columns that says anything.

    >>> reference({"act": np.array(["refused", None], dtype=object)}).tolist()
    [True, False]
    """
    return each(marks.first(columns, LABELED), lambda one: one is not None and one == one, bool)


def features(columns: Columns, by: str, labeled: Bools, wide: int) -> Floats:
    """What distance is taken in (N, D): hashed words of the answer or prompt, or all scores."""
    if by != "scores":
        return hashed(marks.first(columns, by).tolist(), wide)
    names = [n for n, c in sorted(columns.items()) if c.dtype.kind == "f" and n != "n_tokens"]
    told = [columns[n] for n in names if not np.isnan(columns[n]).all()]
    if not told:
        raise ValueError("there is no score to take a distance in; choose by: response or prompt")
    return near.standard(np.stack(told, axis=1), labeled)


def _some(rows: Any, rng: np.random.Generator) -> Any:
    return rows if rows.size <= MOST else np.sort(rng.choice(rows, MOST, replace=False))


LENS = Lens(
    name="support",
    title="How far from what has been labeled",
    source="SAGE out-of-distribution; k nearest neighbors, arXiv 2204.06507",
    up="neither",
    table="outputs",
    needs=("response", LABELED),
    may_use=("prompt", "item_id", "category"),
    parameters=(
        Parameter(
            "by", "response", "what distance is in", options=("response", "prompt", "scores")
        ),
        Parameter("k", 10, "nearest labeled answers averaged", 1, 1000),
        Parameter("far", 0.95, "percentile from which an answer lies far out", 0, 1),
        Parameter("wide", 256, "places words are hashed to", 8, 4096),
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's way of joining its detectors is not known: the mean "
        "distance to the k nearest labeled answers in hashed words or scores, as the percentile "
        "among labeled answers' distances to each other"
    ),
    edges=(
        "Up is far: label there next. Labeled answers like the rest put 5 % beyond 0.95. An answer "
        "without words, or with a score missing, is lost. With one labeled answer or none nothing "
        "is defined. At most 3,000 labeled and 3,000 other answers are taken, drawn by the seed. "
        "Words say what is talked about, not what is meant."
    ),
    how_to_get={
        "response": "load answers with their text",
        LABELED: "label some of the answers on the Label page",
    },
)
