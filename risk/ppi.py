"""Prediction-powered inference: few human labels correct many judge scores, validly."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from risk import special
from risk.bootstrap import Codes
from risk.interval import Floats, wilson
from risk.measure import Measure, missing
from risk.worst import cvar as exact_cvar
from risk.worst import mass, var

KINKS = 200
"""Thresholds at most among which the minimum of the Rockafellar-Uryasev form is looked for."""
FEW = "fewer than 5 labels lie beyond VaR, so how far off it may be is unknown"
ALIKE = "all labels are alike; the interval is Wilson's for as many"


@dataclass(frozen=True, slots=True)
class Estimate:
    """One quantity three ways: by the judge alone, by people alone, by people and judge together.

    `power` is how far the judge is trusted, 0 (not at all) to 1 (as in plain PPI). `floor` is the
    part of the combined variance that more labels cannot take away, `each` the part that falls as
    1 over their number.
    """

    judge: Measure
    human: Measure
    combined: Measure
    power: float
    floor: float
    each: float

    @property
    def both(self) -> tuple[Measure, Measure]:
        """The two that rest on labels: people alone, and combined."""
        return self.human, self.combined

    def labels(self, half: float, confidence: float = 0.95) -> float:
        """How many labels bring the combined interval to that half-width, drawn as they were.

        NaN where no number of labels can: the cases themselves are too few.
        """
        left = (half / float(special.ndtri(0.5 + confidence / 2))) ** 2 - self.floor
        need = self.human.n * self.each / left if left > 0 else math.inf
        return float(math.ceil(need - 1e-9)) if need <= self.judge.n else math.nan


@dataclass(frozen=True, slots=True)
class _Sample:
    """The cases with a judge score, and what people said of some: weight 1/probability, else 0."""

    judge: Floats
    human: Floats  # 0 where nobody labeled
    weight: Floats
    codes: Codes
    lost: int
    confidence: float
    free: int  # independent labels the number rests on

    @property
    def labeled(self) -> int:
        return int((self.weight > 0).sum())


def mean(
    judge: ArrayLike,
    human: ArrayLike,
    probability: ArrayLike | None = None,
    clusters: Codes | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """The mean over all cases, from a judge score of each (N,) and people's labels of some (N,).

    `human` is NaN where nobody labeled; both in one unit. `probability` (N,) is that with which a
    case was drawn to be labeled, read where there is a label; None: all alike. The estimate is
    mean(p f) + weighted mean of (y - p f), weights 1/probability scaled to sum to one (Hajek), with
    p in [0, 1] chosen for the least variance. Its variance is that of its influence over cases,
    summed within `clusters` (N,), so it holds for the prompts the cases stand for; the quantile is
    Student's for the number of labels, and a rate (labels 0 and 1) has Wilson's interval for as
    many labels as would vary as much. Valid whatever the judge is worth, if the probabilities are
    true and no case had none. Angelopoulos, Duchi and Zrnic (2023), "PPI++", arXiv 2311.01453; with
    probabilities: Horvitz and Thompson (1952), Hajek (1971).

    >>> found = mean([0.2, 0.4, 0.6, 0.8], [0.1, np.nan, np.nan, 0.7])
    >>> round(found.judge.value, 4), round(found.human.value, 4), found.human.n
    (0.5, 0.4, 2)
    """
    sample = _sample(judge, human, probability, clusters, confidence)
    return _estimate(sample, np.asarray, _plain(sample.judge, sample))


def cvar(
    judge: ArrayLike,
    human: ArrayLike,
    level: float = 0.95,
    probability: ArrayLike | None = None,
    clusters: Codes | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """CVaR over all cases, as `mean` of its Rockafellar-Uryasev form z + (x - z)+/(1 - level).

    CVaR is its least expectation over z, where its derivative is 0, so the interval is that of a
    mean, judge and people alike (Danskin). People alone and both together have their own z. With
    fewer than five labels beyond it there is no interval. Up is worse.

    >>> x = np.arange(1.0, 11.0)
    >>> found = cvar(x, x, 0.8)
    >>> round(found.judge.value, 4), round(found.human.value, 4), round(found.combined.value, 4)
    (9.5, 9.5, 9.5)
    """
    mass(1, level)  # refuses a level outside (0, 1)
    sample = _sample(judge, human, probability, clusters, confidence)

    def form(z: float) -> Callable[[Floats], Floats]:
        return lambda x: z + np.maximum(x - z, 0) / (1 - level)

    own = form(var(sample.judge, level))
    judged = _plain(own(sample.judge), sample, exact_cvar(sample.judge, level))
    if sample.labeled < 2:
        return _estimate(sample, own, judged)
    alone = form(edge := _least(sample, form, 0.0))
    # Only labels beyond the edge tell how the tail varies, so the interval rests on as many.
    sample = replace(sample, free=min(sample.free, int((sample.human > edge).sum())))
    joint = form(_least(sample, form, _power(sample, alone)))
    found = _estimate(sample, joint, judged, alone)
    if sample.free >= 5:
        return found
    people, both = (replace(m, low=math.nan, high=math.nan, why=FEW) for m in found.both)
    return replace(found, human=people, combined=both)


def _sample(
    judge: ArrayLike,
    human: ArrayLike,
    probability: ArrayLike | None,
    clusters: Codes | None,
    confidence: float,
) -> _Sample:
    """The cases with a judge score. ValueError for shapes or probabilities that cannot be."""
    f, y = (np.asarray(side, dtype=float) for side in (judge, human))
    pi = np.ones(f.shape) if probability is None else np.asarray(probability, dtype=float)
    codes = np.arange(f.size) if clusters is None else np.asarray(clusters)
    shapes = {side.shape for side in (f, y, pi, codes)}
    if shapes != {(f.size,)}:
        raise ValueError(f"judge, human, probability and clusters are {shapes}; give one length")
    known = ~np.isnan(f)
    f, y, pi, codes = f[known], y[known], pi[known], codes[known]
    told = ~np.isnan(y)
    wrong = told & ~((pi > 0) & (pi <= 1))
    if wrong.any():
        raise ValueError(f"a labeled case has probability {pi[wrong][0]}; above 0 and up to 1")
    if probability is None and told.any():
        pi = np.full(f.shape, told.mean())
    weight = np.where(told, 1 / np.where(told, pi, 1), 0.0)
    codes = np.unique(codes, return_inverse=True)[1]
    free = len(np.unique(codes[told]))
    return _Sample(f, np.where(told, y, 0), weight, codes, int((~known).sum()), confidence, free)


def _estimate(
    sample: _Sample,
    form: Callable[[Floats], Floats],
    judge: Measure,
    alone: Callable[[Floats], Floats] | None = None,
) -> Estimate:
    """The three estimates of the mean of form(x); `alone` is the form for people by themselves."""
    n = sample.labeled
    if n < 2:
        none = missing("fewer than two labels", n=n, lost=sample.lost)
        return Estimate(judge, none, none, *[math.nan] * 3)
    alone, power = alone or form, _power(sample, form)
    value, spread, _ = _point(sample, alone, 0.0)
    human = _interval(value, spread, sample, alone(sample.human))
    value, spread, error = _point(sample, form, power)
    combined = _interval(value, spread, sample, form(sample.human))
    each = float(((sample.weight * error) ** 2).sum()) / float(sample.weight.sum()) ** 2
    return Estimate(judge, human, combined, power, max(spread**2 - each, 0.0), each)


def _point(
    sample: _Sample, form: Callable[[Floats], Floats], power: float
) -> tuple[float, float, Floats]:
    """The estimate, its standard error, and what each label is off the weighted mean residual."""
    f, weight = power * form(sample.judge), sample.weight
    residual = np.where(weight > 0, form(sample.human) - f, 0)
    shift = float(weight @ residual / weight.sum())
    fitted = 2 if power else 1  # the shift, and how far the judge is trusted
    grown = math.sqrt(sample.free / max(sample.free - fitted, 1))
    error = np.where(weight > 0, residual - shift, 0) * grown
    influence = f - f.mean() + weight * error * (f.size / weight.sum())
    return float(f.mean()) + shift, _error(influence, sample.codes), error


def _power(sample: _Sample, form: Callable[[Floats], Floats]) -> float:
    """How far to trust the judge: the least variance, between 0 and 1."""
    f, y, weight = form(sample.judge), form(sample.human), sample.weight
    share = weight / weight.sum() * f.size
    told = weight > 0
    people = share * np.where(told, y - weight @ y / weight.sum(), 0)
    change = f - f.mean() - share * np.where(told, f - weight @ f / weight.sum(), 0)
    a, b = (np.bincount(sample.codes, x) for x in (change, people))
    return float(np.clip(-(a @ b) / (a @ a), 0, 1)) if a.any() else 0.0


def _error(influence: Floats, codes: Codes) -> float:
    """Standard error of a mean from the influence of each case, summed within its cluster."""
    joined = np.bincount(codes, influence)
    grown = joined.size / (joined.size - 1) if joined.size > 1 else math.nan
    return math.sqrt(grown * float(joined @ joined)) / influence.size


def _least(sample: _Sample, form: Callable[[float], Callable[[Floats], Floats]], p: float) -> float:
    """The threshold that makes the estimate least, among the values there are."""
    values = sample.human[sample.weight > 0]
    kinks = np.unique(np.concatenate([values, sample.judge]) if p else values)
    if kinks.size > KINKS:
        kinks = np.unique(np.quantile(kinks, np.linspace(0, 1, KINKS), method="nearest"))
    points = [_point(sample, form(float(z)), p)[0] for z in kinks]
    return float(kinks[int(np.argmin(points))])


def _plain(x: Floats, sample: _Sample, value: float | None = None) -> Measure:
    """The plain mean of x over all cases, or `value`, with its interval: what the judge says."""
    if x.size < 2:
        return missing(f"{x.size} cases have a judge score", n=x.size, lost=sample.lost)
    at = float(x.mean()) if value is None else value
    error = _error(x - x.mean(), sample.codes)
    half = float(special.ndtri(0.5 + sample.confidence / 2)) * error
    return Measure(at, at - half, at + half, x.size, sample.lost)


def _interval(value: float, spread: float, sample: _Sample, told: Floats) -> Measure:
    """Student's interval for as many labels; Wilson's for a rate."""
    seen = told[sample.weight > 0]
    n, lost = seen.size, sample.lost
    if np.isin(seen, (0, 1)).all() and 0 <= value <= 1:
        many = value * (1 - value) / spread**2 if 0 < value < 1 and spread > 0 else n
        why = ALIKE if np.ptp(seen) == 0 else ""
        return Measure(value, *wilson(value * many, many, sample.confidence), n, lost, why)
    half = float(special.stdtrit(max(sample.free - 1, 1), 0.5 + sample.confidence / 2)) * spread
    return Measure(value, value - half, value + half, n, lost)
