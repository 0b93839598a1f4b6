"""Risk scores of a yes-or-no outcome and the metrics folktexts reports of them (2407.14614)."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from risk.calibration import ece, log_loss
from risk.interval import Floats

RATES = ("accuracy", "tpr", "fnr", "fpr", "tnr", "balanced_accuracy", "precision", "ppr")
LOSSES = ("log_loss", "brier_score_loss", "roc_auc", "ece", "ece_quantile")
LEAST = 0.04
"""A group with a smaller share of the rows is left out of the gaps."""


def from_answers(mass: ArrayLike, value: ArrayLike) -> tuple[float, float]:
    """Score and letter mass from the mass of answer letters: (P, L) by prefix and letter.

    The one prefix with the most mass is kept and its letters made to add to 1. With two answers the
    score is the probability of the one whose value (L,) is higher; else the sum of value times
    probability, cut to 0 to 1. No mass at all gives a score of NaN (folktexts: uniform).

    >>> from_answers([[0.3, 0.1], [0.05, 0.1]], [1, 0])
    (0.75, 0.4)
    """
    told, worth = np.asarray(mass, dtype=float), np.asarray(value, dtype=float)
    kept = told[told.sum(axis=1).argmax()]
    whole = float(kept.sum())
    if whole <= 0:
        return math.nan, 0.0
    p = kept / whole
    score = p[worth.argmax()] if p.size == 2 else np.clip(p @ worth, 0, 1)
    return round(float(score), 12), round(whole, 12)


def roc_auc(y: ArrayLike, score: ArrayLike, weights: Floats | None = None) -> Floats:
    """The chance that a positive row outscores a negative one (b,), ties one half; else NaN.

    >>> round(float(roc_auc([0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.9])[0]), 4)
    0.8333
    """
    s, label = np.asarray(score, dtype=float), np.asarray(y, dtype=float)
    w = np.ones((1, s.size)) if weights is None else weights
    order = np.argsort(s, kind="stable")
    levels, of = np.unique(s[order], return_inverse=True)
    starts = np.searchsorted(of, np.arange(levels.size))
    up = np.add.reduceat((w * label)[:, order], starts, axis=1)
    down = np.add.reduceat((w * (1 - label))[:, order], starts, axis=1)
    below = down.cumsum(axis=1) - down
    pairs = (up * (below + down / 2)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = pairs / (up.sum(axis=1) * down.sum(axis=1))
    return np.where(np.isfinite(found), found, np.nan)


def best_threshold(y: ArrayLike, score: ArrayLike, fp_cost: float = 1, fn_cost: float = 1) -> float:
    """The score from which on to say yes that makes fp_cost FPR + fn_cost FNR least.

    At equal costs this is Youden's. Of equal ones the highest. ValueError where only one label is.

    >>> best_threshold([0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.9])
    0.8
    """
    s, label = np.asarray(score, dtype=float), np.asarray(y, dtype=float)
    if label.min() == label.max():
        raise ValueError("only one label is there; a threshold needs both")
    levels, of = np.unique(-s, return_inverse=True)
    up = np.bincount(of, label).cumsum() / label.sum()
    down = np.bincount(of, 1 - label).cumsum() / (1 - label).sum()
    cost = np.concatenate([[fn_cost], fp_cost * down + fn_cost * (1 - up)])
    return float(np.concatenate([[np.inf], -levels])[cost.argmin()])


def table(
    y: ArrayLike, score: ArrayLike, threshold: float = 0.5, weights: Floats | None = None
) -> dict[str, Floats]:
    """Every metric of RATES and LOSSES (b,); NaN where it has no rows. y is 1 or 0, no NaN.

    A score from the threshold on says yes. `ece` has ten bins of equal width, `ece_quantile` of
    equal mass, both of the positive class.

    >>> found = table([0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.9])
    >>> [round(float(found[name][0]), 4) for name in ("balanced_accuracy", "brier_score_loss")]
    [0.8333, 0.1285]
    """
    s, label = np.asarray(score, dtype=float), np.asarray(y, dtype=float)
    w = np.ones((1, s.size)) if weights is None else weights
    said = (s >= threshold - 1e-12).astype(float)
    n = w.sum(axis=1)
    tp, fp = w @ (said * label), w @ (said * (1 - label))
    up, down = w @ label, w @ (1 - label)
    with np.errstate(invalid="ignore", divide="ignore"):
        tpr, fpr, precision = tp / up, fp / down, tp / (tp + fp)
    loss = label * log_loss(s) + (1 - label) * log_loss(1 - s)
    found = {
        "accuracy": (tp + down - fp) / n,
        "tpr": tpr,
        "fnr": 1 - tpr,
        "fpr": fpr,
        "tnr": 1 - fpr,
        "balanced_accuracy": (tpr + 1 - fpr) / 2,
        "precision": precision,
        "ppr": (tp + fp) / n,
        "log_loss": w @ loss / n,
        "brier_score_loss": w @ (s - label) ** 2 / n,
        "roc_auc": roc_auc(label, s, weights),
        "ece": ece(s, label, 10, "width", weights),
        "ece_quantile": ece(s, label, 10, "mass", weights),
    }
    return {name: np.asarray(value) for name, value in found.items()}


def gaps(groups: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Differences (largest less least) and ratios (least over largest) of metrics across groups.

    equalized_odds_diff is the larger of tpr_diff and fpr_diff; equalized_odds_ratio the lesser of
    fnr_ratio and fpr_ratio, as folktexts has it (not tpr_ratio). NaN with fewer than two groups,
    and a ratio to 0.

    >>> found = gaps({"a": {"tpr": 0.8, "fnr": 0.2, "fpr": 0.1},
    ...               "b": {"tpr": 0.6, "fnr": 0.4, "fpr": 0.2}})
    >>> [round(found[f"equalized_odds_{kind}"], 4) for kind in ("diff", "ratio")]
    [0.2, 0.5]
    """
    names = next(iter(groups.values()), {}).keys()
    found = {}
    for name in names:
        values = [metrics[name] for metrics in groups.values()]
        known = len(values) > 1 and not any(math.isnan(v) for v in values)
        top = max(values) if known else math.nan
        found[f"{name}_diff"] = top - min(values) if known else math.nan
        found[f"{name}_ratio"] = min(values) / top if known and top > 0 else math.nan
    for kind, one, two, pick in (("diff", "tpr", "fpr", max), ("ratio", "fnr", "fpr", min)):
        if f"{one}_{kind}" in found and f"{two}_{kind}" in found:
            pair = found[f"{one}_{kind}"], found[f"{two}_{kind}"]
            found[f"equalized_odds_{kind}"] = math.nan if any(map(math.isnan, pair)) else pick(pair)
    return found
