"""Dual threshold: a conformal set, then abstain above an uncertainty (arXiv 2502.07255)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk.conformal import Rule
from risk.control import PROCEDURES
from risk.dual import CHOICES, LOSSES, Dual, dual
from risk.judged import measured
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure
from risk.sets import DRAWN, METHODS, drawn, questions
from risk.splits import some
from risk.unsure import UNSURE

WHY = {
    "threshold": "no threshold in any split: none was valid, or all or no sets missed",
    "tpr": "no set missed in any test part",
    "fpr": "every set missed in every test part",
}


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Abstention, coverage and size over the splits, and how well abstaining finds the misses.

    >>> from risk.lens import worked
    >>> logs = [{"A": -0.1, "B": -2.4}] * 30  # no set ever misses: nothing to abstain from
    >>> items = [f"i{n}" for n in range(30)]
    >>> given = {"splits": 5, "method": "lac"}
    >>> found = worked(LENS, given, item_id=items, option_logprobs=logs, gold=["A"] * 30)
    >>> found["abstain"], found["coverage"], found["should_abstain"]
    (0.0, 1.0, 0.0)
    """
    rows = some(questions(columns, chosen["samples"]), chosen["seed"])
    rule = Rule(
        chosen["alpha"],
        chosen["method"],
        lam=chosen["lam"],
        k_reg=chosen["k_reg"],
        randomized=drawn(chosen["randomized"], chosen["method"]),
    )
    names = ("choice", "rate", "loss", "limit", "delta", "procedure")
    both = Dual(rule, chosen["uncertainty"], **{name: chosen[name] for name in names})
    found = dual(rows, both, chosen["splits"], chosen["seed"])
    empty = f"every row was abstained from ({found.n} a split)"
    nothing = {name: WHY.get(name, empty) for name in found.tested}
    told = measured(found, rows.p.shape[1], rows.lost, nothing)
    yield from (Finding(name, one) for name, one in told.items())
    t = found.tested["threshold"]
    yield Finding("no_threshold", Measure(int(np.isinf(t).sum()), n=len(t), lost=rows.lost))


LENS = Lens(
    name="dual_threshold",
    title="Dual threshold: set, then abstain",
    source="Dual-Threshold Conformal, arXiv 2502.07255",
    up="neither",
    table="outputs",
    needs=("item_id", "option_logprobs", "gold"),
    may_use=("sample", "category"),
    parameters=(
        Parameter("alpha", 0.1, "the share of right options a set may miss", 0.001, 0.999),
        Parameter("method", "raps", "how strange an option is", options=METHODS),
        Parameter("uncertainty", "entropy", "what is too unsure to answer", options=UNSURE),
        Parameter("choice", "youden", "how its threshold is chosen", options=CHOICES),
        Parameter("rate", 0.2, "rate: the largest share abstained from", 0, 1),
        Parameter("loss", "miss", "control: the set misses, or the top is wrong", options=LOSSES),
        Parameter("limit", 0.1, "control: the largest loss among answered rows", 0.001, 0.999),
        Parameter("delta", 0.1, "control: the chance of missing the limit", 0.0001, 0.5),
        Parameter("procedure", "holm", "control: correction for tests", options=PROCEDURES),
        Parameter("splits", 200, "random splits into three parts", 2, 5000),
        Parameter("seed", 0, "seed of the splits and of the draws", 0, 2**32 - 1),
        Parameter("randomized", "usual", "draws at the edge: usual for raps alone", options=DRAWN),
        Parameter("lam", 0.02, "raps: added for each rank beyond k_reg", 0, 10),
        Parameter("k_reg", 1, "raps: ranks without penalty", 0, 100),
        Parameter(
            "samples", "average", "how samples of a prompt join", options=("average", "first")
        ),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's uncertainty is the log-probability of the right "
        "option, which nobody has when it is needed: ours never looks at it. The two thresholds "
        "and Youden's choice are the paper's; learn-then-test control is AB-20's, by MAPIE"
    ),
    edges=(
        "Of more than 10,000 prompts that many, drawn by the seed, are used. A third of the rows "
        "calibrates the sets, a third the threshold, the rest is judged. An abstention is not "
        "covered: `coverage` is over all rows, `coverage_answered` over those answered. "
        "`should_abstain` is the share of sets that miss, `tpr` and `fpr` how often such and "
        "other rows are abstained from. Where Youden has no missed or no covered row nothing is "
        "abstained from; where no threshold is valid under control everything is: `no_threshold` "
        "counts both. Low and high are the 95 % interval of the mean over splits for as many new "
        "answers; because rows have two jobs it is a bound, often twice as wide as need be."
    ),
    how_to_get={
        "item_id": "name the column that identifies the prompt when you load the file",
        "option_logprobs": "map the probability of each option: options, option_scale",
        "gold": "map the right answer to target: the key, the text or the number of an option",
    },
)
