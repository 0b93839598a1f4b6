"""Conformal sets: coverage and size of LAC, APS and RAPS on held-out rows (arXiv 2305.18404)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from risk.conformal import Rule, trials
from risk.lens import Columns, Finding, Lens, Parameter
from risk.sets import DRAWN, METHODS, drawn, questions
from risk.tested import by_size, summary


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """The measures over the splits, then what happens at each size of set.

    >>> from risk.lens import worked
    >>> import math
    >>> logs = [{k: math.log(p) for k, p in zip("ABCD", (0.5, 0.3, 0.15, 0.05))}] * 20
    >>> items = [f"i{n}" for n in range(20)]
    >>> found = worked(LENS, {"splits": 5}, item_id=items, option_logprobs=logs, gold=["A"] * 20)
    >>> found["coverage"], found["set_size"], found["threshold"]
    (1.0, 1.0, 0.5)
    """
    rows = questions(columns, chosen["samples"])
    rule = Rule(
        chosen["alpha"],
        chosen["method"],
        chosen["quantile"],
        chosen["keep_top"] == "yes",
        chosen["lam"],
        chosen["k_reg"],
        drawn(chosen["randomized"], chosen["method"]),
    )
    found = trials(
        rows, rule, chosen["splits"], chosen["seed"], chosen["share"], chosen["evaluate"]
    )
    yield from (Finding(name, one) for name, one in summary(found).items())
    for size, told in by_size(found).items():
        yield from (Finding(name, one, f"size {size}") for name, one in told.items())


LENS = Lens(
    name="conformal",
    title="Conformal sets of options",
    source="Conformal prediction for multiple-choice answers, arXiv 2305.18404",
    up="neither",
    table="outputs",
    needs=("item_id", "option_logprobs", "gold"),
    may_use=("sample", "category"),
    parameters=(
        Parameter("alpha", 0.1, "the share of right options a set may miss", 0.001, 0.999),
        Parameter("method", "lac", "how strange an option is", options=METHODS),
        Parameter("splits", 1000, "random splits into calibration and test", 2, 10_000),
        Parameter("share", 0.5, "the part of the rows that calibrates", 0.05, 0.95),
        Parameter("seed", 0, "seed of the splits and of the draws", 0, 2**32 - 1),
        Parameter(
            "quantile",
            "exact",
            "exact rank, or higher as several codes",
            options=("exact", "higher"),
        ),
        Parameter(
            "evaluate", "test", "on held-out rows, or all as some figures", options=("test", "all")
        ),
        Parameter("keep_top", "yes", "an empty set keeps the likeliest", options=("yes", "no")),
        Parameter("randomized", "usual", "draws at the edge: usual for raps alone", options=DRAWN),
        Parameter("lam", 0.02, "raps: added for each rank beyond k_reg", 0, 10),
        Parameter("k_reg", 1, "raps: ranks without penalty", 0, 100),
        Parameter(
            "samples", "average", "how samples of a prompt join", options=("average", "first")
        ),
    ),
    measures=measures,
    figure="dots",
    status="as published",
    edges=(
        "Probabilities are made to sum to one over the options. With more than 5,000 rows fewer "
        "splits are made, 50 at least. Calibration rows are never judged unless evaluate is all. "
        "Values are means over splits. Low and high are the 95 % interval of such a mean for as "
        "many new answers, from what each split's sets do on the rows that made them, no shorter "
        "than that of a share of as many answers. Too few calibration rows for alpha put every "
        "option in, and `threshold` is not defined. Rows without probabilities or right option are "
        "lost, as is a prompt whose averaged samples differ in options. Coverage by size pools the "
        "splits; `precision` is how often the likeliest option is right there. uacc is not defined "
        "where rows differ in their number of options. Draws depend on seed and prompt alone."
    ),
    how_to_get={
        "item_id": "name the column that identifies the prompt when you load the file",
        "option_logprobs": "map the probability of each option: options, option_scale",
        "gold": "map the right answer to target: the key, the text or the number of an option",
    },
)
