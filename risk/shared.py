"""Models on the items all of them have, drawn together: the paired bootstrap."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from risk.bootstrap import LARGE, TAILS, Codes, replicates
from risk.bounded import LEAST, Assume, bound, wanting
from risk.influence import within
from risk.interval import Floats
from risk.limits import Limits, limits, paired_limits
from risk.worst import cvar, mass, var

Statistic = Literal["mean", "median", "var", "cvar"]


@dataclass(frozen=True, slots=True)
class Shared:
    """M models on the n rows all of them have, and one set of bootstrap replicates for all.

    `x` (M, n); `value` statistic -> (M,); `many` statistic -> (M, draws), every replicate drawn
    from the same items for all models; `kept` marks the rows used among those given. `error`
    (M, M) is the covariance of the CVaRs. `thin` says that a tail is too thin to be resampled;
    `limits` are then what each may stand for, where losses have a bound: `far`, the most there can
    be. Under 10 prompts in a tail there are `limits` for VaR's sake. `assume` "nothing" makes every
    tail thin, and means take their intervals from `limits`, too.
    """

    x: Floats
    clusters: Codes | None
    level: float
    value: dict[str, Floats]
    many: dict[str, Floats]
    kept: Floats
    lost: int
    error: Floats | None = None
    limits: tuple[Limits, ...] = ()
    thin: bool = False
    far: float = math.inf
    assume: Assume = "seen"

    @property
    def n(self) -> int:
        """Rows all models share."""
        return int(self.x.shape[1])

    @property
    def prompts(self) -> int:
        """How many items the rows are of."""
        return self.n if self.clusters is None else len(np.unique(self.clusters))

    def unseen(self, i: int) -> Limits:
        """What the tail of model i may stand for, up to `far`."""
        if self.limits:
            return self.limits[i]
        draws = len(next(iter(self.many.values()))[i])
        return limits(self.x[i], self.level, self.far, self.clusters, draws)


def shared(
    x: ArrayLike,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
    clusters: Codes | None = None,
    wanted: tuple[Statistic, ...] = ("mean", "var", "cvar"),
    most: float | None = None,
    assume: Assume = "seen",
) -> Shared:
    """The paired bootstrap of M models: x (M, N), row q of all being the same item (TR-13).

    A row missing for any model is lost to all. `clusters` (N,) codes the item of a row, so that
    several answers to one prompt are drawn together; `most` is the largest a loss can be, if known;
    `assume` says what intervals assume (`bounded.ASSUMED`).
    ValueError with fewer than two shared items.

    >>> found = shared([[0.9, 0.2, 0.8], [0.6, 0.3, 0.4]], draws=50)
    >>> found.n, found.value["mean"].round(4).tolist()
    (3, [0.6333, 0.4333])
    """
    rows = np.atleast_2d(np.asarray(x, dtype=float))
    kept = ~np.isnan(rows).any(axis=0)
    whole, own = rows[:, kept], None if clusters is None else np.asarray(clusters)[kept]
    of: dict[str, Callable[[Floats], float]] = {
        "mean": lambda row: float(row.mean()),
        "median": lambda row: float(np.median(row)),
        "var": lambda row: var(row, level),
        "cvar": lambda row: cvar(row, level),
    }
    prompts = whole.shape[1] if own is None else len(np.unique(own))
    tails = "cvar" in wanted and prompts <= LARGE
    many = replicates(whole, level, draws, seed, own, (*wanted, *((TAILS,) if tails else ())))
    value: dict[str, Floats] = {n: np.array([of[n](row) for row in whole]) for n in wanted}
    most = bound(whole, most)
    thin = any(wanting(row, level, prompts, most, paired=True, assume=assume) for row in whole)
    top = float(whole.max(initial=0))
    far = None if most is None else max(most, top)
    few = "var" in wanted and mass(prompts, level) < 2 * LEAST
    return Shared(
        whole, own, level, value, many, kept, int((~kept).sum()),
        within(whole, level, own).tails[:, :, 0] if tails else None,
        paired_limits(whole, level, far or top, own, draws, seed)
        if (thin or few) and (far or not thin) else (), thin, far or math.inf, assume,
    )  # fmt: skip
