"""Selective judge: pairwise verdicts accepted where both orders agree surely (arXiv 2602.13110)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from risk import marks, spread
from risk.control import GRID, PROCEDURES, control
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, missing
from risk.seen import each
from risk.taught import Asked, averages, reaching

FIRST = frozenset({"a", "first", "1", "1.0", "yes", "true"})
SECOND = frozenset({"b", "second", "0", "0.0", "no", "false"})


def entropy(ab: ArrayLike, ba: ArrayLike) -> tuple[Floats, Floats]:
    """Mean preference of the two orders and its entropy in nats (N,); NaN where one is missing.

    Both are the chance that the first of the two answers is better, whichever stood first.

    >>> p, bpe = entropy([0.8, 1.0], [0.7, 1.0])
    >>> p.tolist(), bpe.round(4).tolist()
    ([0.75, 1.0], [0.5623, 0.0])
    """
    p = (np.asarray(ab, dtype=float) + np.asarray(ba, dtype=float)) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(x > 0, -x * np.log(x), 0.0) for x in (p, 1 - p)]
    return p, np.where(np.isnan(p), np.nan, parts[0] + parts[1])


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The threshold that calibration allows, what it accepts of the rest, and how often wrongly."""
    ab, ba = (_share(columns, name) for name in ("p_ab", "p_ba"))
    p, u = entropy(ab, ba)
    of = spread.items(columns.get("item_id"))
    yield Finding("bpe", spread.mean(u, of, 0, 0.0, math.log(2)))
    turned = np.where(np.isnan(p), np.nan, (ab - 0.5) * (ba - 0.5) < 0)
    yield Finding("order_flips", spread.share(turned, items=of))
    wrong = np.abs((p >= 0.5) - _truth(columns["preferred"])) + 0 * p
    known = np.flatnonzero(~np.isnan(wrong))
    lost = wrong.size - known.size
    yield Finding("error", spread.share(wrong, items=of))
    whose = known if of is None else of[known]
    drawn = np.random.default_rng(chosen["seed"]).permutation(np.unique(whose))
    fits = np.isin(whose, drawn[: drawn.size // 2])  # answers to one prompt stay on one side
    fit, test = known[fits], known[~fits]
    half = fit.size
    if not half:
        yield Finding("threshold", missing("it needs two pairs with a true preference", lost=lost))
        return
    grid = math.log(2) * np.arange(1, GRID + 1) / GRID
    found = control(u[fit], wrong[fit], grid, chosen["alpha"], chosen["delta"], chosen["procedure"])
    taken = u[test] <= found.chosen + marks.EDGE
    none = not math.isfinite(found.chosen)
    why = "no threshold keeps the error below the limit: nothing is accepted" if none else ""
    at = missing(why, n=half, lost=lost) if none else Measure(found.chosen, n=half, lost=lost)
    yield Finding("threshold", at)
    own = None if of is None else of[test]
    asked = Asked(grid, chosen["alpha"], chosen["delta"], chosen["procedure"])
    far = averages(u[known], wrong[known], asked, 0.5, whose, chosen["seed"])
    yield Finding("accepted", reaching(spread.share(taken, items=own, lost=lost), far.accepted))
    found_wrong = reaching(spread.share(wrong[test], taken, own, lost), far.wrong)
    yield Finding("accepted_error", missing(why, lost=lost) if none else found_wrong)


def _share(columns: Columns, name: str) -> Floats:
    x = marks.numbers(columns[name])
    outside = (x < 0) | (x > 1)
    if outside.any():
        raise ValueError(f"{name} is {x[outside][0]:g}; a preference is from 0 to 1")
    return x


def _truth(column: Any) -> Floats:
    """1 where the first answer is truly better, 0 the second, NaN unsaid or a tie (N,)."""
    return each(column, _better)


def _better(said: Any) -> float:
    word = str(said).strip().lower()
    return 1.0 if word in FIRST else 0.0 if word in SECOND else np.nan


LENS = Lens(
    name="selective_judge",
    title="Pairwise verdicts worth accepting",
    source="Selective pairwise judging (SCOPE), arXiv 2602.13110",
    up="neither",
    table="outputs",
    needs=("p_ab", "p_ba", "preferred"),
    may_use=("item_id",),
    parameters=(
        Parameter("alpha", 0.1, "the largest error allowed among accepted verdicts", 0.001, 0.999),
        Parameter("delta", 0.1, "the chance that the threshold misses that limit", 0.0001, 0.5),
        Parameter("procedure", "holm", "correction for thresholds tested", options=PROCEDURES),
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's calibration is not ours: averaging both orders, the "
        "entropy and the rule of acceptance are the paper's; the threshold is found by "
        "learn-then-test on a fixed grid. It shares the name SCOPE with the lens event_risk, and "
        "nothing else"
    ),
    edges=(
        "Entropy up is less certain, 0 to ln 2; error and accepted_error up are worse. A pair "
        "seen in one order has no entropy and is lost, as is one without a true preference or "
        "with a tie; a mean preference of exactly one half counts for the first answer. Half of "
        "the pairs calibrates, the other half is judged: `accepted` and `accepted_error` are about "
        "the threshold learned here, which comes nearer to the limit the more pairs teach it. "
        "Their intervals hold what this threshold accepts and what such thresholds do on average, "
        "learned from as many other pairs. Where no threshold is valid nothing is accepted: a "
        "legitimate answer, which few pairs leave open. Probabilities outside 0 to 1 are refused."
    ),
    how_to_get={
        "p_ab": "keep the judge's probability that answer A is better, A shown first, as p_ab",
        "p_ba": "the same with B shown first, still the probability that A is better, as p_ba",
        "preferred": "keep the true preference, A or B, in a field preferred",
    },
)
