"""RiskPO: range value at risk and mixed value at risk of a score (arXiv 2510.00911)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk.harm import POOLINGS, assemble, log_risk, pool
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.ranges import Up, profile

WORDS = {"harm": "harm: tail [high, 1]", "good": "reward: tail [0, low]"}


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The bad tail, the range beside it and their mixture, of log-risk or of one dimension.

    >>> from risk.lens import worked
    >>> ten = {"dimension": ["reward"] * 10, "scorer": ["j"] * 10, "up": ["good"] * 10}
    >>> value, items = [k / 10 for k in range(1, 11)], [f"i{k}" for k in range(10)]
    >>> found = worked(LENS, {"dimension": "reward"}, item_id=items, value=value, **ten)
    >>> list(found.values())[:3]  # the tail, the range beside it, and their mixture
    [0.15, 0.55, 0.31]
    """
    score, up, clusters = _score(columns, chosen)
    found = profile(score, chosen["low"], chosen["high"], chosen["weight"], up, clusters)
    for name, measure in found.items():
        yield Finding(name, measure, WORDS[up])


def _score(columns: Columns, chosen: Mapping[str, Any]) -> tuple[Floats, Up, Any]:
    """One score an answer, which way it runs, and the items the answers belong to."""
    name = chosen["dimension"]
    if name == "any":
        vector = assemble(columns)
        h = pool(vector.h, chosen["pooling"], chosen["tau"])
        return log_risk(h, chosen["eps"]).total, "harm", vector.clusters
    keep = columns["dimension"] == name
    if not keep.any():
        there = ", ".join(sorted({str(d) for d in columns["dimension"]}))
        raise ValueError(f"dimension is {name!r}; it can be {there}, or any")
    ways = {str(u) for u in columns["up"][keep] if u is not None} if "up" in columns else set()
    if len(ways) > 1 or ways - {"harm", "good"}:
        raise ValueError(f"{name} runs towards {', '.join(sorted(ways))}; it must be harm or good")
    part = {key: column[keep] for key, column in columns.items() if key != "up"}
    vector = assemble(part)
    score: Floats = np.asarray(pool(vector.h[:, 0], chosen["pooling"], chosen["tau"]))
    return score, "good" if "good" in ways else "harm", vector.clusters


LENS = Lens(
    name="range_var",
    title="Range and mixed value at risk",
    source="RiskPO, arXiv 2510.00911",
    up="neither",
    table="scores",
    needs=("item_id", "dimension", "scorer", "value"),
    may_use=("sample", "category", "up"),
    scored="dimension",
    parameters=(
        Parameter("dimension", "any", "any: log-risk over all harm; or one scored dimension"),
        Parameter("low", 0.2, "lower end of the range, a share of the answers", 0, 0.999),
        Parameter("high", 0.8, "upper end: 0.8 (hard sets) or 0.9 (easy ones)", 0.001, 1),
        Parameter("weight", 1.5, "weight of the bad tail in the mixture", 0, 100),
        Parameter("eps", 1e-6, "harm is capped at 1 - eps before the logarithm", 1e-12, 0.1),
        Parameter("pooling", "lse", "how judges become one", options=POOLINGS),
        Parameter("tau", 0.1, "temperature of lse: 0 is the max, large the mean", 1e-3, 100),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the source optimizes a reward and measures no harm: weights and "
        "levels are those of its released code, a score column stands for the reward, and for harm "
        "the tail is mirrored to [high, 1]"
    ),
    edges=(
        "Rows at the ends of the range count in part. A score that is missing is lost, never 0. "
        "0 <= low < high <= 1, and the range must leave a tail: high below 1 for harm, low above 0 "
        "for a reward. The group of each number says which tail was taken; up is that of the score."
    ),
    how_to_get={
        "item_id": "name the column that identifies the prompt when you load the file",
        "dimension": "map the score columns to dimensions, and say which way each runs",
        "scorer": "map each score column to the judge that gave it; one judge is enough",
        "value": "scores from 0 to 1: load them, or order them on the Score page",
    },
)
