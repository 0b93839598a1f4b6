"""folktexts: accuracy, calibration and group gaps of a risk score (arXiv 2407.14614)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from risk import detect, riskscore, spread, sums
from risk.calibration import Bins, ece_measure, log_loss
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing
from risk.seen import each

YES = ("1", "1.0", "true", "yes", "positive")
UNEVEN = "not defined in every group, or a ratio to 0"
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

    yield from _metrics(y, score, at, sampling, lost)
    yield Finding("threshold", Measure(at, at, at, n=y.size, lost=lost))
    yield Finding("score_mean", spread.mean(score, codes, lost, 0.0, 1.0))
    yield Finding("base_rate", spread.mean(y, codes, lost, 0.0, 1.0))
    yield Finding("score_sd", Measure(float(score.std()), n=y.size, lost=lost))
    half = int((np.abs(score - 0.5) <= 1e-12).sum())
    yield Finding("half", Measure(half, n=y.size, lost=lost))
    if chosen["group"] in columns:
        yield from _gaps(columns[chosen["group"]][known], y, score, at, lost)


def _metrics(
    y: Floats, score: Floats, at: float, sampling: tuple[Any, int, int], lost: int
) -> Iterator[Finding]:
    """The rates at the threshold, each with the interval of a share, and the losses."""
    of = sampling[0]
    said = (score >= at - 1e-12).astype(float)
    every, up, down = np.ones(y.size, dtype=bool), y == 1, y == 0
    shares = {
        "accuracy": (said == y, every), "tpr": (said, up), "fnr": (1 - said, up),
        "fpr": (said, down), "tnr": (1 - said, down), "precision": (y, said == 1),
        "ppr": (said, every),
    }  # fmt: skip
    found = {name: spread.share(hit, rows, of, lost) for name, (hit, rows) in shares.items()}
    sides = np.stack([said * up, up, (1 - said) * down, down]).T
    found["balanced_accuracy"] = sums.measure(
        lambda s: (s[:, 0] / s[:, 1] + s[:, 2] / s[:, 3]) / 2, sides, *sampling,
        n=y.size, lost=lost, why="all rows are alike: both kinds are needed", unseen=sums.SIDES,
    )  # fmt: skip
    loss = y * log_loss(score) + (1 - y) * log_loss(1 - score)
    found["log_loss"] = spread.mean(loss, of, lost, 0.0)
    found["brier_score_loss"] = spread.mean((score - y) ** 2, of, lost, 0.0, 1.0)
    auroc = detect.curves(score, y, *sampling)["auroc"]
    found["roc_auc"] = replace(auroc, lost=lost)
    for name, kind in BINNED.items():
        found[name] = ece_measure(score, y, 10, kind, *sampling, lost=lost)
    yield from (Finding(name, found[name]) for name in (*riskscore.RATES, *riskscore.LOSSES))


BINNED: dict[str, Bins] = {"ece": "width", "ece_quantile": "mass"}


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
        why = "" if value == value else UNEVEN
        yield Finding(name, Measure(value, n=y.size - small, lost=lost + small, why=why), "groups")


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
