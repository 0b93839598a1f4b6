"""Abstention: did the model keep silent where it should, and speak where it could."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk import sums
from risk.interval import Floats, clopper_pearson
from risk.measure import Measure, missing
from risk.seen import each, fixed, says, there
from risk.spread import share

Cell = Literal["tp", "fp1", "fn", "fp2", "tn"]
Codes = NDArray[np.int64]


class Matrix(NamedTuple):
    """The answerable-unanswerable confusion matrix (Abstain-QA, arXiv 2407.16221).

    Of answerable items `tp` were answered right, `fp1` answered wrong, `fn` abstained from; of
    unanswerable ones `fp2` were answered and `tn` abstained from. `unjudged` answers to answerable
    items have no verdict; `lost` rows did neither answer nor abstain, or are of unknown kind.
    """

    tp: int
    fp1: int
    fn: int
    fp2: int
    tn: int
    unjudged: int = 0
    lost: int = 0

    @property
    def answerable(self) -> int:
        """Usable rows whose question has an answer."""
        return self.tp + self.fp1 + self.fn + self.unjudged

    @property
    def unanswerable(self) -> int:
        """Usable rows whose question has none."""
        return self.fp2 + self.tn


def cells(answerable: ArrayLike, abstained: ArrayLike, correct: ArrayLike | None = None) -> Any:
    """The cell of each row (N,): tp, fp1, fn, fp2, tn, unjudged, or None where it is not usable.

    `answerable` True, False or None; `abstained` and `correct` 1, 0 or NaN. Any answer to an
    unanswerable item is fp2, whatever its verdict; a verdict below 1/2 is wrong.

    >>> cells([True, True, True, False, False], [0, 0, 1, 0, 1], [1, 0, np.nan, 1, np.nan]).tolist()
    ['tp', 'fp1', 'fn', 'fp2', 'tn']
    """
    could = each(np.asarray(answerable), _could)
    silent = np.asarray(abstained, dtype=float)
    right = np.full(silent.size, np.nan) if correct is None else np.asarray(correct, dtype=float)
    found = np.full(silent.size, None, dtype=object)
    yes, no = could == 1, could == 0
    found[yes & (silent == 1)] = "fn"
    found[yes & (silent == 0) & np.isnan(right)] = "unjudged"
    found[yes & (silent == 0) & (right >= 0.5)] = "tp"
    found[yes & (silent == 0) & (right < 0.5)] = "fp1"
    found[no & (silent == 0)] = "fp2"
    found[no & (silent == 1)] = "tn"
    return fixed(found)


def _could(answerable: Any) -> float:
    return math.nan if answerable is None or answerable != answerable else float(bool(answerable))


def matrix(found: Any) -> Matrix:
    """The matrix of the cells (N,) of `cells`.

    >>> matrix(np.array(["tp", "tp", "fn", None], dtype=object))
    Matrix(tp=2, fp1=0, fn=1, fp2=0, tn=0, unjudged=0, lost=1)
    """
    counts = {name: int(says(found, name).sum()) for name in Matrix._fields[:-1]}
    return Matrix(**counts, lost=int((~there(found)).sum()))


def rates(cells: Any, items: Codes | None = None) -> dict[str, Measure]:
    """The rates of the cells (N,) of `cells`, over the items coded (N,); without rows missing.

    aac: answerable accuracy tp / (tp + fp1 + fn); uac: unanswerable accuracy tn / (tn + fp2); ar:
    abstention rate; accuracy: of the answers given to answerable items; over_abstention: abstained
    from answerable ones; answered_unanswerable; precision: abstentions that were in place; recall
    is uac. aac and accuracy are of judged rows.

    >>> told = np.repeat(["tp", "fp1", "fn", "fp2", "tn"], [5, 2, 1, 3, 4])
    >>> found = rates(told)
    >>> [round(found[name].value, 4) for name in ("aac", "uac", "ar", "accuracy", "precision")]
    [0.625, 0.5714, 0.3333, 0.7143, 0.8]
    """
    at = {name: says(cells, name) for name in Matrix._fields[:-1]}
    unusable = int((~there(cells)).sum())
    could = at["tp"] | at["fp1"] | at["fn"] | at["unjudged"]
    could_not, away = at["fp2"] | at["tn"], at["fn"] | at["tn"]
    judged, unjudged = at["tp"] | at["fp1"], int(at["unjudged"].sum())

    def rate(hit: Any, among: Any, lost: int = 0) -> Measure:
        return share(hit, among, items, unusable + lost)

    found = {
        "aac": rate(at["tp"], judged | at["fn"], unjudged),
        "uac": rate(at["tn"], could_not),
        "ar": rate(away, could | could_not),
        "accuracy": rate(at["tp"], judged, unjudged),
        "over_abstention": rate(at["fn"], could),
        "answered_unanswerable": rate(at["fp2"], could_not),
        "precision": rate(at["tn"], away),
        "recall": rate(at["tn"], could_not),
    }
    if unjudged and not judged.any():
        none = missing(f"no verdict on any of {unjudged} answers", lost=unusable + unjudged)
        found |= {"aac": none, "accuracy": none}
    return found


def balanced(m: Matrix) -> float:
    """(aac + uac) / 2; NaN where either is not defined.

    >>> round(balanced(Matrix(5, 2, 1, 3, 4)), 4)
    0.5982
    """
    judged = m.tp + m.fp1
    among = 0 if m.unjudged and not judged else judged + m.fn
    if not (among and m.unanswerable):
        return math.nan
    return (m.tp / among + m.tn / m.unanswerable) / 2


class Scores(NamedTuple):
    """Precision, recall and F1 of abstaining, (b,) each; NaN where not defined."""

    precision: Floats
    recall: Floats
    f1: Floats


def scores(should: ArrayLike, abstained: ArrayLike, weights: Floats | None = None) -> Scores:
    """Abstaining as a class to be found: positive rows are those that should be abstained from.

    `should` and `abstained` (N,) are 1, 0 or NaN; a row lacking either counts nothing. Without a
    positive row there is no recall, without an abstention no precision, without both no F1: it is
    2 tp / (2 tp + fp + fn). Source: AbstentionBench, arXiv 2506.09038.

    >>> found = scores([1, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 1])
    >>> [round(float(x[0]), 4) for x in found]
    [0.75, 0.6, 0.6667]
    """
    want, did = np.asarray(should, dtype=float), np.asarray(abstained, dtype=float)
    known = ~(np.isnan(want) | np.isnan(did))
    w = np.ones((1, want.size)) if weights is None else weights
    tp = w @ (known & (want == 1) & (did == 1)).astype(float)
    called = w @ (known & (did == 1)).astype(float)
    positive = w @ (known & (want == 1)).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = tp / called, tp / positive, 2 * tp / (called + positive)
    # without a positive row nothing was there to be found, so F1 says nothing
    found = (*found[:2], np.where(positive > 0, found[2], np.nan))
    return Scores(*(np.where(np.isfinite(x), x, np.nan) for x in found))


def f1(
    should: ArrayLike, abstained: ArrayLike, clusters: Codes | None, draws: int, seed: int
) -> Measure:
    """F1 of abstaining, with an interval over items.

    F1 is 2 J / (1 + J), where J is the share of hits among the rows that are to be abstained from
    or were: of fewer than 12 items with such rows no end is nearer than that of J's exact interval.
    """
    want, did = np.asarray(should, dtype=float), np.asarray(abstained, dtype=float)
    known = ~(np.isnan(want) | np.isnan(did))
    positive, called = (want[known] == 1).astype(float), (did[known] == 1).astype(float)
    found = sums.measure(
        lambda s: np.where(s[:, 2] > 0, 2 * s[:, 0] / (s[:, 1] + s[:, 2]), np.nan),
        np.stack([positive * called, called, positive]).T,
        None if clusters is None else clusters[known], draws, seed,
        n=int(known.sum()), lost=int((~known).sum()), why="no row should be abstained from",
        unseen=((1, 1, 1), (0, 1, 0), (0, 0, 1)),
    )  # fmt: skip
    at = np.flatnonzero(known)[(positive + called) > 0]
    items = at.size if clusters is None else np.unique(clusters[at]).size
    if math.isnan(found.low) or items >= sums.SCARCE:
        return found
    share_hit = float((positive * called).sum()) / at.size
    low, high = (2 * end / (1 + end) for end in clopper_pearson(share_hit * items, items))
    why = "" if found.why == sums.FEW else found.why
    return replace(found, low=min(low, found.low), high=max(high, found.high), why=why)


def forced(abstained: ArrayLike, correct: ArrayLike, forced_correct: ArrayLike) -> dict[str, float]:
    """Abstaining against what a forced answer would have been (code of BunsenFeng/AbstainQA).

    A row counts where it abstained and the forced verdict is known, or answered and the verdict
    is. reliable_accuracy, effective_reliability (-1 to 1), abstain_accuracy, abstain_precision,
    abstain_recall, up good; abstain_rate; NaN where not defined; n rows.

    >>> a = [0] * 8 + [1] * 4
    >>> found = forced(a, [1] * 6 + [0] * 2 + [np.nan] * 4, [np.nan] * 8 + [1, 0, 0, 0])
    >>> [round(value, 4) for value in list(found.values())[:4]]
    [0.75, 0.3333, 0.75, 0.75]
    """
    did, was, would = (np.asarray(x, dtype=float) for x in (abstained, correct, forced_correct))
    a, c = ((did == 0) & (was == 1)).sum(), ((did == 0) & (was == 0)).sum()
    b, d = ((did == 1) & (would == 1)).sum(), ((did == 1) & (would == 0)).sum()
    n = a + b + c + d

    def over(top: Any, bottom: Any) -> float:
        return float(top / bottom) if bottom else math.nan

    return {
        "reliable_accuracy": over(a, a + c),
        "effective_reliability": over(a - c, n),
        "abstain_accuracy": over(a + d, n),
        "abstain_precision": over(d, b + d),
        "abstain_recall": over(d, c + d),
        "abstain_rate": over(b + d, n),
        "n": float(n),
    }
