"""folktexts: accuracy, calibration and group gaps of a risk score (arXiv 2407.14614)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import cells, riskscore, spread
from risk.calibration import Bins, ece_measure
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing
from risk.seen import each

YES = ("1", "1.0", "true", "yes", "positive")
NO = ("0", "0.0", "false", "no", "negative")


def labels(target: Any) -> Floats:
    """The outcome of each row: 1, 0, or NaN where the target is neither a yes nor a no.

    >>> labels(["1", "no", None]).tolist()
    [1.0, 0.0, nan]
    """
    return each(np.asarray(target, dtype=object), _outcome)


def _outcome(said: Any) -> float:
    word = str(said).strip().lower()
    return 1.0 if word in YES else 0.0 if word in NO else np.nan


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Every metric over all rows; where the group column has two or more, its gaps."""
    y, score = labels(columns["target"]), np.asarray(columns["risk_score"], dtype=float)
    known = ~(np.isnan(y) | np.isnan(score))
    if chosen["half"] == "drop":
        known &= np.abs(score - 0.5) > 1e-12
    y, score, lost = y[known], score[known], int((~known).sum())
    names = (*riskscore.RATES, *riskscore.LOSSES)
    if y.size == 0:
        why = "no row has both a score and a yes or no as target"
        yield from (Finding(name, missing(why, lost=lost)) for name in names)
        return
    at = chosen["threshold"]
    if chosen["fit"] == "yes":
        at = riskscore.best_threshold(y, score, chosen["fp_cost"], chosen["fn_cost"])
    codes = spread.items(columns.get("item_id"))
    codes = None if codes is None else codes[known]
    sampling = (codes, chosen["draws"], chosen["seed"])

    def every(weights: Floats | None, label: Floats = y, said: Floats = score) -> Floats:
        return np.stack(list(riskscore.table(label, said, at, weights).values()), axis=1)

    values = every(None)[0]
    if y.size > spread.MANY and codes is None:
        few_rows = cells.cells(score, y, [at - 1e-12])
        drawn = cells.replicates(
            lambda w: every(w, few_rows.truth, few_rows.score), few_rows, *sampling[1:]
        )
    else:
        drawn = spread.replicates(every, y.size, *sampling)
    without = spread.left_out(every, y.size, codes)
    for place, name in enumerate(names):
        some = drawn[:, place] if drawn.size else drawn
        each = None if without is None else without[:, place]
        found = spread.measured(float(values[place]), some, y.size, lost, "", each)
        if name in ("ece", "ece_quantile"):
            kind: Bins = "width" if name == "ece" else "mass"
            found = ece_measure(score, y, 10, kind, *sampling, lost=lost)
        yield Finding(name, found)
    yield Finding("threshold", Measure(at, at, at, n=y.size, lost=lost))
    yield Finding("score_mean", spread.mean(score, codes, lost, 0.0, 1.0))
    yield Finding("base_rate", spread.mean(y, codes, lost, 0.0, 1.0))
    yield Finding("score_sd", Measure(float(score.std()), n=y.size, lost=lost))
    half = int((np.abs(score - 0.5) <= 1e-12).sum())
    yield Finding("half", Measure(half, n=y.size, lost=lost))
    if chosen["group"] in columns:
        yield from _gaps(columns[chosen["group"]][known], y, score, at, lost)


def _gaps(group: Any, y: Floats, score: Floats, at: float, lost: int) -> Iterator[Finding]:
    found: dict[str, dict[str, float]] = {}
    small = 0
    for name in sorted({str(g) for g in group if g is not None}):
        mine = np.array([g is not None and str(g) == name for g in group])
        if mine.sum() < riskscore.LEAST * y.size:
            small += int(mine.sum())
            continue
        told = riskscore.table(y[mine], score[mine], at)
        found[name] = {metric: float(value[0]) for metric, value in told.items()}
    if len(found) < 2:
        return
    for name, value in riskscore.gaps(found).items():
        yield Finding(name, Measure(value, n=y.size - small, lost=lost + small), "groups")


LENS = Lens(
    name="risk_score",
    title="Risk scores",
    source="folktexts, arXiv 2407.14614",
    up="neither",
    table="outputs",
    needs=("risk_score", "target"),
    may_use=("item_id", "category"),
    parameters=(
        Parameter("threshold", 0.5, "a score from here on says yes", 0, 1),
        Parameter("fit", "no", "fit the threshold to these rows", options=("no", "yes")),
        Parameter("fp_cost", 1.0, "cost of a false yes, where the threshold is fitted", 0, 1e6),
        Parameter("fn_cost", 1.0, "cost of a false no, where the threshold is fitted", 0, 1e6),
        Parameter("group", "category", "the column whose groups are compared"),
        Parameter("half", "keep", "scores of exactly one half", options=("keep", "drop")),
        Parameter("draws", 300, "bootstrap replicates", 100, 20_000),
        Parameter("seed", 0, "seed of the bootstrap", 0, 2**32 - 1),
    ),
    measures=measures,
    figure="dots",
    status="as published",
    edges=(
        "Up is better for accuracy, balanced_accuracy, precision, roc_auc and ratios; worse for "
        "error rates, losses, ECE and differences. ECE is of the positive class, in ten bins. A "
        "target that is neither a yes nor a no is lost. `half` counts scores of exactly 0.5, which "
        "folktexts also stores for answers it could not read; they can be dropped. Groups under "
        "4 % of rows are left out of the gaps; equalized_odds_ratio uses fnr and fpr, unlike other "
        "libraries. A ratio to 0 is not defined."
    ),
    how_to_get={
        "risk_score": "map the risk score as a score named risk_score, 0 to 1, up neither",
        "target": "map what came to pass as target: 1 or 0, yes or no",
    },
)
