"""Survival to violation with cut-off runs counted for what they are (arXiv 1906.01908)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing
from risk.spread import MANY, around, blocks, left_out, measured, replicates
from risk.survive import Weighted, curve, incidence, log_rank, weighted
from risk.trajectory import ROLE, VIOLATION, Times, Walks, parts, times, walks


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """S at some moves and its median, by group too; the log-rank test; the weighted risk.

    >>> from risk.lens import worked
    >>> items = [f"r{n}" for n in range(1, 6) for _ in range(n)]
    >>> ends = [
    ...     "violated" if i == n and n % 2 else "safe" for n in range(1, 6) for i in range(1, n + 1)
    ... ]
    >>> worked(LENS, {"at": 3}, item_id=items, state=ends)["survival"]
    0.5333
    """
    found = walks(columns, chosen["role"])
    broke = times(found, chosen["violation"], chosen["unplaced"] == "end")
    at = float(chosen["at"])
    whole = curve(broke.time, broke.event, found.item)
    yield Finding("survival", replace(whole.at(at), lost=broke.lost))
    yield Finding("median", replace(whole.median(), lost=broke.lost))
    yield Finding("violated_by", _violated(found, broke, chosen))
    if chosen["group"] in columns:
        yield from _groups(found, broke, parts(found, columns[chosen["group"]].tolist()), at)
    yield from _weighted(found, broke, chosen)


def _violated(found: Walks, broke: Times, chosen: Mapping[str, Any]) -> Measure:
    """The share violated by then, where a run that ended by itself can no longer be."""
    known, at = ~np.isnan(broke.time), float(chosen["at"])
    kind = np.where(broke.event, 1, np.where(found.censored == 1, 0, 2))[known]
    time = broke.time[known]

    def share(rows: Any) -> float:
        when, told = incidence(time[rows], kind[rows])
        k = int(np.searchsorted(when, at + 1e-9))
        return float(told[k - 1]) if k else 0.0

    if not time.size:
        return missing("no run has a known time", lost=broke.lost)
    every = np.arange(time.size)
    if time.size > MANY:
        told = blocks(share, time.size, found.item[known], chosen["seed"])
        return around(share(every), told, time.size, broke.lost)
    drawn, gone = _drawn(share, found.item[known], chosen)
    return measured(share(every), drawn, time.size, broke.lost, "", gone, (0.0, 1.0))


def _drawn(
    statistic: Callable[[Any], Any], item: Any, chosen: Mapping[str, Any]
) -> tuple[Floats, Floats | None]:
    """The statistic of the rows of each draw over items, and without each of them."""
    every = np.arange(item.size)

    def of(w: Floats) -> Floats:
        return np.array([statistic(np.repeat(every, one.astype(int))) for one in w])

    told = replicates(of, item.size, item, chosen["draws"], chosen["seed"])
    return told, left_out(of, item.size, item)


def _groups(found: Walks, broke: Times, group: Any, at: float) -> Iterator[Finding]:
    told = ~np.isnan(broke.time) & np.array([g is not None for g in group], dtype=bool)
    names, code = np.unique(group[told].astype(str), return_inverse=True)
    time, event, item = broke.time[told], broke.event[told], found.item[told]
    if names.size < 2:
        return
    for number, name in enumerate(names):
        mine = code == number
        yield Finding("survival", curve(time[mine], event[mine], item[mine]).at(at), str(name))
    _, p = log_rank(time, event, code)
    n, lost = int(told.sum()), int((~told).sum())
    why = "no run was violated"
    yield Finding("log_rank_p", Measure(p, n=n, lost=lost) if p == p else missing(why, n=n))


def _weighted(found: Walks, broke: Times, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The share of violated runs in which those not cut off stand for those that were (TJ-04)."""
    loss = np.where(broke.event, 1.0, found.violated)
    loss = np.where(np.isnan(loss) & ~broke.event & ~np.isnan(broke.time), 0.0, loss)
    time, cut = found.length.astype(float), found.censored
    ok = ~np.isnan(cut) & ~np.isnan(loss) & (time > 0)
    lost = int((~ok).sum())
    time, seen, loss = time[ok], cut[ok] == 0, loss[ok]
    if not seen.any():
        yield Finding("weighted", missing("every run was cut off, or none says so", lost=lost))
        return
    told = weighted(time, seen, loss, chosen["clip"])

    def again(rows: Any) -> tuple[float, float]:
        one = weighted(time[rows], seen[rows], loss[rows], chosen["clip"])
        return one.risk, one.ratio

    large = time.size > MANY
    item = found.item[ok]
    if large:
        drawn, gone = blocks(again, time.size, item, chosen["seed"]), None
    else:
        drawn, gone = _drawn(again, item, chosen)
    yield from _said(told, drawn, gone, time.size, lost)


def _said(
    told: Weighted, drawn: Floats, gone: Floats | None, n: int, lost: int
) -> Iterator[Finding]:
    for k, (name, value) in enumerate((("weighted", told.risk), ("weighted_ratio", told.ratio))):
        some = drawn[:, k] if drawn.size else drawn
        if n > MANY:
            yield Finding(name, around(value, some, n, lost))
            continue
        each = None if gone is None else gone[:, k]
        yield Finding(name, measured(value, some, n, lost, "", each, (0.0, math.inf)))
    yield Finding("weight", Measure(told.total, n=n, lost=lost))
    yield Finding("effective_n", Measure(told.effective, n=n, lost=lost))


LENS = Lens(
    name="survival",
    title="Survival to violation",
    source="Kaplan and Meier (1958); random censorship, arXiv 1906.01908",
    up="good",
    table="steps",
    needs=("item_id", "state|flags|violated"),
    may_use=("censored", "category"),
    measures=measures,
    parameters=(
        Parameter("at", 5, "moves at which survival is read", 1, 100_000),
        Parameter("group", "category", "column whose groups the log-rank test compares"),
        ROLE,
        VIOLATION,
        Parameter(
            "unplaced", "lost", "a violated run without a marked step: lost, or dated at its end",
            options=("lost", "end"),
        ),
        Parameter("clip", 0.05, "the censoring curve is not taken below this", 0.001, 1),
        Parameter("draws", 200, "bootstrap draws over items", 20, 200),
        Parameter("seed", 0, "seed of the draws", 0),
    ),
    figure="dots",
    status=(
        "our definition, because the censoring curve without covariates and its clip are ours; "
        "Kaplan-Meier, log-rank and the weighted risk are as published"
    ),
    edges=(
        "A run without a violation is censored at its last move, whether it ended or was cut off; "
        "violated_by counts an ended run as past breaking the rule, and only the cut off as "
        "censored. At a tie violations come before censoring. Beyond the longest run nothing is "
        "said; the median is not defined where S stays above one half. The weighted risk divides "
        "by all runs, its ratio form by the sum of weights, and both stand there since a run cut "
        "off last leaves weight unassigned; all cut off: not defined. Where no violated run has a "
        "marked step no run has a time: the others alone would look safe."
    ),
    how_to_get={
        "item_id": "load trajectories: a column with a list of steps",
        "state|flags|violated": "mark the step that broke the rule by its state or a flag",
    },
)  # fmt: skip
