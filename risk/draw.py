"""Which cases to ask people about: sizes by design, exact inclusion probabilities, the draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from risk import special
from risk.interval import Floats
from risk.lenses.deference import worth as worth
from risk.worst import cvar, var

DESIGNS = {
    "all": "every case",
    "random": "each case as likely as any other",
    "stratified": "as many from every stratum",
    "tail": "tail first: what makes the interval of CVaR wide",
    "disagreement": "disagreement first: where judges or models differ",
    "el2n": "EL2N: far from the right option",
    "uncertainty": "uncertainty: options level with one another",
    "asking": "value of asking a person",
}
FLOOR = 0.2
"""The share of a draw that is spread evenly, so that every case can be drawn."""
DUST = 1e-9


@dataclass(frozen=True, slots=True)
class Draw:
    """`probability` (N,) with which each case was drawn, `cases` (n,) the drawn rows in random
    order, `unsized` how many cases the design had no number for: the floor alone draws them."""

    probability: Floats
    cases: NDArray[np.int64]
    unsized: int


def draw(size: ArrayLike, n: int, floor: float = FLOOR, seed: int = 0) -> Draw:
    """Draws n of N cases with probabilities that follow `size` (N,): up is likelier, NaN unknown.

    The sample has exactly n cases and every case exactly its probability (see `systematic`). The
    order of the drawn is random, so that those labeled first are a random part of them.
    """
    x = np.asarray(size, dtype=float)
    chance = inclusion(x, n, floor)
    rng = np.random.default_rng(seed)
    rows = systematic(chance, rng)
    return Draw(chance, rng.permutation(rows), int(np.isnan(x).sum()))


def inclusion(size: ArrayLike, n: int, floor: float = FLOOR) -> Floats:
    """The probability (N,) of each case to be among n drawn, in proportion to its size.

    A share `floor` of the draw is spread evenly, so all are above 0 and no weight 1/probability
    exceeds N / (floor n); what would pass 1 is certain and the rest share what is left. They add
    to n. A missing size counts as 0. ValueError for a size below 0 or infinite, n outside 1 to N,
    or a floor outside (0, 1].

    >>> inclusion([0, 1, 1, 2], 2, floor=0.5).tolist()
    [0.25, 0.5, 0.5, 0.75]
    >>> inclusion([1, 1, 1, 97], 2, floor=0.1).round(4).tolist()
    [0.3333, 0.3333, 0.3333, 1.0]
    """
    x = np.nan_to_num(np.asarray(size, dtype=float), nan=0.0, posinf=math.inf)
    if x.size and not (np.isfinite(x).all() and x.min() >= 0):
        raise ValueError("a size is below 0 or infinite; sizes are finite and at least 0")
    if not 1 <= n <= x.size:
        raise ValueError(f"{n} cases are asked of {x.size}; ask for 1 to {x.size}")
    if not 0 < floor <= 1:
        raise ValueError(f"the floor is {floor:g}; it lies above 0 and up to 1, so that none is 0")
    scale = x.max()
    total = (x / scale).sum() if scale > 0 else 0.0
    even = np.full(x.size, 1 / x.size)
    share = floor * even + (1 - floor) * (x / scale / total if total > 0 else even)
    chance = np.zeros(x.size)
    certain = np.zeros(x.size, dtype=bool)
    while not certain.all():
        rest = share[~certain]
        chance[~certain] = (n - certain.sum()) * rest / rest.sum()
        over = ~certain & (chance >= 1 - DUST)
        if not over.any():
            break
        certain |= over
        chance[over] = 1.0
    return chance


def systematic(chance: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """The rows of a sample in which each row is with exactly its probability (N,).

    Systematic sampling along a random order (Hartley and Rao, 1962): the probabilities are laid end
    to end, and one random start with steps of 1 picks the rows. Its size is the sum, rounded up or
    down where that is no whole number. Variances that take the draws as independent are on the safe
    side.

    >>> sorted(systematic(np.array([1, 0.5, 0.5, 1]), np.random.default_rng(0)).tolist())[::2]
    [0, 3]
    """
    order = rng.permutation(chance.size)
    ends = np.cumsum(chance[order])
    whole = np.rint(ends[-1])
    if abs(ends[-1] - whole) < DUST * max(whole, 1):
        ends *= whole / ends[-1]  # float dust must not drop or add a case
    marks = rng.random() + np.arange(math.ceil(ends[-1] - DUST))
    marks = marks[marks < ends[-1]]
    return np.asarray(order[np.searchsorted(ends, marks, side="right")], dtype=np.int64)


def strata(groups: Sequence[Any]) -> Floats:
    """Sizes (N,) that draw as many cases from every group as from any other, on average.

    >>> strata(["a", "a", "a", "b"]).tolist()
    [0.3333333333333333, 0.3333333333333333, 0.3333333333333333, 1.0]
    """
    code = np.unique(np.array([str(g) for g in groups], dtype=object).astype(str),
                     return_inverse=True)[1]  # fmt: skip
    return np.asarray(1 / np.bincount(code)[code], dtype=float)


def tail(harm: ArrayLike, level: float = 0.95, doubt: float = 0.1, trust: float = 0.5) -> Floats:
    """How much a label of each case (N,) would tell of CVaR: the root of its share of the variance.

    CVaR is the mean of z + (y - z)+ / (1 - level) at z = VaR (Rockafellar and Uryasev). A label y
    is taken as the judges' `harm` with a normal error of sd `doubt`; what it adds to the variance
    of the estimate is the expected square of its distance from what the estimate goes by without
    it: the judges' own form with weight `trust` (1: the judges alone, 0: the mean). Drawing in
    proportion to its root makes that variance least (Neyman). NaN where the judges said nothing.

    >>> tail([0.1, 0.2, 0.9, np.nan], 0.7).argsort()[:3].tolist()
    [0, 1, 2]
    """
    f = np.asarray(harm, dtype=float)
    if not doubt > 0 or not 0 <= trust <= 1:
        raise ValueError(f"doubt {doubt:g}, trust {trust:g}: above 0, and from 0 to 1")
    if np.isnan(f).all():
        return f
    z, steep = var(f, level), 1 / (1 - level)
    known = z + steep * np.maximum(f - z, 0)
    apart = z - (trust * known + (1 - trust) * cvar(f, level))
    d = (f - z) / doubt
    density = np.exp(-(d**2) / 2) / math.sqrt(2 * math.pi)
    first = steep * doubt * (density + d * special.ndtr(d))  # of (y - z)+ times steep
    second = (steep * doubt) ** 2 * ((1 + d**2) * special.ndtr(d) + d * density)
    return np.asarray(np.sqrt(np.maximum(second + 2 * apart * first + apart**2, 0)))


def disagreement(votes: ArrayLike) -> Floats:
    """How far M voices on N cases (N, M) lie apart: their standard deviation, in their own unit.

    NaN votes are left out; fewer than two give NaN.

    >>> disagreement([[0.0, 1.0], [0.5, 0.5], [0.5, np.nan]]).tolist()
    [0.5, 0.0, nan]
    """
    x = np.asarray(votes, dtype=float)
    n = (~np.isnan(x)).sum(axis=1)
    told = np.where(n > 0, n, 1)
    middle = np.nansum(x, axis=1) / told
    spread = np.sqrt(np.nansum((x - middle[:, None]) ** 2, axis=1) / told)
    return np.where(n > 1, spread, np.nan)


def gini(votes: ArrayLike) -> Floats:
    """1 - sum v^2 over the shares v of each vote among M models on N items (N, M), CU-06.

    Votes are codes, an abstention one of its own; NaN is no vote. In [0, 1], up is more divided;
    fewer than two votes give NaN. Our definition.

    >>> gini([[0, 0, 0, 0, 0, 1, 1, 1, 2, 2]]).round(2).tolist()
    [0.62]
    """
    x = np.asarray(votes, dtype=float)
    n = (~np.isnan(x)).sum(axis=1)
    same = np.zeros(len(x))
    for code in np.unique(x[~np.isnan(x)]):
        same += (x == code).sum(axis=1) ** 2.0
    return np.where(n > 1, 1 - same / np.maximum(n, 1) ** 2, np.nan)


def el2n(p: ArrayLike, gold: ArrayLike) -> Floats:
    """|| p - onehot(gold) || of N cases, p (N, K) with NaN where an item has fewer options, CU-01.

    `gold` (N, K) marks the right option. In [0, sqrt 2], up is harder or mislabeled; NaN without
    probabilities or without a right option. Paul et al. (2021), arXiv 2107.07075.

    >>> el2n([[0.7, 0.2, 0.1]], [[True, False, False]]).round(4).tolist()
    [0.3742]
    """
    told, right = np.asarray(p, dtype=float), np.asarray(gold, dtype=bool)
    far = np.sqrt(np.nansum((told - right) ** 2, axis=1))
    known = right.any(axis=1) & ~np.isnan(told).all(axis=1)
    return np.where(known, far, np.nan)


def entropy(p: ArrayLike) -> Floats:
    """Entropy of N distributions p (N, K) over their ln K, NaN where an option is none, CU-05.

    In [0, 1], up is less sure; 0 ln 0 is 0; fewer than two options give NaN.

    >>> entropy([[0.7, 0.2, 0.1], [0.5, 0.5, np.nan], [1.0, np.nan, np.nan]]).round(4).tolist()
    [0.7298, 1.0, nan]
    """
    told = np.asarray(p, dtype=float)
    many = (~np.isnan(told)).sum(axis=1)
    mass = np.where(told > 0, told, 1.0)
    nats = -(mass * np.log(mass)).sum(axis=1)
    return np.where(many > 1, nats / np.log(np.maximum(many, 2)), np.nan)
