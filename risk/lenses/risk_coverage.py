"""Risk against coverage: AURC and its kin over answers ranked by confidence (arXiv 2407.01032)."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from risk import cells, coverage, spread, sums, unseen
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import missing
from risk.samples import averaged

ERRORS = 15
FEW = f"so few answers allow for fewer than {ERRORS} errors: no interval of it would hold"
UNIT = (0.0, 1.0)
SPAN = {"prr": (-math.inf, 1.0)}
UNDEFINED = "every answer is right, or every one is wrong, or right only in part"


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The areas over the whole curve, and the two operating points.

    >>> from risk.lens import worked
    >>> p, right = [0.9, 0.8, 0.8, 0.6, 0.5], [1, 1, 0, 1, 0]
    >>> found = worked(LENS, confidence=p, correct=right)
    >>> [found[name] for name in ("aurc", "eaurc", "augrc", "auarc", "auroc", "prr")]
    [0.2467, 0.1167, 0.14, 0.7533, 0.75, 0.5679]
    """
    if chosen["samples"] == "average":
        columns = averaged(columns)
    correct = np.asarray(columns["correct"], dtype=float)
    confidence = np.asarray(columns["confidence"], dtype=float)
    if "abstained" in columns:
        stood = np.asarray(columns["abstained"], dtype=float)
        correct = np.where(stood == 1, np.nan, correct)
        of = spread.items(columns.get("item_id"))
        yield Finding("answered", spread.share(1 - stood, items=of))
    found = coverage.rank(confidence, correct)
    n = found.loss.size
    names = (*coverage.NUMBERS, "risk_at_coverage", "coverage_at_risk")
    if n == 0:
        why = "no answer has both a confidence and a verdict"
        yield from (Finding(name, missing(why, lost=found.lost)) for name in names)
        return
    kept = ~(np.isnan(confidence) | np.isnan(correct))
    clusters = _kept(spread.items(columns.get("item_id")), kept)

    def statistics(weights: Floats | None, of: coverage.Ranked = found) -> Floats:
        areas = coverage.numbers(of, weights, chosen["form"])
        points = (
            coverage.risk_at(of, chosen["coverage"], weights),
            coverage.coverage_at(of, chosen["risk"], weights),
        )
        return np.stack([*areas.values(), *points], axis=1)

    values = statistics(None)[0]
    again = (chosen["draws"], chosen["seed"])
    if n > spread.MANY and clusters is None and not found.graded:
        few_rows = cells.cells(confidence[kept], correct[kept])
        few = coverage.rank(few_rows.score, few_rows.truth)
        drawn = cells.replicates(lambda w: statistics(w, few), few_rows, *again)
    else:
        drawn = spread.replicates(statistics, n, clusters, *again)
    without = spread.left_out(statistics, n, clusters)
    scarce = unseen.few(correct[kept], clusters)
    far = functools.cache(  # of few, and of an order that no resample changes
        lambda: unseen.far(
            lambda c, y, w: statistics(w, coverage.rank(c, y)),
            confidence[kept], correct[kept], clusters,
        )
    )  # fmt: skip
    yield Finding("error", spread.mean(1 - correct[kept], clusters, found.lost, 0.0, 1.0))
    for place, name in enumerate(names):
        if name == "error":
            continue
        some = drawn[:, place] if drawn.size else drawn
        value = float(values[place])
        each = None if without is None else without[:, place]
        within = SPAN.get(name, UNIT)
        told = spread.measured(value, some, n, found.lost, UNDEFINED, each, within)
        if name == "coverage_at_risk" and told.known and n * chosen["risk"] < ERRORS:
            told = replace(told, low=math.nan, high=math.nan, why=FEW)
        elif name != "coverage_at_risk" and told.known and drawn.size:
            more = far()[:, place].tolist() if scarce or math.isnan(told.low) else []
            told = sums.reaching(told, more, within)
        yield Finding(name, told)


def _kept(codes: Any, rows: Any) -> Any:
    return None if codes is None else codes[rows]


LENS = Lens(
    name="risk_coverage",
    title="Risk against coverage",
    source="AUGRC, arXiv 2407.01032; selective risk and AURC as in its code",
    up="harm",
    table="outputs",
    needs=("confidence", "correct"),
    may_use=("item_id", "abstained", "option_logprobs", "gold", "idk"),
    parameters=(
        Parameter("form", "mean", "how AURC is summed", options=("mean", "trapezoid")),
        Parameter("coverage", 0.8, "share of answers kept, for risk_at_coverage", 0.01, 1),
        Parameter("risk", 0.1, "risk allowed, for coverage_at_risk", 0, 1),
        Parameter(
            "samples", "each", "samples of an item: each alone, or their options averaged",
            options=("each", "average"),
        ),
        Parameter("draws", 500, "bootstrap replicates", 100, 20_000),
        Parameter("seed", 0, "seed of the bootstrap", 0, 2**32 - 1),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because sources break ties by the order of rows: here equal confidences "
        "are one group, whose errors arrive evenly (the expected value over orders), and the best "
        "AURC is the discrete one; the identity of AUGRC with AUROC then holds exactly"
    ),
    edges=(
        "Up is worse for error, aurc, eaurc, augrc and risk; better for auarc, auroc, prr and "
        "coverage. An answer without confidence or verdict is lost. Abstentions are left out and "
        "never count as right: `answered` is the share that is left. With one distinct confidence "
        "AURC is the error rate. auroc and prr are not defined where all or none are right. "
        "Intervals resample prompts, that of the error apart; with fewer than 30 wrong or right "
        "answers, or in a perfect order, they are no nearer than four more of either, the surest "
        "or the least sure, would bring them (ours: Wilson's interval of none leaves room for "
        "3.84). coverage_at_risk has "
        "none where all answers together would allow for fewer than 15 errors. Above 20,000 "
        "answers intervals know 400 confidences."
    ),
    how_to_get={
        "confidence": "map a confidence from 0 to 1 as a score, or load option probabilities",
        "correct": "map correctness as a score or a label, or load options with the right answer",
    },
)  # fmt: skip
