"""EL2N on a label head."""

from __future__ import annotations

import json
import math

import pytest
import torch
import transformers

from risk import draw
from scoring.loss_norms import LossNorms, el2n
from scoring.offers.loss_norms import Settings
from scoring.place import Unfit
from scoring.scorer import Case, Model, Score
from tests.scoring import tiny


def score(model: Model, case: Case, **settings: str) -> Score:
    (found,) = LossNorms(model, Settings.model_validate(settings))([case])
    assert isinstance(found, Score)
    return found


def test_the_norm_is_that_of_the_design_by_options() -> None:
    p = [0.7, 0.2, 0.1]
    assert el2n(torch.tensor(p), 0) == pytest.approx(0.3742, abs=5e-5)
    (by_options,) = draw.el2n([p], [[True, False, False]])
    assert el2n(torch.tensor(p, dtype=torch.float64), 0) == pytest.approx(float(by_options))


def test_it_is_of_the_models_own_probabilities(classifier: Model) -> None:
    net = transformers.AutoModelForSequenceClassification.from_pretrained(classifier.name)
    made = transformers.AutoTokenizer.from_pretrained(classifier.name)
    with torch.no_grad():
        p = net(**made("an owl", return_tensors="pt")).logits[0].softmax(-1)
    p[1] -= 1
    found = score(classifier, Case("1", "q", response="an owl", target="Toxic"))
    assert found.value == pytest.approx(float(p.norm()), abs=1e-5)
    assert (found.dimension, found.up) == ("el2n", "neither")
    assert json.loads(found.raw or "")["label"] == "toxic"


def test_a_label_may_be_a_number_or_a_category(classifier: Model) -> None:
    by_name = score(classifier, Case("1", "q", response="an owl", target="insult"))
    by_number = score(classifier, Case("1", "q", response="an owl", target="2"))
    case = Case("1", "q", response="an owl", category="insult")
    assert by_name.value == by_number.value == score(classifier, case, gold="category").value


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (Case("1", "q", response="an owl"), "the prompt has no target"),
        (Case("1", "q", response="an owl", target="odd"), "'odd' is no label of the classifier"),
        (Case("1", "q", target="toxic"), "there is no answer to score"),
    ],
)
def test_without_a_label_there_is_no_value(classifier: Model, case: Case, why: str) -> None:
    found = score(classifier, case)
    assert math.isnan(found.value)
    assert found.raw == why


def test_one_output_is_not_enough(models: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("one")
    made = tiny.bert(folder, tiny.tokenizer(), {0: "score"})
    with pytest.raises(Unfit, match="one output"):
        LossNorms(Model(name=str(made), device="cpu"), Settings())
