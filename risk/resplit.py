"""The interval of a mean over splits, from what each split's rule does on the rows that made it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from risk import special
from risk.interval import NORMAL, Floats, holding, wilson
from risk.measure import Measure, missing

ALONE = "fewer than two splits have it: no interval of it would hold"
STILL = "alike in every split, so none tells how far it may lie: no interval of it would hold"


SURE = 1.645
"""Standard errors of noise added to a variance that splits tell roughly: 95 % to one side."""


LITTLE = 0.01
"""Rows a share tells as much as at least: of fewer the interval is all there can be."""


class Room(NamedTuple):
    """Where a number can lie, and of how many rows a share is that tells as much at most."""

    rows: float
    least: float = 0.0
    most: float = 1.0


def error(
    values: Floats, own: Floats, trained: float, made: NDArray[np.bool_] | None = None
) -> tuple[float, int]:
    """The variance of the mean over splits of new answers, and its degrees of freedom.

    `values` (S,) is a number on the rows held out of each split, `own` (S,) the same on the rows
    that made its rule, a share `trained` of all. Leaving out the others is a delete-d jackknife: to
    first order the own rows show both what judging other rows and what learning from others
    changes. Where rows do different jobs it is no less than the truth (Hoeffding, 1948); `made`
    (S, n), which rows those were, then tells more (`_moved`). The error of a mean of so few splits
    is added. NaN where fewer than two splits have a number.
    Source: Shao and Wu (1989), doi 10.1214/aos/1176347263.

    >>> error(np.array([0.25, 0.75]), np.array([0.75, 0.25]), 0.5)
    (0.1875, 1)
    """
    some, known = values[np.isfinite(values)], np.isfinite(own)
    splits = min(some.size, int(known.sum()))
    if splits < 2:
        return math.nan, 0
    moved = trained / (1 - trained) * float(own[known].var(ddof=1))
    if made is not None:
        moved = min(moved, _moved(own[known], made[known], trained, moved))
    return moved + float(some.var(ddof=1)) / some.size, splits - 1


def _moved(own: Floats, made: NDArray[np.bool_], trained: float, most: float) -> float:
    """How far the mean over splits varies as each row moves it, at the most that is likely.

    What splits with a row show more than those without it is what that row does, and noise; the sum
    of squares less that of the noise is the infinitesimal jackknife of subsamples (Wager and Athey
    2018, doi 10.1080/01621459.2017.1319839), to which is added how far noise may have taken it.
    """
    splits, rows = made.shape
    pull = (own - own.mean()) @ made / (splits - 1) / (1 - trained)
    noise = most * rows / splits
    told: float = max(float(pull @ pull) - noise, 0.0)
    return told + SURE * math.sqrt((2 * noise**2 + 4 * noise * told) / rows)


def ends(value: float, variance: float, degrees: int, room: Room) -> tuple[float, float]:
    """The 95 % interval of a number in its room: that of a share of as many rows as vary so.

    Wilson's, with Student's quantile of so many degrees; of no more rows than the room has, so that
    it is never of no width. NaN without a variance, or where neither tells how many rows.

    >>> [round(end, 3) for end in ends(0.5, 0.0025, 1000, Room(400))]
    [0.404, 0.596]
    >>> [round(end, 3) for end in ends(1.0, 0.0, 10, Room(20))]
    [0.839, 1.0]
    """
    wide = room.most - room.least
    if not wide > 0 or math.isnan(variance):
        return math.nan, math.nan
    share = min(max((value - room.least) / wide, 0.0), 1.0)
    spread = share * (1 - share)
    rows = room.rows
    if variance > 0:
        reach = float(special.stdtrit(max(degrees, 1), 0.975)) / NORMAL
        rows = min(rows, spread * wide**2 / (variance * reach**2)) if spread else rows
    if math.isinf(rows):
        return math.nan, math.nan
    rows = max(rows, LITTLE)
    low, high = wilson(share * rows, rows)
    return room.least + low * wide, room.least + high * wide


def spread(
    values: Floats, own: Floats, trained: float, room: Room, n: int, lost: int = 0,
    why: str = "", nothing: str = "", also: Sequence[float] = (),
    made: NDArray[np.bool_] | None = None,
) -> Measure:  # fmt: skip
    """The mean over splits with its 95 % interval; splits without a number are left out.

    It is about the mean over samples of as many answers, and reaches as far as `also`: what the
    number is under rules that so many answers leave possible. Missing, for the reason `nothing`,
    where no split has a number; `why` is a caution.

    >>> half = np.array([0.8, 1.0, np.nan, 0.9])
    >>> spread(half, half, 0.5, Room(20), n=10).value
    0.9
    >>> spread(half[2:3], half, 0.5, Room(20), n=10, nothing="no set missed").why
    'no set missed'
    """
    known = values[np.isfinite(values)]
    if not known.size:
        return missing(nothing or why or "not defined in any split", n=n, lost=lost)
    value = float(known.mean())
    variance, degrees = error(values, own, trained, made)
    degrees = min(degrees, max(math.ceil(min(room.rows, 1e9)) - 1, 1))
    reached = [end for end in (*ends(value, variance, degrees, room), *also) if not math.isnan(end)]
    low, high = min(reached, default=value), max(reached, default=value)
    if not low < high:
        bare = ALONE if math.isnan(variance) else STILL
        return Measure(value, n=n, lost=lost, why="; ".join(x for x in (why, bare) if x))
    return Measure(value, *holding(value, low, high), n=n, lost=lost, why=why)
