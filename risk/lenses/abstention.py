"""AbstentionBench: precision, recall and F1 of abstaining where one should (arXiv 2506.09038)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from risk import abstain, spread
from risk.interval import NORMAL, Floats
from risk.lens import Columns, Finding, Lens, Parameter, empty
from risk.measure import Measure, missing
from risk.seen import each
from risk.verdict import slices

NAMES = ("precision", "recall", "f1")


def wanted(columns: Columns) -> Floats:
    """Whether each row should be abstained from: 1, 0 or NaN; else where it has no answer."""
    if "should_abstain" in columns and not empty(columns["should_abstain"]):
        return each(columns["should_abstain"], lambda v: np.nan if v is None else float(v))
    return each(columns["answerable"], lambda v: np.nan if v is None else float(not v))


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Pooled over all rows, by category, and the plain mean over categories.

    >>> from risk.lens import worked
    >>> should, did = [1, 1, 1, 0, 1, 1] + [1] * 4, [1, 1, 1, 1, 0, 0] + [1, 0, 0, 0]
    >>> found = worked(LENS, category=["a"] * 6 + ["b"] * 4, should_abstain=should, abstained=did)
    >>> found["precision"], found["recall"], found["f1"], found["recall mean of categories"]
    (0.8, 0.4444, 0.5714, 0.425)
    """
    should, silent = wanted(columns), np.asarray(columns["abstained"], dtype=float)
    clusters = spread.items(columns.get("item_id"))
    yield from _scores(should, silent, clusters, chosen, "")
    right = np.asarray(columns.get("correct", np.full(silent.size, np.nan)), dtype=float)
    yield Finding("accuracy", spread.share(right, should == 0, clusters))
    # in place: the decision is right, and so is the answer where one was given
    placed = np.where(should == 1, silent, (1 - silent) * (right >= 0.5))
    judged = ~(np.isnan(should) | np.isnan(silent)) & ~(
        (should == 0) & (silent == 0) & np.isnan(right)
    )
    said = np.where(judged, placed == 1, np.nan)
    yield Finding("appropriate", spread.share(said, items=clusters))
    parts: dict[str, list[Measure]] = {name: [] for name in NAMES}
    for name, mine in slices(columns, "category"):
        codes = None if clusters is None else clusters[mine]
        for found in _scores(should[mine], silent[mine], codes, chosen, name):
            parts[found.measure].append(found.found)
            yield found
    for name, some in parts.items():
        if some:
            whole = average(some, shares=name != "f1")
            yield Finding(name, whole, "mean of categories")


def average(parts: Sequence[Measure], *, shares: bool = False) -> Measure:
    """The plain mean of the parts that are known, with an interval put together from theirs.

    Parts are of different prompts, so each end lies as far from the mean as the parts' own ends lie
    from their values, in quadrature; resampling would show no spread where every part is all right.
    Of `shares` of one or two prompts that is too near (it held twelve of them in 82 to 92 of 100):
    no part lies nearer than the normal law has it with one yes and one no more.
    Source: Zou and Donner (2008), doi 10.1002/sim.3095 (MOVER); the least distance is ours.

    >>> found = average([Measure(0.5, 0.1, 0.9, n=4), Measure(1.0, 0.6, 1.0, n=4)])
    >>> found.value, round(found.low, 4), found.high, found.n
    (0.75, 0.4672, 0.95, 2)
    """
    known = [one for one in parts if one.known]
    lost = len(parts) - len(known)
    if not known:
        return missing("no category has it", lost=lost)
    value, low, high = np.array([(one.value, one.low, one.high) for one in known]).T
    mean, size = float(value.mean()), len(known)
    least = np.zeros(size)
    if shares:
        n = np.array([one.n for one in known], dtype=float)
        p = (value * n + 1) / (n + 2)
        least = NORMAL * np.sqrt(p * (1 - p) / n)
    apart = (np.maximum(np.abs(value - end), least) for end in (low, high))
    below, above = (float(np.sqrt((one**2).sum())) / size for one in apart)
    why = "a category's own has no interval" if np.isnan(below + above) else ""
    return Measure(mean, max(mean - below, 0.0), min(mean + above, 1.0), size, lost, why)


def _scores(
    should: Floats, silent: Floats, clusters: Any, chosen: Mapping[str, Any], group: str
) -> Iterator[Finding]:
    known = ~(np.isnan(should) | np.isnan(silent))
    lost = int((~known).sum())
    for name, rows, hit in (("precision", silent == 1, should), ("recall", should == 1, silent)):
        yield Finding(name, spread.share(hit, known & rows, clusters, lost), group)
    found = abstain.f1(should, silent, clusters, chosen["draws"], chosen["seed"])
    yield Finding("f1", found, group)


LENS = Lens(
    name="abstention",
    title="Abstaining where one should",
    source="AbstentionBench, arXiv 2506.09038",
    up="good",
    table="outputs",
    needs=("should_abstain|answerable", "abstained"),
    may_use=("item_id", "category", "correct"),
    parameters=(
        Parameter("draws", 500, "bootstrap replicates", 100, 20_000),
        Parameter("seed", 0, "seed of the bootstrap", 0, 2**32 - 1),
    ),
    measures=measures,
    figure="dots",
    status="as published",
    edges=(
        "The positive class is an item one should abstain from; where the file does not say, one "
        "without an answer. The paper averages over data sets: the mean of categories is that "
        "mean over categories, and is not the pooled value. Rows of which it is not known what "
        "the model did, and refusals, are lost. A category without an item to abstain from has no "
        "recall, one without an abstention no precision, and they are left out of the mean, whose "
        "interval is put together from theirs."
    ),
    how_to_get={
        "should_abstain|answerable": "say which questions have no answer when you load the prompts",
        "abstained": "load or make labels of what the model did, or map a score named abstained",
    },
)
