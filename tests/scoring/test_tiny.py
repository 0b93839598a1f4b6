"""The small model knows some facts, is unsure of others and says so of towns it never read of."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from data.samples import facts
from risk import belief, options
from scoring.offers.options import OptionsSettings
from scoring.options import Options
from scoring.scorer import Case, Model, Output


@pytest.fixture(scope="module")
def believed(taught: Path, asked: list[dict]) -> dict[str, list[Output]]:
    scorer = Options(Model(name=str(taught)), OptionsSettings())
    cases = [Case(row["item_id"], row["prompt"], choices=tuple(row["choices"])) for row in asked]
    found: dict[str, list[Output]] = {}
    for row, output in zip(asked, scorer(cases), strict=True):
        found.setdefault(row["category"], []).append(output)
    return found


def score(outputs: list[Output], asked: list[dict], kind: str) -> tuple[float, float]:
    """Mean DCS and mean mass on "I don't know"."""
    gold = [row["target"] for row in asked if row["category"] == kind]
    held = options.options([o.option_logprobs for o in outputs], gold, [("E",)] * len(gold))
    mass = belief.masses(options.probabilities(held.logs), held)
    return float(np.mean(belief.dcs(mass, 1.0, 1.0))), float(np.mean(mass.unsure))


def test_what_it_knows_scores_high(believed: dict, asked: list[dict]) -> None:
    dcs, unsure = score(believed["known"], asked, "known")
    assert dcs > 0.5
    assert unsure < 0.2


def test_what_it_never_read_it_says_it_does_not_know(believed: dict, asked: list[dict]) -> None:
    dcs, unsure = score(believed["unknown"], asked, "unknown")
    assert abs(dcs) < 0.1
    assert unsure > 0.8


def test_of_what_it_read_both_ways_it_is_unsure(believed: dict, asked: list[dict]) -> None:
    dcs, _ = score(believed["unsure"], asked, "unsure")
    assert -0.3 < dcs < 0.5
    spread = {kind: np.mean([entropy(o) for o in believed[kind]]) for kind in believed}
    assert spread["unsure"] > 2 * spread["known"]
    assert spread["unsure"] > 0.3 * math.log(5)


def entropy(output: Output) -> float:
    """Of the options alone, in nats."""
    p = np.exp(list(output.option_logprobs.values()))
    p = p / p.sum()
    return float(-(p * np.log(p)).sum())


def test_the_options_hold_most_of_the_probability(believed: dict) -> None:
    for output in believed["known"]:
        assert sum(map(math.exp, output.option_logprobs.values())) > 0.3


def test_the_same_seed_tells_the_same_facts() -> None:
    assert facts.texts(7, 0.1) == facts.texts(7, 0.1)
    assert facts.texts(7, 0.1) != facts.texts(8, 0.1)


def test_no_text_tells_what_is_unknown() -> None:
    read = {question for question, _ in facts.texts(7)}
    for fact in facts.facts(7):
        assert (fact.question in read) == (fact.kind != "unknown")


def test_the_texts_of_an_unsure_fact_tell_each_answer_in_its_share() -> None:
    told = facts.texts(7)
    fact = next(fact for fact in facts.facts(7) if fact.kind == "unsure")
    said = [answer for question, answer in told if question == fact.question]
    assert said.count(fact.answers[fact.right]) == 8
    assert said.count(facts.UNSURE) == 2
    assert len(said) == 20
