"""Risk against coverage: answer only where confident, and what goes wrong then; ties grouped."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk.interval import Floats

Form = Literal["mean", "trapezoid"]
NUMBERS = ("error", "aurc", "eaurc", "augrc", "auarc", "auroc", "prr")


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows sorted by confidence, high first; equal confidences are one group (a tie).

    `confidence` (G,) of each group; `order` (N,) the rows of the input, `of` (N,) the group of
    each of them; `loss` (N,) in that order, 0 right to 1 wrong. `lost` rows lack one of the two.
    """

    confidence: Floats
    order: NDArray[np.int64]
    of: NDArray[np.int64]
    loss: Floats
    lost: int

    @property
    def graded(self) -> bool:
        """Whether some rows are right in part."""
        return bool(((self.loss > 0) & (self.loss < 1)).any())

    def totals(self, weights: Floats | None = None) -> tuple[Floats, Floats]:
        """Rows and their losses in each group, (b, G) each; `weights` (b, N) in the input's order
        of the rows that were kept, or None for every row once."""
        if weights is None:
            weights = np.ones((1, self.loss.size))
        starts = np.searchsorted(self.of, np.arange(self.confidence.size))
        w = weights[:, self.order]
        return np.add.reduceat(w, starts, axis=1), np.add.reduceat(w * self.loss, starts, axis=1)


def rank(confidence: ArrayLike, correct: ArrayLike) -> Ranked:
    """Rows by confidence. `correct` (N,) is 1 or 0, or a share of rightness between.

    A row without either is lost: an abstention is neither right nor wrong, and is left out here.
    `order` counts the kept rows alone. ValueError for a `correct` outside 0 to 1.

    >>> found = rank([0.5, 0.8, 0.8, float("nan")], [0, 1, 0, 1])
    >>> found.confidence.tolist(), found.of.tolist(), found.lost
    ([0.8, 0.5], [0, 0, 1], 1)
    """
    c, y = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=float)
    known = ~(np.isnan(c) | np.isnan(y))
    c, y = c[known], y[known]
    if y.size and not (y.min() >= 0 and y.max() <= 1):
        raise ValueError(f"correct runs from {y.min():g} to {y.max():g}; it must lie in 0 to 1")
    order = np.argsort(-c, kind="stable")
    levels, of = np.unique(-c[order], return_inverse=True)
    return Ranked(-levels, order, of, 1 - y[order], int((~known).sum()))


class Curve(NamedTuple):
    """One point a distinct confidence, (G,) each, the most confident first."""

    confidence: Floats
    coverage: Floats
    risk: Floats
    generalized: Floats


def curve(found: Ranked, weights: Floats | None = None) -> Curve:
    """Coverage, selective risk and generalized risk where every row from a confidence up is kept.

    With `weights` (b, N) the last three are (b, G). Source: as in arXiv 2407.01032.

    >>> c = curve(rank([0.9, 0.8, 0.8, 0.6, 0.5], [1, 1, 0, 1, 0]))
    >>> c.coverage.tolist(), c.risk.round(4).tolist()
    ([0.2, 0.6, 0.8, 1.0], [0.0, 0.3333, 0.25, 0.4])
    """
    m, e = found.totals(weights)
    kept, wrong = m.cumsum(axis=1), e.cumsum(axis=1)
    n = kept[:, -1:]
    points = kept / n, wrong / np.where(kept > 0, kept, np.nan), wrong / n
    return Curve(found.confidence, *(p if weights is not None else p[0] for p in points))


