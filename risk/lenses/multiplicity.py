"""Predictive multiplicity: near-equal models that disagree item by item (arXiv 2206.01131)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import multiplicity, options
from risk.interval import Floats, holding, rate
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing, warned
from risk.seen import together
from risk.spread import MANY, largest_ends, mean
from risk.sums import resampled

ALONE = "no model comes within eps of the best"
THESE = "of the models that compete on these items; on others it may be others: no interval of that"


def shared(runs: Mapping[str, Columns]) -> tuple[Floats, list[str], int]:
    """The probability of what was so by model and shared item (M, N); the items; how many lost.

    Several samples of an item are averaged. An item without a probability in any one run is lost.
    """
    items, places = together(*(columns["item_id"] for columns in runs.values()))
    told = np.full((len(runs), len(items)), np.nan)
    for mean_p, columns, item in zip(told, runs.values(), places, strict=True):
        p = np.asarray(columns["p_gold"], dtype=float)
        known = ~np.isnan(p)
        often = np.bincount(item[known], minlength=len(items))
        sums = np.bincount(item[known], p[known], len(items))
        np.divide(sums, often, out=mean_p, where=often > 0)
    kept = ~np.isnan(told).any(axis=0)
    return told[:, kept], items[kept].tolist(), int((~kept).sum())


def measures(runs: Mapping[str, Columns], chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Ambiguity, discrepancy and viable range of all, and where each model stands.

    >>> from risk.lens import worked
    >>> p = ([0.9, 0.6, 0.2, 0.4], [0.7, 0.55, 0.25, 0.8], [0.95, 0.3, 0.1, 0.45])
    >>> runs = {f"h{m}": {"item_id": list("wxyz"), "p_gold": one} for m, one in enumerate(p)}
    >>> found = worked(LENS, {"eps": 10, "delta": 0.25}, runs)  # h1 has the least log loss
    >>> found["range"], found["ambiguity"], found["discrepancy"]
    (0.275, 0.75, 0.75)
    """
    p, items, lost = shared(runs)
    n = len(items)
    if n == 0:
        why = "no item has a probability in every run"
        for name in ("ambiguity", "discrepancy", "range"):
            yield Finding(name, missing(why, lost=lost))
        return
    found = multiplicity.spread(p, chosen["eps"])
    delta, rivals = chosen["delta"], int(found.competing.sum()) - 1
    why = "" if rivals else ALONE
    away = multiplicity.conflicts(found.apart, delta)
    yield Finding("competing", Measure(rivals, n=n, lost=lost, why=why))
    yield Finding("ambiguity", warned(rate(int(away.any(axis=0).sum()), n, lost), THESE))
    worst = multiplicity.discrepancy(found.apart, delta)
    drawn = resampled(away.T, None, chosen["draws"], chosen["seed"]) / n
    ends = holding(float(worst[0]), *largest_ends(drawn[:, found.competing]))
    alone = "" if len(drawn) else "one item only"
    yield Finding("discrepancy", warned(Measure(float(worst[0]), *ends, n, lost, alone), THESE))
    wide = found.high - found.low
    yield Finding("range", warned(mean(wide, None, lost, 0.0, 1.0), THESE))
    capacity = _capacity(runs, items, found.competing)
    if capacity is not None:
        yield Finding("capacity", warned(mean(capacity, lost=lost), THESE))
    for row, name in enumerate(runs):
        loss = -np.log(np.maximum(p[row], 1e-15))
        yield Finding("nll", mean(loss, None, lost, 0.0), name)
        if found.competing[row] and row != found.best:
            yield Finding("conflict", warned(rate(int(away[row].sum()), n, lost), THESE), name)


def _capacity(runs: Mapping[str, Columns], items: list[str], competing: Any) -> Floats | None:
    """Rashomon capacity of each item where all competing runs offer the same options, else None."""
    rivals = [c for c, kept in zip(runs.values(), competing, strict=True) if kept]
    if len(items) > MANY or not all("option_logprobs" in columns for columns in rivals):
        return None
    tables = [_first(columns) for columns in rivals]
    found = np.full(len(items), np.nan)
    for place, item in enumerate(items):
        rows = [table[item] for table in tables if item in table]
        if len(rows) == len(rivals) and len({tuple(row) for row in rows}) == 1:
            p = options.probabilities([list(row.values()) for row in rows])
            found[place] = multiplicity.capacity(p, steps=200, tolerance=1e-4)
    return None if np.isnan(found).all() else found


def _first(columns: Columns) -> dict[str, dict[str, float]]:
    """The options of each item, of its first sample."""
    found: dict[str, dict[str, float]] = {}
    for item, logs in zip(columns["item_id"], columns["option_logprobs"], strict=True):
        if logs is not None:
            found.setdefault(str(item), logs)
    return found


LENS = Lens(
    name="multiplicity",
    title="Predictive multiplicity",
    source="Predictive Multiplicity in Probabilistic Classification, arXiv 2206.01131",
    up="harm",
    table="outputs",
    across=True,
    needs=("item_id", "p_gold"),
    may_use=("option_logprobs",),
    parameters=(
        Parameter("eps", 0.05, "a model competes within this log loss of the best, nats", 0, 10),
        Parameter("delta", 0.1, "a probability this far from the best model's conflicts", 0, 1),
        Parameter("draws", 1000, "bootstrap replicates", 100, 20_000),
        Parameter("seed", 0, "seed of the bootstrap", 0, 2**32 - 1),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper trains its competing models and here they are those "
        "that were loaded: the runs of one data set within eps of the best log loss. Ambiguity, "
        "discrepancy and viable range are the paper's; capacity is that of arXiv 2206.01295"
    ),
    edges=(
        "Only items with a probability in every run count; the rest are lost. The probability is "
        "that of the right option, or a risk score's of what was so; several samples are averaged. "
        "Without a second competing model all is 0 and `competing` says why. range is the mean "
        "width of the viable range. Items are resampled with the competing models held fixed. "
        "capacity needs the same options in every competing run."
    ),
    how_to_get={
        "item_id": "name the column that identifies the item when you load the file",
        "p_gold": "load option probabilities with the right answer, or a risk_score with a target",
    },
)
