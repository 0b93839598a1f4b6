"""Availability under attack: how much more a model abstains with a trigger (arXiv 2108.11299)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import spread
from risk.availability import lift
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure
from risk.pairs import paired
from risk.seen import says


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Each variant against the clean prompts of the same pairs.

    >>> from risk.lens import worked
    >>> pairs, kinds = [f"p{i}" for i in range(50)] * 2, ["clean"] * 50 + ["trigger"] * 50
    >>> silent = [1] * 4 + [0] * 46 + [1] * 3 + [0] + [1] * 28 + [0] * 18
    >>> found = worked(LENS, pair_id=pairs, prompt_variant=kinds, abstained=silent)
    >>> found["lift trigger"], found["abstained trigger: clean"]
    (0.54, 0.08)
    """
    plain = str(chosen["clean"])
    silent = np.asarray(columns["abstained"], dtype=float)
    for name, found_pairs in paired(columns, silent, plain).items():
        told = (found_pairs.before, found_pairs.after, found_pairs.lost)
        found = lift(*told, chosen["draws"], found_pairs.pair)
        yield Finding("abstained", found.clean, f"{name}: clean")
        yield Finding("abstained", found.triggered, name)
        yield Finding("availability", _less(found.triggered), name)
        yield Finding("lift", found.lift, name)
        why = "" if found.pairs else "no pairs"
        yield Finding("p", Measure(found.p, n=found.pairs, lost=found.lift.lost, why=why), name)
    if "correct" in columns:
        mine = says(columns["prompt_variant"], plain)
        of = spread.items(columns.get("item_id"))
        yield Finding("accuracy", spread.share(columns["correct"], mine, of), plain)


def _less(m: Measure) -> Measure:
    return Measure(1 - m.value, 1 - m.high, 1 - m.low, m.n, m.lost, m.why)


LENS = Lens(
    name="availability",
    title="Availability under attack",
    source="Availability attacks on certifiers, arXiv 2108.11299",
    up="harm",
    table="outputs",
    needs=("pair_id", "prompt_variant", "abstained"),
    may_use=("sample", "pair_sample", "correct", "item_id"),
    parameters=(
        Parameter("clean", "clean", "the variant of the prompts without a trigger"),
        Parameter("draws", 2000, "bootstrap replicates", 100, 20_000),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper shows the phenomenon (a trigger makes a system abstain) "
        "and names no measure: lift is the paired difference of abstention rates, p is McNemar's "
        "exact two-sided value"
    ),
    edges=(
        "Only prompts there both ways count; the rest are lost. Refusals are no abstentions, so an "
        "attack that forces refusals shows in what is lost: look at refusals apart. p is 1 where "
        "no pair differs. Several samples pair up by their number."
    ),
    how_to_get={
        "pair_id": "tag each prompt with the pair it belongs to when you load the prompts",
        "prompt_variant": "tag each prompt as clean or by the name of its trigger",
        "abstained": "load or make labels of what the model did, or map a score named abstained",
    },
)
