"""Agreement over prompts: answers to one prompt, of several models or samples, count together."""

from __future__ import annotations

from typing import Any

import pytest

from app.service.measures import agree, agreed
from app.service.stores import Stores
from db import labels
from db.labels import Label
from tests.service.answers import answer, put

PROMPTS = 12


def labeled(stores: Stores, model: str, samples: int) -> str:
    """Answers to twelve prompts in two categories that three people label, each sample alike."""
    made: list[dict[str, Any]] = [
        answer(f"i{k}", 0.1, 0.1, 0.1, category="ab"[k % 2], sample=s)
        for k in range(PROMPTS) for s in range(samples)
    ]  # fmt: skip
    run = put(stores, made, model, sample="sample")
    for row in made:
        k = int(row["id"][1:])
        said = {"ann": k % 3, "bo": k % 4, "cy": k % 5}
        for person, value in said.items():
            case = (run, row["id"], row["sample"])
            act = "refused" if value else "hedged"
            kept = Label(f"{case}{person}", "c", person, case, "s", 1, 2, {"act": act})
            assert labels.save(stores.ledger, kept)
    return run


def test_every_answer_four_times_over_shrinks_no_interval(stores: Stores) -> None:
    labeled(stores, "m", 1)
    one = agreed.look(stores, "dataset:made", "act")
    labeled(stores, "n", 3)  # another model's answers, and several samples
    four = agreed.look(stores, "dataset:made", "act")
    assert four.cases == 4 * one.cases
    for name, measure in one.fields["act"].items():
        told = four.fields["act"][name]
        assert told.n == 4 * measure.n
        if measure.low == measure.low:
            assert told.high - told.low > 0.99 * (measure.high - measure.low)
    whole, more = (
        {**found.people, **{k: m["percent"] for k, m in (found.pairs | found.groups).items()}}
        for found in (one, four)
    )
    assert len(whole) == 3 + 3 + 2
    for key, measure in whole.items():
        assert (more[key].low, more[key].high) == pytest.approx((measure.low, measure.high))


def test_samples_count_together_in_the_shell_too(stores: Stores) -> None:
    few, many = (labeled(stores, model, n) for model, n in (("m", 1), ("n", 4)))
    ends = {
        run: [(row.low, row.high) for row in agree.rows(stores, [run]) if row.measure == "percent"]
        for run in (few, many)
    }
    assert ends[many][0] == pytest.approx(ends[few][0])
