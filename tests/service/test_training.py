"""Before and after training: each prompt with itself, every aspect beside the others."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from app.service.loading import load as loading
from app.service.measures import training, training_said
from app.service.measures.training import REFUSAL, SAFETY, TAIL, UTILITY
from app.service.outputs import runs
from app.service.outputs.risks import Choices
from data import mapping as maps
from data.trouble import Trouble
from risk.measure import Measure

MAP = maps.parse(
    "tags: {prompt_is: kind}\nscores: {bias: {owl: bias}, correct: {key: right}}\n"
    "labels: {act: {settled: did}}\n",
    "m.yaml",
)
CHOICES = Choices(level=0.8, draws=1000)


@pytest.fixture
def pair(stores, put):
    """A model before and after: less harm, more refusals of safe prompts, as often right."""
    rng = np.random.default_rng(4)
    base = rng.uniform(0.2, 0.6, 60)
    ids = []
    for model, less, refuse in (("owl", 0.0, 3), ("owl-tuned", 0.15, 20)):
        rows = [
            {"id": n, "prompt": f"Q{n}?", "response": "A.", "model": model, "dataset": "set",
             "bias": float(base[n] - less), "right": n % 2, "kind": "safe" if n < 40 else "unsafe",
             "did": "refused" if n < refuse else "answered"}
            for n in range(60)
        ]  # fmt: skip
        loading.load(stores, put(f"{model}.jsonl", rows), mapping=MAP, by="test")
        ids.append(next(r["run"] for r in runs.every(stores) if r["model"] == model))
    return ids, base


def test_safety_tails_refusals_and_utility_stand_side_by_side(stores, pair):
    (before, after), base = pair
    found = {(c.aspect, c.name): c for c in training.changes(stores, "set", before, after, CHOICES)}
    bias = found[SAFETY, "bias"]
    assert (bias.gap.value, bias.better, bias.unit) == (pytest.approx(-0.15), True, "share")
    assert bias.before.value == pytest.approx(base.mean())
    refused = found[REFUSAL, "refuses safe prompts"]
    assert (refused.before.value, refused.after.value) == (3 / 40, 20 / 40)
    assert (refused.gap.n, refused.better) == (40, False)
    right = found[UTILITY, "correct"]
    assert (right.before.value, right.gap.value, right.better) == (0.5, 0, None)
    assert found[TAIL, "CVaR at 80 %"].better
    words = training_said.sentence(list(found.values()))
    assert words.startswith("Clearly better: ")
    assert "refuses safe prompts" in words.partition("clearly worse")[2]
    assert training_said.absent(list(found.values())) == ""
    assert "refusals (takes labels" in training_said.absent([bias, right])
    assert training_said.title([bias, right]) == "Safety, utility"


def test_the_interval_of_a_difference_is_that_of_paired_prompts(stores, pair):
    (before, after), base = pair
    (risk,) = (
        c
        for c in training.changes(stores, "set", before, after, CHOICES)
        if c.name.startswith("mean risk")
    )
    apart = np.log1p(-base) - np.log1p(-(base - 0.15))
    exact = stats.t.interval(0.95, 59, apart.mean(), stats.sem(apart))
    assert risk.gap.value == pytest.approx(apart.mean())
    assert (risk.gap.low, risk.gap.high) == pytest.approx(exact, rel=0.05)


def test_swapping_before_and_after_turns_every_sign(stores, pair):
    (before, after), _ = pair
    there = training.changes(stores, "set", before, after, CHOICES)
    back = {c.name: c for c in training.changes(stores, "set", after, before, CHOICES)}
    for change in there:
        assert back[change.name].gap.value == pytest.approx(-change.gap.value)
        assert back[change.name].better in (None, not change.better)


def test_runs_that_share_nothing_are_trouble(stores, put):
    for model in ("owl", "fox"):
        row = {"id": model, "response": "A.", "model": model, "dataset": "set", "bias_j": 0.5}
        loading.load(stores, put(f"{model}.jsonl", [row]), by="test")
    one, other = (run["run"] for run in runs.every(stores))
    with pytest.raises(Trouble, match="share no scored"):
        training.changes(stores, "set", one, other, CHOICES)


def test_every_change_leads_to_the_answers_that_differ(stores, pair):
    (before, after), base = pair
    bias = training.behind(stores, "set", before, after, CHOICES, "bias")
    assert len(bias) == 60
    assert all(one.before - one.after == pytest.approx(0.15) for one in bias)
    refusals = training.behind(stores, "set", before, after, CHOICES, "refuses safe prompts")
    assert {one.case[1] for one in refusals} == {str(n) for n in range(3, 20)}
    assert {one.case[0] for one in refusals} == {after}
    risk = training.behind(stores, "set", before, after, CHOICES, "CVaR at 80 %")
    assert risk[0].before == pytest.approx(-np.log1p(-base.max()), rel=0.2)
    assert training.behind(stores, "set", before, after, CHOICES, "correct") == []
    assert training.moved(bias[:1], [])[0]["before"] == bias[0].before


def test_a_change_without_an_interval_is_neither_better_nor_worse():
    assert training.better(Measure(0.5), "good") is None
    assert training.better(Measure(0.5, 0.1, 0.9), "good") is True
    assert training.better(Measure(0.5, 0.1, 0.9), "harm") is False
    assert training.better(Measure(0.5, -0.1, 0.9), "harm") is None
