"""Detection: a verdict or a score against what was so; counts, rates, areas, with intervals."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk import sums, unseen
from risk.interval import Floats
from risk.measure import Measure, missing
from risk.spread import MANY, left_out, measured, replicates, share

Codes = NDArray[np.int64]
REACHED = 72
"""Positives from which on their 95 % can be told from all of them: 0.95**72 is below 0.025."""
FEW = f"fewer than {REACHED} positives: no interval of it would hold"
KINDS = 400
"""Distinct scores from which on, with many rows, neighbors are resampled together."""


def confusion(flag: Floats, truth: Floats) -> dict[str, NDArray[np.bool_]]:
    """Which rows (N,) are tp, fp, fn, tn; a row missing either is none of them.

    >>> {k: int(v.sum()) for k, v in confusion(np.array([1.0, 1, 0, np.nan]),
    ...                                        np.array([1.0, 0, 1, 1])).items()}
    {'tp': 1, 'fp': 1, 'fn': 1, 'tn': 0}
    """
    return {
        "tp": (flag == 1) & (truth == 1),
        "fp": (flag == 1) & (truth == 0),
        "fn": (flag == 0) & (truth == 1),
        "tn": (flag == 0) & (truth == 0),
    }


def rates(
    flag: Floats, truth: Floats, of: Codes | None, draws: int, seed: int
) -> dict[str, Measure]:
    """Precision, recall, fpr (as shares) and F1 (bootstrap over items) of flags against truth (N,).

    A rate that needs a kind of row there is none of is missing, and says which.

    >>> found = rates(np.repeat([1.0, 1, 0, 0], [40, 10, 8, 92]),
    ...               np.repeat([1.0, 0, 1, 0], [40, 10, 8, 92]), None, 100, 0)
    >>> [round(found[name].value, 4) for name in ("precision", "recall", "f1", "fpr")]
    [0.8, 0.8333, 0.8163, 0.098]
    """
    cells = confusion(flag, truth)
    tp, fp, fn, tn = (int(cells[name].sum()) for name in ("tp", "fp", "fn", "tn"))
    known = ~(np.isnan(flag) | np.isnan(truth))
    lost = flag.size - tp - fp - fn - tn
    features = np.stack([2 * cells["tp"], 2 * cells["tp"] + cells["fp"] + cells["fn"]]).T
    with np.errstate(invalid="ignore"):
        found = sums.measure(
            lambda s: np.where(s[:, 1] > 0, s[:, 0] / s[:, 1], np.nan),
            features, of, draws, seed, n=tp + fp + fn + tn, lost=lost,
            why="nothing is flagged and nothing should be", unseen=((2, 2), (0, 1)),
        )  # fmt: skip
    asked = {
        "precision": (truth, flag == 1, "nothing is flagged"),
        "recall": (flag, truth == 1, "nothing should be flagged"),
        "fpr": (flag, truth == 0, "everything should be flagged"),
    }
    shares = {
        name: _or(share(hit, known & rows, of, lost), why, lost)
        for name, (hit, rows, why) in asked.items()
    }
    return {**shares, "f1": found}


def _or(found: Measure, why: str, lost: int) -> Measure:
    return found if found.known else missing(why, lost=lost)


def steps(
    score: ArrayLike, truth: ArrayLike, weights: Floats | None = None
) -> tuple[Floats, Floats]:
    """Positives and negatives (b, G) at each distinct score, the highest first. No NaN.

    >>> up, down = steps([0.9, 0.5, 0.5], [1, 1, 0])
    >>> up.tolist(), down.tolist()
    ([[1.0, 1.0]], [[0.0, 1.0]])
    """
    s, y = np.asarray(score, dtype=float), np.asarray(truth, dtype=float)
    w = np.ones((1, s.size)) if weights is None else weights
    place = np.unique(-s, return_inverse=True)[1]
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(int(place.max(initial=-1)) + 1))
    w = w[:, order]
    up = np.add.reduceat(w * y[order], starts, axis=1)
    return up, np.add.reduceat(w, starts, axis=1) - up


def areas(up: Floats, down: Floats) -> Floats:
    """AUROC, average precision and the least FPR with TPR of 0.95 or more, (b, 3); NaN undefined.

    `up`, `down` (b, G) as from `steps`; ties are whole: half a pair in AUROC, one step in the rest.

    >>> u = np.array([0.1, 0.2, 0.2, 0.4, 0.5])
    >>> areas(*steps(u, [0, 0, 1, 0, 1])).round(4).tolist()
    [[0.75, 0.75, 0.6667]]
    """
    hit, false = up.cumsum(axis=1), down.cumsum(axis=1)
    good, bad = hit[:, -1:], false[:, -1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        auroc = ((false - down / 2) * up).sum(axis=1) / (good * bad)[:, 0]
        precision = np.where(hit + false > 0, hit / (hit + false), 0.0)
        found = (precision * up).sum(axis=1) / good[:, 0]
        reached = hit >= 0.95 * good - 1e-9
        at = reached.argmax(axis=1)
        fpr = false[np.arange(len(at)), at] / bad[:, 0]
    told = np.stack([1 - auroc, found, fpr], axis=1)
    return np.where((good > 0) & (bad > 0), told, np.nan)


def curves(
    score: Floats, truth: Floats, of: Codes | None, draws: int, seed: int
) -> dict[str, Measure]:
    """auroc, auprc, fpr95 of a score (N,) against truth 1, 0, with 95 % intervals over items.

    Rows missing either are lost; of few positives fpr95 has no interval, and with few of either
    kind, or a perfect order, the areas leave room for rows nobody saw (`unseen.far`). In more than
    20,000 rows
    scores are drawn together by quantile: the value is exact, its interval knows 400 scores.

    >>> found = curves(np.array([0.9, 0.2, 0.6]), np.array([1.0, 0, 0]), None, 50, 0)
    >>> found["auroc"].value, found["auroc"].n
    (1.0, 3)
    """
    kept = ~(np.isnan(score) | np.isnan(truth))
    s, y, lost = score[kept], truth[kept], int((~kept).sum())
    names = ("auroc", "auprc", "fpr95")
    if s.size == 0 or y.min() == y.max():
        why = "no rows" if s.size == 0 else "all rows are alike: both kinds are needed"
        return {name: missing(why, n=s.size, lost=lost) for name in names}
    value = areas(*steps(s, y))[0]
    codes = None if of is None else of[kept]
    drawn = _drawn(s, y, codes, draws, seed)
    without = left_out(lambda w: areas(*steps(s, y, w)), s.size, codes)
    found = {
        name: measured(
            float(value[i]), drawn[:, i] if drawn.size else np.empty(0), s.size, lost, "",
            None if without is None else without[:, i], (0.0, 1.0),
        )
        for i, name in enumerate(names)
    }  # fmt: skip
    still = math.isnan(found["auroc"].low)
    if drawn.size and (still or unseen.few(y, codes)):
        far = unseen.far(lambda *rows: areas(*steps(*rows)), s, y, codes)
        for i, name in enumerate(names[:2]):
            found[name] = sums.reaching(found[name], far[:, i].tolist(), (0.0, 1.0))
    if y.sum() < REACHED:
        found["fpr95"] = replace(found["fpr95"], low=math.nan, high=math.nan, why=FEW)
    return found


def _drawn(s: Floats, y: Floats, codes: Codes | None, draws: int, seed: int) -> Floats:
    """Replicates (draws, 3) of the three areas."""
    if s.size <= MANY:
        return replicates(lambda w: areas(*steps(s, y, w)), s.size, codes, draws, seed)
    edges = np.unique(np.quantile(s, np.linspace(0, 1, KINDS + 1)))
    kind = edges.size - 1 - np.clip(np.searchsorted(edges, s, "right") - 1, 0, edges.size - 1)
    cell, wide = kind * 2 + y.astype(np.int64), 2 * edges.size

    def binned(w: Floats) -> Floats:
        often = np.stack([np.bincount(cell, one, wide).astype(float) for one in w])
        return areas(often[:, 1::2], often[:, 0::2])

    if codes is not None:
        return replicates(binned, s.size, codes, draws, seed)
    rng = np.random.default_rng(seed)
    often = rng.multinomial(s.size, np.bincount(cell, minlength=wide) / s.size, draws)
    return areas(often[:, 1::2].astype(float), often[:, 0::2].astype(float))


def floor(truth: Floats, why: str = "") -> Measure:
    """The average precision of a score that knows nothing: the share of positives; NaN is lost.

    >>> found = floor(np.array([1.0, 0.0, np.nan]))
    >>> found.value, found.n, found.lost
    (0.5, 2, 1)
    """
    known: Any = truth[~np.isnan(truth)]
    lost = truth.size - known.size
    if not known.size:
        return missing(f"none of {lost} rows could be used" if lost else "no rows", lost=lost)
    return Measure(float(known.mean()), n=known.size, lost=lost, why=why)
