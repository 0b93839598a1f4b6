"""How far a tail leans on what one chose: epsilon, temperature, and each judge left out (TR-17)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from risk.bounded import Assume, ceiling
from risk.harm import How, Vector, log_risk, pool
from risk.interval import Floats
from risk.measure import Measure
from risk.skewed import ends
from risk.spread import MANY
from risk.student import pull
from risk.tail import cvar, profile

EPS = (1e-3, 1e-6, 1e-9)
TAUS = (0.01, 0.1, 1.0)


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to make the log-risk: `knob` (eps, tau, judge) says what it varies, `label` to what.

    `chosen` marks the setting the profile itself is made with.
    """

    knob: str
    label: str
    judge: str
    how: How
    tau: float
    eps: float
    chosen: bool = False


def settings(
    judges: tuple[str, ...],
    judge: str = "all",
    how: How = "lse",
    tau: float = 0.1,
    eps: float = 1e-6,
) -> list[Setting]:
    """The settings worth trying around a chosen one: three epsilons, temperatures, each judge out.

    Temperatures only where several judges are pooled by log-sum-exp, with the mean and the worst
    judge as their two ends; judges are left out one by one where there are two or more.

    >>> [one.label for one in settings(("fox", "owl")) if one.knob != "eps"]
    ['max', '0.01', '0.1', '1', 'mean', 'all', '-fox', '-owl']
    """
    tried = [Setting("eps", f"{e:g}", judge, how, tau, e, e == eps) for e in sorted({*EPS, eps})]
    pooled = len(judges) > 1 and (judge == "all" or (judge[:1] == "-" and len(judges) > 2))
    if pooled and how == "lse":
        tried.append(Setting("tau", "max", judge, "max", tau, eps))
        tried += [
            Setting("tau", f"{t:g}", judge, "lse", t, eps, t == tau) for t in sorted({*TAUS, tau})
        ]
        tried.append(Setting("tau", "mean", judge, "mean", tau, eps))
    if len(judges) > 1:
        tried += [
            Setting("judge", name, name, how, tau, eps, name == judge)
            for name in ("all", *(f"-{one}" for one in judges))
        ]
    return tried


def sweep(
    vector: Vector,
    around: list[Setting],
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
    assume: Assume = "seen",
) -> Iterator[tuple[Setting, Measure]]:
    """The CVaR of the cumulative log-risk under each setting, with its 95 % interval.

    >>> import numpy as np
    >>> v = Vector(np.arange(4), np.zeros(4, int), ("bias",), ("a", "b"),
    ...            np.array([[[0.1, 0.3]], [[0.2, 0.4]], [[0.9, 0.5]], [[0.3, 0.2]]]))
    >>> found = sweep(v, settings(v.judges, how="mean"), 0.5, draws=10)
    >>> [(one.label, round(m.value, 4)) for one, m in found if one.knob == "judge"]
    [('all', 0.7803), ('-a', 0.602), ('-b', 1.3296)]
    """
    # the setting chosen stands at every knob, and the epsilons are pooled alike
    made = dict.fromkeys((one.judge, one.how, one.tau, one.eps) for one in around)
    found = {}
    for (judge, how, tau), alike in groupby(made, key=lambda key: key[:3]):
        pooled = pool(vector.judged(judge).h, how, tau)
        for key in alike:
            found[key] = _tail(vector, pooled, key[3], level, draws, seed, assume)
    for one in around:
        yield one, found[one.judge, one.how, one.tau, one.eps]


def _tail(
    vector: Vector, pooled: Floats, eps: float, level: float, draws: int, seed: int,
    assume: Assume,
) -> Measure:  # fmt: skip
    """The CVaR of one setting, by the harm it pools (N, D)."""
    total = log_risk(pooled, eps).total
    known = ~np.isnan(total)
    if known.sum() <= MANY or assume == "nothing":
        most = ceiling(eps, len(vector.dimensions))
        return profile(total, level, draws, seed, vector.clusters, most, assume)["cvar"]
    # so many answers make the tail's own error as good as a resample
    items = None if vector.clusters is None else vector.clusters[known]
    value = cvar(total[known], level)
    low, high = ends(value, pull(total[known], level, items))
    return Measure(value, low, high, int(known.sum()), int((~known).sum()))


def turned(values: Mapping[str, Mapping[str, float]]) -> list[tuple[str, str, str]]:
    """Which pairs change places: setting -> model -> headline; the setting "all" is compared with.

    Each (setting, a, b) says that a is worse than b with all judges and no longer in that setting.
    Models that lack a value in either are passed over; equals are no order.

    >>> turned({"all": {"x": 0.59, "y": 0.70}, "-J2": {"x": 0.75, "y": 0.70}})
    [('-J2', 'y', 'x')]
    """
    usual = values["all"]
    return [
        (name, a, b)
        for name, found in values.items()
        for a in sorted(usual)
        for b in sorted(usual)
        if usual[a] > usual[b] and found.get(a, math.nan) < found.get(b, math.nan)
    ]
