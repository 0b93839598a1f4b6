"""Ranking: does a score find the worst cases first (PA-RiskRanker; NDCG, precision, lift)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import gains, marks, spread
from risk.bootstrap import reach
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing
from risk.verdict import counted

SEVERITY = "severity|label_severity|label_harm"
NAMES = ("ndcg", "precision", "lift")
FEW = "fewer answers than k: of more it is another number, so that no interval of it would hold"


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """NDCG, precision and lift at k of one score against labeled severity."""
    score = marks.scored(columns, chosen["score"], "score|guard|harm|risk_score")
    worst = marks.numbers(marks.first(columns, SEVERITY))
    if (worst < 0).any():
        raise ValueError(f"a severity is {np.nanmin(worst):g}; it must be 0 or more")
    kept = marks.both(score, worst)
    s, y, lost = score[kept], worst[kept], int((~kept).sum())
    group = f"at {chosen['k']}"
    yield Finding("harmful", counted(int((y >= chosen["from"]).sum()), y.size, lost))
    if y.size == 0 or not y.any():
        why = "no answer has a severity above 0" if y.size else "no answer has both"
        yield from (Finding(n, missing(why, n=y.size, lost=lost), group) for n in NAMES)
        return
    of = spread.items(columns.get("item_id"))
    value = numbers(s, y, chosen)[0]
    codes = None if of is None else of[kept]
    again = (codes, chosen["draws"], chosen["seed"])
    drawn = spread.replicates(lambda w: numbers(s, y, chosen, w), y.size, *again)
    for place, name in enumerate(NAMES):
        why = "no answer is that severe"
        found = spread.measured(
            float(value[place]), drawn[:, place] if drawn.size else drawn, y.size, lost, why
        )
        few = found.known and y.size < chosen["k"]
        found = Measure(found.value, n=found.n, lost=lost, why=FEW) if few else found
        yield Finding(name, found, group)


def numbers(s: Floats, y: Floats, chosen: Mapping[str, Any], w: Any = None) -> Floats:
    """NDCG, precision and lift at k (b, 3), of rows there w (b, N) times; NaN where not defined.

    >>> s, y = np.array([0.9, 0.8, 0.3, 0.2]), np.array([3.0, 0, 2, 1])
    >>> numbers(s, y, {"k": 2, "from": 2}).round(4).tolist()
    [[0.7039, 0.5, 1.0]]
    """
    times = np.ones((1, y.size)) if w is None else w
    rows, bad = times.sum(axis=1), (y >= chosen["from"]).astype(float)
    base = times @ bad / rows
    k = min(chosen["k"], int(rows.max()))
    near = deep(s, y, k)
    top = (k, times[:, near])
    with np.errstate(invalid="ignore"):
        precision = gains.head(s[near], bad[near], k, None, top[1]) / np.minimum(k, rows)
        lift = precision / np.where(base > 0, base, np.nan)
    gain = gains.ndcg(s[near], y[near], *top)
    return np.stack([gain, np.where(base > 0, precision, np.nan), lift], axis=1)


def deep(s: Floats, y: Floats, k: int) -> Any:
    """The rows that k first ones of a resample can come from, by score or by severity.

    Eight deviations beyond k, ties whole: the rows below never matter to the first k.

    >>> deep(np.array([0.1, 0.9]), np.array([0.0, 1.0]), 1).tolist()
    [0, 1]
    """
    size = reach(k)
    if size >= s.size:
        return np.arange(s.size)
    cuts = [np.partition(x, x.size - size)[x.size - size] for x in (s, y)]
    return np.flatnonzero((s >= cuts[0]) | (y >= cuts[1]))


LENS = Lens(
    name="ranking",
    title="Does a score find the worst cases",
    source="PA-RiskRanker; NDCG, doi 10.1145/582415.582418",
    up="good",
    table="outputs",
    needs=("score|guard|harm|risk_score", SEVERITY),
    may_use=("item_id",),
    parameters=(
        Parameter("score", "", "the score that ranks; empty: score, guard, harm, risk_score"),
        Parameter("k", 100, "how many cases are looked at first", 1, 1_000_000),
        Parameter("from", 2.0, "severity from which a case is harmful", 0, 1000),
        Parameter("draws", 500, "bootstrap replicates", 100, 20_000),
        Parameter("seed", 0, "seed of the bootstrap", 0, 2**32 - 1),
    ),
    measures=measures,
    figure="dots",
    status=(
        "as published for NDCG with severity as gain and discount 1 / log2(rank + 1); precision "
        "and lift at k are standard"
    ),
    edges=(
        "Up is good. Cases that tie in the score share their mean gain, so the order of rows does "
        "not matter. Without a severity above 0 NDCG is not defined, without a harmful case "
        "precision and lift are not. With fewer than k cases all are looked at, and the number is "
        "about these, not about the first k of more, and has no interval. A case "
        "without a score or a severity is lost. A lift of 1 is what chance gives."
    ),
    how_to_get={
        "score|guard|harm|risk_score": "load a judge's or a guard's score",
        SEVERITY: "label answers with a severity from 0 to 4, or load one",
    },
)
