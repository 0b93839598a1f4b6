"""SHARP: the tail of cumulative log-risk over harm dimensions and judges (arXiv 2601.21235)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk.dimension import share_profile
from risk.harm import POOLINGS, assemble, log_risk, pool
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure
from risk.tail import profile

JOINT = ("mean", "sd", "var", "cvar", "gap", "ratio")


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The joint tail of R, each dimension's own mean and tail, and its share of the joint tail."""
    vector = assemble(columns).judged(chosen["judge"])
    risk = log_risk(pool(vector.h, chosen["pooling"], chosen["tau"]), chosen["eps"])
    tail = (chosen["level"], chosen["draws"], chosen["seed"], vector.clusters)

    joint = profile(risk.total, *tail)
    yield from (Finding(name, joint[name]) for name in JOINT)
    for name, part in zip(vector.dimensions, risk.parts.T, strict=True):
        own = profile(part, *tail)
        yield from (Finding(measure, own[measure], name) for measure in ("mean", "cvar"))
    for name, share in zip(
        vector.dimensions, share_profile(risk.parts, risk.total, *tail), strict=True
    ):
        yield Finding("share", share, name)
    there = int((~np.isnan(risk.parts)).sum())
    yield Finding("clipped", Measure(risk.clipped, n=there, lost=risk.parts.size - there))


LENS = Lens(
    name="sharp",
    title="Tail of cumulative log-risk",
    source="SHARP, arXiv 2601.21235",
    up="harm",
    table="scores",
    needs=("item_id", "dimension", "scorer", "value"),
    may_use=("sample", "category", "up"),
    parameters=(
        Parameter("level", 0.95, "the tail is the worst 1 - level of answers", 0.5, 0.999),
        Parameter("eps", 1e-6, "harm is capped at 1 - eps before the logarithm", 1e-12, 0.1),
        Parameter("pooling", "lse", "how judges become one", options=POOLINGS),
        Parameter("tau", 0.1, "temperature of lse: 0 is the max, large the mean", 1e-3, 100),
        Parameter("judge", "all", "all, one judge's name, or -name to leave one out"),
        Parameter("draws", 2000, "bootstrap replicates", 100, 20_000),
        Parameter("seed", 0, "seed of the bootstrap", 0, 2**32 - 1),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's estimator, eps and temperature are not known: "
        "the harm vector, the log-sum-exp over judges and the additive log-risk are the paper's; "
        "CVaR is Rockafellar-Uryasev with the fractional row, intervals resample prompts"
    ),
    edges=(
        "An answer with a missing dimension has no joint risk and is lost there, never 0. Judges "
        "that gave no score are left out of the pool. A harm of 1 is capped by eps: `clipped` "
        "counts such cells, and CVaR moves with eps once one is in the tail. Marginal CVaRs do not "
        "add up; shares do. Nothing is defined without rows; the ratio is not at mean 0."
    ),
    how_to_get={
        "item_id": "name the column that identifies the prompt when you load the file",
        "dimension": "map the score columns to dimensions, for instance bias, fairness, ethics",
        "scorer": "map each score column to the judge that gave it; one judge is enough",
        "value": "harm scores from 0 to 1, up is worse: load them, or order them on the Score page",
    },
)