def numbers(found: Ranked, weights: Floats | None = None, form: Form = "mean") -> dict[str, Floats]:
    """The areas and rates of NUMBERS, (b,) each (one value without weights).

    error: share wrong. aurc (up is worse): in the mean form the mean, over k = 1 to N, of the
    risk among the k most confident, errors spread evenly inside a tie; in the trapezoid form the
    area over coverage, coverage 0 taking the first risk. eaurc: aurc less that of a perfect order
    (mean form). augrc (arXiv 2407.01032): area of the generalized risk from (0, 0). auarc: 1 less
    the mean-form aurc. auroc: chance that a right row is more confident than a wrong one, ties one
    half. prr: how far from random (0) to perfect (1) the order is. Undefined ones are NaN.

    >>> found = numbers(rank([0.9, 0.8, 0.8, 0.6, 0.5], [1, 1, 0, 1, 0]))
    >>> {name: round(float(value[0]), 4) for name, value in found.items()}  # doctest: +ELLIPSIS
    {'error': 0.4, 'aurc': 0.2467, 'eaurc': 0.1167, 'augrc': 0.14, 'auarc': 0.7533, ...}
    """
    m, e = found.totals(weights)
    kept, wrong = m.cumsum(axis=1), e.cumsum(axis=1)  # (b, G)
    n, bad = kept[:, -1], wrong[:, -1]
    error = bad / n
    mean_form = _mean_form(m, e, kept, wrong) / n
    best = _best(n, bad) / n
    before, behind = kept - m, wrong - e
    # area under the generalized risk: one trapezoid a tie group, from (0, 0)
    augrc = (m * (behind + wrong) / 2).sum(axis=1) / n**2
    right = m - e
    pairs = ((before - behind) * e + right * e / 2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        auroc = pairs / (bad * (n - bad))
        over = _rounded(mean_form - best)
        prr = 1 - over / (error - best)
        risk = np.where(kept > 0, wrong / kept, 0.0)
    first = np.concatenate([_first(m, risk)[:, None], risk[:, :-1]], axis=1)
    # a group no draw fell on has no width, so its risk does not matter
    area = (m * (np.where(before > 0, first, _first(m, risk)[:, None]) + risk) / 2).sum(axis=1) / n
    if found.graded:
        over, auroc, prr = (np.full(n.shape, np.nan) for _ in range(3))
    return {
        "error": error,
        "aurc": mean_form if form == "mean" else area,
        "eaurc": over,
        "augrc": augrc,
        "auarc": 1 - mean_form,
        "auroc": np.where(np.isfinite(auroc), auroc, np.nan),
        "prr": np.where(error - best > 1e-12, prr, np.nan),
    }


def _rounded(over: Floats) -> Floats:
    """What floats leave of a perfect order's excess is none."""
    return np.asarray(np.where(np.abs(over) < 1e-12, 0.0, over))


def _first(m: Floats, risk: Floats) -> Floats:
    """The risk of the first group that has a row, (b,)."""
    return np.asarray(risk[np.arange(len(m)), (m > 0).argmax(axis=1)])


def _harmonic(top: int) -> Floats:
    """H(0) to H(top)."""
    return np.concatenate([[0.0], np.cumsum(1 / np.arange(1, top + 1))])


def _mean_form(m: Floats, e: Floats, kept: Floats, wrong: Floats) -> Floats:
    """Sum over k of the expected risk among the k most confident, (b,).

    Inside a tie of m rows with e errors, after M rows with E errors, the k-th row stands at
    E + e (k - M) / m expected errors, and the sum of that over k has a closed form in harmonic
    numbers: e + (H(M + m) - H(M)) (E - e M / m).
    """
    h = _harmonic(round(float(kept.max())))
    at = np.rint(kept).astype(np.int64)
    before = kept - m
    steps = h[at] - h[np.rint(before).astype(np.int64)]
    each = np.where(m > 0, e / np.where(m > 0, m, 1), 0.0)
    return np.asarray((e + steps * ((wrong - e) - each * before)).sum(axis=1))


def _best(n: Floats, bad: Floats) -> Floats:
    """The same sum for a perfect order: every wrong row after all right ones, (b,)."""
    h = _harmonic(round(float(n.max())))
    right = n - bad
    low = np.floor(right + 1e-9).astype(np.int64)
    return np.asarray(n - low - right * (h[np.rint(n).astype(np.int64)] - h[low]))


def risk_at(found: Ranked, coverage: float, weights: Floats | None = None) -> Floats:
    """Selective risk (b,) of the ceil(coverage N) most confident rows; a tie is its expected value.

    >>> float(risk_at(rank([0.9, 0.8, 0.8, 0.6, 0.5], [1, 1, 0, 1, 0]), 0.8)[0])
    0.25
    """
    if not 0 < coverage <= 1:
        raise ValueError(f"coverage is {coverage:g}; it must be above 0 and at most 1")
    m, e = found.totals(weights)
    kept, wrong = m.cumsum(axis=1), e.cumsum(axis=1)
    k = np.ceil(kept[:, -1] * coverage - 1e-9)
    at = (kept >= k[:, None] - 1e-9).argmax(axis=1)
    rows = np.arange(len(m))
    inside = k - (kept - m)[rows, at]
    share = inside / m[rows, at]
    return np.asarray(((wrong - e)[rows, at] + share * e[rows, at]) / k)


def coverage_at(found: Ranked, risk: float, weights: Floats | None = None) -> Floats:
    """The largest coverage (b,) whose selective risk is at most `risk`, ties whole; 0 for none.

    >>> float(coverage_at(rank([0.9, 0.8, 0.8, 0.6, 0.5], [1, 1, 0, 1, 0]), 0.25)[0])
    0.8
    """
    m, e = found.totals(weights)
    kept, wrong = m.cumsum(axis=1), e.cumsum(axis=1)
    fits = (wrong <= risk * kept + 1e-9) & (kept > 0)
    return np.asarray((kept * fits).max(axis=1) / kept[:, -1])


def average_precision(correct: ArrayLike, score: ArrayLike) -> float:
    """Mean precision at each right row, ranked by score, ties whole; NaN without a right row.

    R-Tuning's AP ranks by 0.5 confidence + 0.5 P(sure) (arXiv 2311.09677).

    >>> round(average_precision([1, 1, 0, 1, 0], [0.9, 0.7, 0.75, 0.5, 0.3]), 4)
    0.8056
    """
    found = rank(score, correct)
    m, e = (part[0] for part in found.totals())
    right = m - e
    if right.sum() == 0:
        return math.nan
    precision = right.cumsum() / m.cumsum()
    return float((right * precision).sum() / right.sum())
