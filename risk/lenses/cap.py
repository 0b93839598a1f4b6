"""CAP: a learned policy that answers, offers a set, or abstains (arXiv 2502.06884)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from risk.beside import compare
from risk.judged import measured
from risk.lens import Columns, Finding, Lens, Parameter
from risk.sets import questions
from risk.splits import some


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The same measures on the same test rows for the policy, LAC and APS.

    >>> from risk.lens import worked
    >>> logs = [{"A": -0.1, "B": -2.4}] * 16  # always sure and right
    >>> items = [f"i{n}" for n in range(16)]
    >>> found = worked(LENS, item_id=items, option_logprobs=logs, gold=["A"] * 16)
    >>> found["coverage lac"], found["accuracy lac"], found["coverage cap"], found["abstain cap"]
    (1.0, 1.0, 1.0, 0.0)
    """
    rows = some(questions(columns, chosen["samples"]), chosen["seed"])
    draws = chosen["randomized"] == "yes"
    found = compare(rows, chosen["alpha"], chosen["splits"], chosen["seed"], draws)
    for method, one in found.items():
        why = f"every row was abstained from, or all were alike ({one.n} a split)"
        nothing = dict.fromkeys(one.tested, why)
        told = measured(one, rows.p.shape[1], rows.lost, nothing)
        yield from (Finding(name, some, method) for name, some in told.items())


LENS = Lens(
    name="cap",
    title="Learned conformal abstention",
    source="Conformal Abstention Policies, arXiv 2502.06884",
    up="neither",
    table="outputs",
    needs=("item_id", "option_logprobs", "gold"),
    may_use=("sample", "category"),
    parameters=(
        Parameter("alpha", 0.1, "LAC and APS: the share of right options missed", 0.001, 0.999),
        Parameter("splits", 20, "random splits; a policy is learned in each", 2, 1000),
        Parameter("seed", 0, "seed of the splits and of the learning", 0, 2**32 - 1),
        Parameter("randomized", "no", "APS draws at the edge of a set", options=("no", "yes")),
        Parameter(
            "samples", "average", "how samples of a prompt join", options=("average", "first")
        ),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's actions are drawn at random, its policy is trained "
        "on test rows and its abstentions count as right. Soft shares, cost and the bounds of the "
        "two levels are the paper's; the action is deterministic, the policy is a Gaussian mean "
        "over the levels, and an abstention is neither right nor covered"
    ),
    edges=(
        "Of more than 10,000 prompts that many, drawn by the seed, are used. Half of the rows is "
        "the test half of every method. Of the other half LAC and APS use all; the policy learns "
        "its levels alpha and beta on one half of it (500 rows at most), calibrates on the other. "
        "`coverage` is over all rows; `coverage_answered`, size, accuracies over answered. auroc "
        "and auarc rank rows by size of set, then 1 - max p, an abstention least sure; ece takes "
        "max p over answered rows: one definition for all. Fewer calibration rows than 1 / beta - "
        "1 never abstain. Low and high are the 95 % interval of the mean over splits for as many "
        "new answers; the policy's is a bound, as its rows have two jobs."
    ),
    how_to_get={
        "item_id": "name the column that identifies the prompt when you load the file",
        "option_logprobs": "map the probability of each option: options, option_scale",
        "gold": "map the right answer to target: the key, the text or the number of an option",
    },
)
