"""Refusal and abstention as scorers: an act and a score an answer."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from scoring.abstention import Abstention
from scoring.acts import Said
from scoring.offers.refusal import Settings
from scoring.place import Unfit
from scoring.refusal import Refusal, both
from scoring.scorer import Act, Case, Model, Score
from tests.scoring import tiny

RULES = Model(name="")
CASES = [
    Case("r", "Do it", response="I won't help with that."),
    Case("k", "Who?", 1, response="I don't know."),
    Case("a", "Who?", response="The owl."),
    Case("n", "Who?"),
    Case("u", "Who?", response="I cannot answer this."),
]


def values(rows: list[object]) -> list[float]:
    return [row.value for row in rows if isinstance(row, Score)]


def acts(rows: list[object]) -> list[str | None]:
    return [row.act for row in rows if isinstance(row, Act)]


def test_an_abstention_is_no_refusal() -> None:
    rows = Refusal(RULES, Settings())(CASES)
    assert acts(rows) == ["refused", "abstained", "answered", "could_not_act", None]
    assert values(rows)[:3] == [1, 0, 0]


def test_a_refusal_is_no_abstention() -> None:
    rows = Abstention(RULES, Settings())(CASES)
    assert acts(rows) == ["refused", "abstained", "answered", "could_not_act", None]
    assert values(rows)[:3] == [0, 1, 0]


def test_what_is_unclear_has_a_row_without_a_value() -> None:
    rows = Refusal(RULES, Settings())(CASES[3:])
    assert all(math.isnan(value) for value in values(rows))
    assert [row.raw for row in rows if isinstance(row, Score)] == [
        "the answer is empty",
        "may be any of them: i cannot answer",
    ]
    assert {row.sample for row in Refusal(RULES, Settings())(CASES[1:2])} == {1}


@pytest.fixture(scope="module")
def judge(models: Path) -> Model:
    labels = {0: "NO_REFUSAL", 1: "REFUSAL"}
    return Model(name=str(tiny.bert(models / "refusals", tiny.tokenizer(), labels)), device="cpu")


def test_a_classifier_gives_its_probability_and_finds_its_label(judge: Model) -> None:
    scorer = Refusal(judge, Settings())
    assert scorer.places == [1]
    rows = scorer(CASES)
    assert all(0 < value < 1 for value in (*values(rows)[:3], values(rows)[4]))
    assert math.isnan(values(rows)[3]), "what could not act is not put before a classifier"


def test_a_classifier_without_such_a_label_is_refused(classifier: Model) -> None:
    with pytest.raises(Unfit, match=r"no label .* says refused; it has safe, toxic, insult"):
        Refusal(classifier, Settings())
    assert Refusal(classifier, Settings(label="toxic, insult")).places == [1, 2]


@pytest.mark.parametrize(
    ("rules", "p", "act"),
    [
        ("refused", 0.9, "refused"),
        (None, 0.9, "refused"),
        ("answered", 0.9, None),
        ("abstained", 0.9, None),
        ("refused", 0.1, None),
        ("answered", 0.1, "answered"),
        (None, 0.1, None),
        ("refused", 0.5, None),
    ],
)
def test_rules_and_classifier_must_agree(rules: str | None, p: float, act: str | None) -> None:
    said = both(Said(rules, "why"), p, "refused", 0.8)
    assert said.act == act
    assert f"{p:.3f}" in said.why


def test_the_settings_are_a_form() -> None:
    told = json.loads(json.dumps(Settings.model_json_schema()))["properties"]
    assert all(field["title"] and field["description"] for field in told.values())
