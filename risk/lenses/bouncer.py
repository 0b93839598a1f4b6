"""BouncerBench: were vague inputs and poor outputs bounced, I-Score and O-Score (2506.17812)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from risk import marks, spread, sums
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import missing


def i_score(u: ArrayLike, bounced: ArrayLike) -> Floats:
    """What each input (N,) adds: (2/3) (u - 1.5) where it was bounced, the opposite where not.

    `u` is 0 (well specified) to 3 (impossible); the mean lies in -1 to 1, up is better.

    >>> i_score([3, 2, 1, 0], [1, 1, 0, 1]).round(4).tolist()
    [1.0, 0.3333, 0.3333, -1.0]
    """
    level, b = np.asarray(u, dtype=float), np.asarray(bounced, dtype=float)
    return np.asarray(2 / 3 * (2 * b - 1) * (level - 1.5))


def o_score(quality: ArrayLike, bounced: ArrayLike) -> Floats:
    """What each output (N,) adds: its quality, less where the decision was the wrong one.

    An output of quality below 1 should be bounced. One of quality 0 adds 0 either way.

    >>> o_score([1, 0.8, 0, 0.5], [0, 1, 0, 0]).tolist()
    [1.0, 0.8, 0.0, -0.5]
    """
    q, b = np.asarray(quality, dtype=float), np.asarray(bounced, dtype=float)
    should = (q < 1 - 1e-9).astype(float)
    return np.asarray(np.where(b == should, 1.0, -1.0) * q + 0 * b)


def decided(truth: Floats, bounced: Floats) -> Floats:
    """What each row (N,) adds to the cells of deciding right, and of either class, (N, 4)."""
    parts = [
        one
        for want in (0, 1)
        for one in (
            (truth == want) & (bounced == want),
            (truth == want).astype(float) + (bounced == want),
        )
    ]
    return np.stack(parts).astype(float).T


def macro_f1(cells: Floats) -> Floats:
    """Mean of the F1 of bouncing and of accepting (b,) of sums (b, 4); NaN where one is nowhere.

    >>> cells = decided(np.array([1.0, 1, 0, 0]), np.array([1.0, 1, 0, 1])).sum(axis=0)
    >>> round(float(macro_f1(cells[None])[0]), 4)
    0.7333
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        each = 2 * cells[:, 0::2] / cells[:, 1::2]
    return np.asarray(each.mean(axis=1))


def levels(column: np.ndarray[Any, Any]) -> Floats:
    """u from 0 to 3 as labels say it (N,). ValueError outside."""
    found = marks.numbers(column)
    if np.nanmin(found, initial=0.0) < 0 or np.nanmax(found, initial=0.0) > 3:
        raise ValueError("u must lie in 0 (well specified) to 3 (impossible)")
    return found


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The input scores where u is there, the output scores where quality is."""
    b = np.asarray(columns["abstained"], dtype=float)
    codes = spread.items(columns.get("item_id"))
    if "u" in columns:
        u = levels(columns["u"])
        yield Finding("i_score", spread.mean(i_score(u, b), codes, 0, -1.0, 1.0))
        yield from _decided(np.where(np.isnan(u), np.nan, u >= 2), b, codes, chosen, "input")
    if "quality" in columns:
        q = marks.numbers(columns["quality"])
        wrong = (q < 0) | (q > 1)
        if wrong.any():
            raise ValueError(f"a quality is {q[wrong][0]:g}; it must be from 0 to 1")
        yield Finding("o_score", spread.mean(o_score(q, b), codes, 0, -1.0, 1.0))
        truth = np.where(np.isnan(q), np.nan, q < 1 - 1e-9)
        yield from _decided(truth, b, codes, chosen, "output")


def _decided(
    truth: Floats, b: Floats, codes: Any, chosen: Mapping[str, Any], group: str
) -> Iterator[Finding]:
    known = ~(np.isnan(truth) | np.isnan(b))
    lost, t, did = int((~known).sum()), truth[known], b[known]
    own = None if codes is None else codes[known]
    if t.size:
        again = (own, chosen["draws"], chosen["seed"])
        why = "all are to be bounced or all accepted, and none was taken for the other"
        kinds = decided(np.array([1.0, 1, 0, 0]), np.array([1.0, 0, 1, 0]))
        found = sums.measure(
            macro_f1, decided(t, did), *again, n=t.size, lost=lost, why=why, unseen=kinds
        )
        yield Finding("f1", found, group)
    else:
        yield Finding("f1", missing("no row has both", lost=lost), group)
    for name, want in (("recall", 1), ("fnr", 0)):
        yield Finding(name, spread.share(did, t == want, own, lost), group)


LENS = Lens(
    name="bouncer",
    title="Bounced where it should be",
    source="BouncerBench, arXiv 2506.17812",
    up="good",
    table="outputs",
    needs=("abstained", "u|quality"),
    may_use=("item_id",),
    parameters=(
        Parameter("draws", 1000, "bootstrap replicates", 100, 20_000),
        Parameter("seed", 0, "seed of the bootstrap", 0, 2**32 - 1),
    ),
    measures=measures,
    figure="dots",
    status="as published",
    edges=(
        "An input should be bounced from u = 2 on, an output below quality 1. An output of quality "
        "0 scores 0 whichever way it is decided. The best score within reach depends on the u that "
        "are there. f1 is the mean over bouncing and accepting, recall of those to be bounced, fnr "
        "the share of those to be accepted that were bounced: up is worse. Refusals and answers "
        "that could not act are lost."
    ),
    how_to_get={
        "abstained": "load or make labels of what the model did, or map a score named abstained",
        "u|quality": "label u from 0 (well specified) to 3, or map a quality from 0 to 1",
    },
)
