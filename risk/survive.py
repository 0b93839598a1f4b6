"""Time to an event where some were not watched to the end: survival, hazard, groups, weights."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk import special
from risk.interval import NORMAL, Codes, Floats, wilson
from risk.measure import Measure, missing

NOBODY = "no run has a known time"
CLIP = 0.05
"""The censoring curve is not taken below this, or one run would weigh more than twenty."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Kaplan-Meier and Nelson-Aalen at the distinct event times `time` (K,).

    `risk` and `events` count who was watched and who had the event there; `survival` S(t) and
    `hazard` H(t) with the sums their variances are made of; `n` in all, `last` the longest watch.
    `times` (N,) are all of them; `rows` whether each had the event and its item, where several are
    of one item: what these share is added to the variance (the sum of an item's influences,
    squared; Lin and Wei 1989).
    """

    time: Floats
    risk: Floats
    events: Floats
    survival: Floats
    hazard: Floats
    greenwood: Floats
    spread: Floats
    n: int
    last: float
    times: Floats
    rows: tuple[NDArray[np.bool_], Codes] | None = None

    def at(self, t: float) -> Measure:
        """S(t) with a log-log interval (Greenwood); missing beyond the longest watch."""
        k = int(np.searchsorted(self.time, t + 1e-9)) - 1
        if self.n == 0:
            return missing(NOBODY)
        if t > self.last + 1e-9:
            return missing(f"nobody was watched for {t:g}; the longest was {self.last:g}", n=self.n)
        if k < 0:
            return Measure(1.0, 1 - self._unseen(t), 1.0, n=self.n)
        s = float(self.survival[k])
        if s <= 0:
            before = self.at(float(self.time[k - 1]) if k else 0.0).high
            return Measure(0.0, 0.0, before, n=self.n, why="the last one watched had the event")
        turned = math.log(-math.log(s))
        half = self._reach() * math.sqrt(self.greenwood[k] + self._shared(k)) / abs(math.log(s))
        low, high = (math.exp(-math.exp(turned + sign * half)) for sign in (1, -1))
        return Measure(s, low, high, n=self.n)

    def cumulative(self, t: float) -> Measure:
        """H(t) with a log interval; missing beyond the longest watch."""
        k = int(np.searchsorted(self.time, t + 1e-9)) - 1
        if self.n == 0:
            return missing(NOBODY)
        if t > self.last + 1e-9:
            return missing(f"nobody was watched for {t:g}; the longest was {self.last:g}", n=self.n)
        if k < 0:
            most = -math.log(1 - self._unseen(t))
            return Measure(0.0, 0.0, most, n=self.n, why="no event by then")
        h = float(self.hazard[k])
        spread = self.spread[k] + self._shared(k, hazard=True)
        half = math.exp(self._reach() * math.sqrt(spread) / h)
        return Measure(h, h / half, h * half, n=self.n)

    def _unseen(self, t: float) -> float:
        """The most that may have the event by t, where none of the items watched so long had."""
        there = self.times >= t - 1e-9
        return wilson(0, int(there.sum()) if self.rows is None else len(set(self.rows[1][there])))[
            1
        ]

    def _reach(self) -> float:
        """How many errors an interval reaches: of items of several rows, Student's."""
        if self.rows is None:
            return NORMAL
        return float(special.stdtrit(max(int(self.rows[1].max()), 1), 0.975))

    def _shared(self, k: int, *, hazard: bool = False) -> float:
        """What rows of one item add to the variance of log S or H at the k-th event time."""
        if self.rows is None:
            return 0.0
        event, item = self.rows
        left = self.risk if hazard else self.risk - self.events
        with np.errstate(divide="ignore"):
            gone = np.append(0.0, np.cumsum(self.events / (self.risk * left)))
        times = np.searchsorted(
            self.time, self.times, side="right"
        )  # event times a row was watched at
        pull = -gone[np.minimum(times, k + 1)]
        own = event & (times <= k + 1)
        pull[own] += 1 / left[times[own] - 1]
        items = np.bincount(item, pull)
        few = items.size / max(items.size - 1, 1)
        return max(float(items @ items) * few - float(pull @ pull), 0.0)

    def median(self) -> Measure:
        """The first time S falls to one half; its interval inverts the one of S."""

        def first(values: Floats) -> float:
            under = np.flatnonzero(values <= 0.5 + 1e-9)
            return float(self.time[under[0]]) if under.size else math.inf

        if self.n == 0:
            return missing(NOBODY)
        value = first(self.survival)
        if math.isinf(value):
            return missing("more than half never had the event while watched", n=self.n)
        ends = [self.at(float(t)) for t in self.time]
        low, high = (first(np.array(x)) for x in ([m.low for m in ends], [m.high for m in ends]))
        if math.isinf(high):
            return Measure(value, n=self.n, why="its interval has no upper end")
        return Measure(value, low, high, n=self.n)


