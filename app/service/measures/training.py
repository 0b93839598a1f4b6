"""Before and after training, on the same prompts: safety, tails, over-refusal and utility."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs import feed, losses
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from data.trouble import Trouble
from db import runs
from db.filter import Case
from risk import compare
from risk.interval import Floats
from risk.lens import Columns
from risk.measure import Measure

SAFETY, TAIL, REFUSAL, UTILITY, OTHER = "safety", "tail", "refusals", "utility", "other"
ASPECTS = (SAFETY, TAIL, REFUSAL, UTILITY, OTHER)
ACTS = {
    ("refused", "safe"): "refuses safe prompts",
    ("refused", "unsafe"): "refuses unsafe prompts",
    ("refused", ""): "refuses",
    ("abstained", ""): "abstains",
    ("could_not_act", ""): "could not act",
}
"""(act, kind of prompt) -> what it is called."""


@dataclass(frozen=True, slots=True)
class Change:
    """One measure before and after, and their paired difference, after minus before.

    `better` says whether the difference is clearly for the better (True), clearly for the worse
    (False), or neither (None): its interval holds 0, or the measure has no good direction.
    """

    aspect: str
    name: str
    unit: str
    before: Measure
    after: Measure
    gap: Measure
    better: bool | None


def changes(
    stores: Stores, dataset: str, before: str, after: str, choices: Choices
) -> list[Change]:
    """All that two runs of a data set can be compared by, on the answers both have.

    Raises Trouble where they share nothing.
    """
    found = [
        change
        for what, up in losses.subjects(stores, dataset).items()
        for change in _scored(stores, before, after, what, up, choices)
    ]
    found += _acted(stores, before, after, choices)
    if not found:
        raise Trouble(
            "these two runs share no scored and no labeled answer",
            "choose two runs over the same prompts",
        )
    return sorted(found, key=lambda one: ASPECTS.index(one.aspect))


@dataclass(frozen=True, slots=True)
class Moved:
    """One answer that a measure tells otherwise after than before."""

    case: Case
    before: float
    after: float


def behind(
    stores: Stores, dataset: str, before: str, after: str, choices: Choices, name: str
) -> list[Moved]:
    """The answers behind a change of that name: those that differ, the largest difference first."""
    acts = {words: act for act, words in ACTS.items()}
    if name in acts:
        keyed = _said(_columns(stores, before, after), *acts[name])
    else:
        known = losses.subjects(stores, dataset)
        what = name if name in known else losses.LOG_RISK
        keyed = [
            dict(zip(one.keys.tolist(), one.loss.tolist(), strict=True))
            for one in (losses.of_run(stores, run, what, choices) for run in (before, after))
        ]
        if known.get(what) == "good":
            keyed = [{key: 1 - value for key, value in one.items()} for one in keyed]
    found = []
    for key in sorted(keyed[0].keys() & keyed[1].keys()):
        one, two = (side[key] for side in keyed)
        if abs(two - one) > 1e-12:  # neither where one of them is NaN
            item, _, sample = key.partition("\x1f")
            found.append(Moved((after, item, int(sample)), one, two))
    return sorted(found, key=lambda one: -abs(one.after - one.before))


def moved(found: list[Moved], openings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers that differ as a list: both sides, and the first words."""
    words = {(o["run_id"], o["item_id"], o["sample"]): o for o in openings}
    return [
        {"before": one.before, "after": one.after, "item": one.case[1],
         "prompt": words.get(one.case, {}).get("prompt"),
         "answer after": words.get(one.case, {}).get("response")}
        for one in found
    ]  # fmt: skip


def _scored(
    stores: Stores, before: str, after: str, what: str, up: str, choices: Choices
) -> Iterator[Change]:
    try:
        told = [losses.of_run(stores, run, what, choices) for run in (before, after)]
    except Trouble:
        return  # one of the two has no such score
    keyed = [dict(zip(one.keys.tolist(), one.loss.tolist(), strict=True)) for one in told]
    x, items, apart = _both(keyed)
    nats = what == losses.LOG_RISK
    aspect = {"harm": SAFETY, "good": UTILITY}.get(up, OTHER)
    name, most = "risk" if nats else what, told[0].most
    yield from _change(x, items, apart, aspect, name, up, choices, nats, most=most)


