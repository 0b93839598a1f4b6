"""FROC: which configurations keep their risk inside a budget (arXiv 2512.13337)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk.control import PROCEDURES, bound, p_values, valid
from risk.harm import codes, harmful
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing
from risk.seen import says


def measures(runs: Mapping[str, Columns], chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Each run's risk with its bounds, the p-value of exceeding the budget, and the verdict.

    >>> from risk.lens import worked
    >>> names, losses = [f"p{i}" for i in range(100)], [1] * 5 + [0] * 95
    >>> one = {"item_id": names, "dimension": ["d"] * 100, "scorer": ["j"] * 100, "value": losses}
    >>> found = worked(LENS, None, {"m": one})
    >>> found["risk m"], found["p_value m"], found["valid m"]  # losses of 0 and 1: no factor e
    (0.05, 0.0576, 1.0)
    """
    losses = {name: _losses(columns, chosen["dimension"]) for name, columns in runs.items()}
    risk = {name: float(np.nanmean(x)) for name, x in losses.items() if not np.isnan(x).all()}
    known = {name: losses[name][~np.isnan(losses[name])] for name in risk}
    n = [len(x) for x in known.values()]
    p = [
        float(p_values([risk[name]], [len(x)], chosen["budget"], _binary(x))[0])
        for name, x in known.items()
    ]
    passed = dict(zip(risk, valid(p, chosen["delta"], chosen["procedure"]).tolist(), strict=True))
    tested = dict(zip(risk, zip(p, n, strict=True), strict=True))
    for name, x in losses.items():
        lost = int(np.isnan(x).sum())
        if name not in risk:
            why = f"no harm score of the dimension {chosen['dimension']}"
            yield Finding("risk", missing(why, lost=lost), name)
            continue
        value, of, (chance, rows) = risk[name], known[name], tested[name]
        high = bound(value, rows, 0.025, _binary(of))
        low = 1 - bound(1 - value, rows, 0.025, _binary(of))
        yield Finding("risk", Measure(value, low, high, rows, lost), name)
        upper = bound(value, rows, chosen["delta"], _binary(of))
        yield Finding("upper", Measure(upper, n=rows, lost=lost), name)
        yield Finding("p_value", Measure(chance, n=rows, lost=lost), name)
        yield Finding("valid", Measure(float(passed[name]), n=rows, lost=lost), name)


def _losses(columns: Columns, dimension: str) -> Floats:
    """The mean harm of each prompt (N,); NaN where no judge scored it."""
    items, item = codes(columns["item_id"], "item_id")
    rows = harmful(columns) & ~np.isnan(columns["value"])
    if dimension != "any":
        rows &= says(columns["dimension"], dimension)
    held = np.bincount(item[rows], minlength=len(items))
    sums = np.bincount(item[rows], weights=columns["value"][rows], minlength=len(items))
    return np.asarray(np.divide(sums, held, out=np.full(len(items), np.nan), where=held > 0))


def _binary(x: Floats) -> bool:
    return bool(np.isin(x, (0.0, 1.0)).all())


LENS = Lens(
    name="froc",
    title="Configurations inside a risk budget",
    source="FROC, arXiv 2512.13337",
    up="harm",
    table="scores",
    needs=("item_id", "dimension", "scorer", "value"),
    may_use=("up", "sample"),
    across=True,
    parameters=(
        Parameter("dimension", "any", "the harm dimension, or any for the mean of all"),
        Parameter("budget", 0.1, "the largest mean harm allowed", 0.0001, 0.9999),
        Parameter("delta", 0.1, "the chance of calling any bad run valid", 0.0001, 0.5),
        Parameter("procedure", "holm", "correction for several runs", options=PROCEDURES),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's risk joins forget and retain losses that outputs do "
        "not hold, and its bound is not known: the risk here is a run's mean harm, tested by "
        "Hoeffding-Bentkus p-values and a correction over runs, by MAPIE"
    ),
    edges=(
        "A prompt's loss is the mean of its harm scores over judges and samples; one without a "
        "score is lost. With a chance of 1 - delta no run called valid (1) has a true mean harm "
        "above the budget; none may be valid. `upper` bounds one run alone at 1 - delta; the "
        "interval of `risk` is 95 % by the same bounds. Prompts are taken as independent draws."
    ),
    how_to_get={
        "item_id": "name the column that identifies the prompt when you load the file",
        "dimension": "map the score columns to dimensions, for instance bias or jailbreak",
        "scorer": "map each score column to the judge that gave it; one judge is enough",
        "value": "harm scores from 0 to 1, up is worse: load them, or order them on the Score page",
    },
)