def curve(time: ArrayLike, event: ArrayLike, item: Codes | None = None) -> Curve:
    """The curve of times (N,) and whether they end in the event; NaN times are left out.

    `item` (N,) codes what each is of, where several of one item count together in the intervals.
    At a tie events come before those lost from sight. Sources: Kaplan and Meier (1958), Nelson
    (1972), Aalen (1978); measures FL-14 and FL-15.

    >>> found = curve([1, 2, 3, 4, 5], [1, 0, 1, 0, 1])
    >>> found.survival.round(4).tolist(), found.hazard.round(4).tolist()
    ([0.8, 0.5333, 0.0], [0.2, 0.5333, 1.5333])
    """
    t, d = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    known = ~np.isnan(t)
    t, d = t[known], d[known]
    own = None if item is None else np.unique(item[known], return_inverse=True)[1]
    several = own is not None and int(own.max(initial=-1)) + 1 < t.size
    at, count = np.unique(t[d], return_counts=True)
    events = count.astype(float)
    risk = (t[None, :] >= at[:, None]).sum(axis=1).astype(float)
    with np.errstate(divide="ignore"):
        green = np.cumsum(events / (risk * (risk - events)))
    return Curve(
        at, risk, events, np.cumprod(1 - events / risk), np.cumsum(events / risk), green,
        np.cumsum(events / risk**2), t.size, float(t.max()) if t.size else math.nan,
        t, (d, own) if several and own is not None else None,
    )  # fmt: skip


def log_rank(time: ArrayLike, event: ArrayLike, group: NDArray[np.int64]) -> tuple[float, float]:
    """Chi-square and p of the log-rank test that all groups (codes from 0) share one hazard.

    NaN with fewer than two groups or no event. Source: Mantel (1966), Peto and Peto (1972).
    """
    t, d = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    names, code = np.unique(group, return_inverse=True)
    g = names.size
    if g < 2 or not d.any():
        return math.nan, math.nan
    gap, cov = np.zeros(g), np.zeros((g, g))
    for at in np.unique(t[d]):
        here = np.bincount(code[t >= at], minlength=g).astype(float)
        n, events = here.sum(), float((d & (t == at)).sum())
        share = here / n
        gap += np.bincount(code[d & (t == at)], minlength=g) - events * share
        if n > 1:
            cov += events * (n - events) / (n - 1) * (np.diag(share) - np.outer(share, share))
    value = float(gap[:-1] @ np.linalg.pinv(cov[:-1, :-1]) @ gap[:-1])
    return value, float(special.chdtrc(g - 1, value))


@dataclass(frozen=True, slots=True)
class Weighted:
    """A mean loss in which those seen to the end stand for those that were not."""

    weight: Floats
    risk: float
    ratio: float
    total: float
    effective: float


def weighted(time: ArrayLike, seen: ArrayLike, loss: ArrayLike, clip: float = CLIP) -> Weighted:
    """Loss (N,) weighted by one over the chance of not having been cut off before its time.

    `seen` (N,) is False where the run was cut off: its loss is not used. `risk` divides by N,
    `ratio` by the sum of the weights. NaN where all were cut off. Source: arXiv 1906.01908 (TJ-04).

    >>> found = weighted([1, 2, 3, 4, 5], [1, 0, 1, 0, 1], [0.2, np.nan, 0.4, np.nan, 0.6])
    >>> found.weight.round(4).tolist(), round(found.risk, 4), round(found.effective, 4)
    ([1.0, 0.0, 1.3333, 0.0, 2.6667], 0.4667, 2.5281)
    """
    t, ok = np.asarray(time, dtype=float), np.asarray(seen, dtype=bool)
    x = np.asarray(loss, dtype=float)
    if not ok.any():
        return Weighted(np.zeros(t.size), math.nan, math.nan, 0.0, 0.0)
    # of those at a tie the ones seen to the end have left before the others are cut off
    at, cut = np.unique(t[~ok], return_counts=True)
    risk = (t[None, :] > at[:, None]).sum(axis=1) + cut
    left = np.append(1.0, np.cumprod(1 - cut / risk))
    weight = np.where(ok, 1 / np.maximum(left[np.searchsorted(at, t)], clip), 0.0)
    whole = float(weight[ok] @ x[ok])
    total = float(weight.sum())
    return Weighted(weight, whole / t.size, whole / total, total, total**2 / float(weight @ weight))


def incidence(time: ArrayLike, kind: ArrayLike) -> tuple[Floats, Floats]:
    """Times and the share that has had event 1 by then, where event 2 ends the watch for good.

    `kind` is 1, 2, or 0 where cut off. Source: Aalen and Johansen (1978).

    >>> at, share = incidence([1, 2, 3, 4], [1, 2, 1, 0])
    >>> at.tolist(), share.tolist()
    ([1.0, 2.0, 3.0], [0.25, 0.25, 0.5])
    """
    t, k = np.asarray(time, dtype=float), np.asarray(kind)
    whole = curve(t, k > 0)
    ours = np.array([float(((t == at) & (k == 1)).sum()) for at in whole.time])
    before = np.append(1.0, whole.survival)[:-1]
    return whole.time, np.cumsum(before * ours / whole.risk)