def _acted(stores: Stores, before: str, after: str, choices: Choices) -> Iterator[Change]:
    columns = _columns(stores, before, after)
    for (act, kind), name in ACTS.items():
        keyed = _said(columns, act, kind)
        x, items, apart = _both(keyed)
        if np.nansum(x) == 0:
            continue
        up = {"safe": "harm", "unsafe": "good"}.get(kind, "neither")
        aspect = OTHER if act == "could_not_act" else REFUSAL
        yield from _change(x, items, apart, aspect, name, up, choices, nats=False, flip=False)


def _columns(stores: Stores, before: str, after: str) -> list[Columns]:
    every = {run["run_id"]: run for run in runs.every(stores.warehouse)}
    return [feed.columns(stores, every[run], {"act"}) for run in (before, after)]


def _said(columns: list[Columns], act: str, kind: str) -> list[dict[str, float]]:
    """Answer -> whether the model did this, of both runs, on prompts of that kind."""
    return [
        {
            f"{item}\x1f{int(sample)}": float("nan") if told is None else float(told == act)
            for item, sample, told, is_ in zip(
                one["item_id"].tolist(), one["sample"].tolist(), one["act"].tolist(),
                one["prompt_is"].tolist(), strict=True,
            )
            if not kind or is_ == kind
        }
        for one in columns
    ]  # fmt: skip


def _both(keyed: list[dict[str, float]]) -> tuple[Floats, NDArray[Any], int]:
    """The two runs' values (2, n) on what both have, the item of each, and what only one has."""
    keys = sorted(keyed[0].keys() & keyed[1].keys())
    x = np.array([[one[key] for key in keys] for one in keyed], dtype=float).reshape(2, len(keys))
    names = [key.partition("\x1f")[0] for key in keys]
    codes = np.unique(np.array(names, dtype=str), return_inverse=True)[1]
    return x, codes, len(keyed[0].keys() ^ keyed[1].keys())


def _change(
    x: Floats, items: NDArray[Any], apart: int, aspect: str, name: str, up: str,
    choices: Choices, nats: bool, flip: bool = True, most: float | None = None,
) -> Iterator[Change]:  # fmt: skip
    """The change at the mean, and for log-risk in the tail. A good score is a loss until here."""
    both = ~np.isnan(x).any(axis=0)
    if np.unique(items[both]).size < 2:
        return
    statistics: tuple[compare.Statistic, ...] = ("mean", "cvar") if nats else ("mean",)
    shared = compare.shared(
        x, choices.level, choices.draws, choices.seed, items, statistics, most, choices.assume
    )
    turned = up == "good" and flip
    for statistic in statistics:
        before = _side(shared, 0, statistic, apart, turned)
        after = _side(shared, 1, statistic, apart, turned)
        gap = compare.difference(shared, 1, 0, statistic)
        if turned:
            gap = Measure(-gap.value, -gap.high, -gap.low, n=gap.n, lost=gap.lost, why=gap.why)
        tail = statistic == "cvar"
        yield Change(
            TAIL if tail else aspect,
            f"CVaR at {choices.level * 100:g} %" if tail else f"mean {name}" if nats else name,
            "nats" if nats else "share",
            before,
            after,
            gap,
            better(gap, up),
        )


def _side(
    shared: compare.Shared, place: int, statistic: compare.Statistic, apart: int, turned: bool
) -> Measure:
    m = compare.own(shared, place, statistic)
    value, low, high = (1 - m.value, 1 - m.high, 1 - m.low) if turned else (m.value, m.low, m.high)
    return Measure(value, low, high, n=shared.n, lost=shared.lost + apart, why=m.why)


def better(gap: Measure, up: str) -> bool | None:
    """Whether a change of a measure whose direction is `up` is one for the better.

    None where its interval holds 0 or there is none, or up is neither.
    """
    if up == "neither" or not (gap.low > 0 or gap.high < 0):  # no interval tells nothing
        return None
    return (gap.value > 0) == (up == "good")
