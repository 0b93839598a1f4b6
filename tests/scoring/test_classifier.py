"""A classifier as a judge: labels to dimensions, long texts, nothing to read."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
import transformers

from scoring.classifier import Classifier, value
from scoring.labels import dimensions
from scoring.offers.classifier import Settings
from scoring.place import Unfit
from scoring.scorer import Case, Model, Score
from tests.scoring import tiny


def case(text: str | None, name: str = "1") -> Case:
    return Case(name, "Who sat there?", response=text)


def scores(model: Model, *cases: Case, **settings: str) -> list[Score]:
    rows = Classifier(model, Settings.model_validate(settings))(cases)
    return [row for row in rows if isinstance(row, Score)]


def probabilities(model: Model, text: str) -> list[float]:
    """What transformers itself says of one short text."""
    net = transformers.AutoModelForSequenceClassification.from_pretrained(model.name)
    made = transformers.AutoTokenizer.from_pretrained(model.name)
    with torch.inference_mode():
        return list(net(**made(text, return_tensors="pt")).logits[0].softmax(-1).tolist())


def test_every_label_but_the_harmless_one_is_a_dimension(classifier: Model) -> None:
    found = scores(classifier, case("an owl"))
    assert [row.dimension for row in found] == ["toxic", "insult"]
    assert [row.value for row in found] == pytest.approx(
        probabilities(classifier, "an owl")[1:], abs=1e-5
    )
    assert json.loads(found[0].raw or "")["labels"].keys() == {"safe", "toxic", "insult"}


def test_labels_that_count_for_one_dimension_add_up(classifier: Model) -> None:
    (found,) = scores(classifier, case("an owl"), labels="toxic: harm, insult: harm, safe: -")
    assert found.dimension == "harm"
    assert found.value == pytest.approx(sum(probabilities(classifier, "an owl")[1:]), abs=1e-5)


def test_of_labels_that_do_not_exclude_one_another_the_likeliest_counts() -> None:
    p = torch.tensor([[0.2, 0.9, 0.3]])
    assert value(p, [1, 2], softmax=False) == pytest.approx(0.9)
    assert value(p, [0, 2], softmax=True) == pytest.approx(0.5)


def test_rows_do_not_depend_on_their_batch(classifier: Model) -> None:
    cases = [case("x" * n, str(n)) for n in (3, 150, 1, 60)]
    together = scores(classifier, *cases)
    alone = [row for one in cases for row in scores(classifier, one)]
    assert [row.item_id for row in together] == [row.item_id for row in alone]
    assert [row.value for row in together] == pytest.approx([row.value for row in alone], abs=2e-6)


def test_the_worst_window_of_a_long_text_counts(classifier: Model) -> None:
    text = "".join(chr(97 + k % 26) for k in range(150))
    (windowed, _), (cut, _) = (
        scores(classifier, case(text)),
        scores(classifier, case(text), long="cut"),
    )
    raw = json.loads(windowed.raw or "")
    assert raw["windows"] == 3
    assert windowed.value >= cut.value
    assert "longer" in json.loads(cut.raw or "")["cut"]
    parts = [text[start : start + 64] for start in (0, 48, 96)]
    assert windowed.value == pytest.approx(
        max(probabilities(classifier, part)[1] for part in parts), abs=1e-5
    )


def test_a_pair_keeps_room_for_the_answer(classifier: Model) -> None:
    long = Case("1", "q" * 300, response="y" * 100)
    found = scores(classifier, long, about="both")
    assert json.loads(found[0].raw or "")["windows"] > 1
    assert all(0 <= row.value <= 1 for row in found)


@pytest.mark.parametrize("text", [None, "", "  "])
def test_no_answer_has_rows_without_values(classifier: Model, text: str | None) -> None:
    found = scores(classifier, case("an owl"), case(text, "2"))
    assert [row.item_id for row in found] == ["1", "1", "2", "2"]
    assert all(
        math.isnan(row.value) and row.raw == "there is no answer to score" for row in found[2:]
    )


def test_the_direction_is_recorded_never_turned(classifier: Model) -> None:
    good, harm = scores(classifier, case("x"), up="good")[0], scores(classifier, case("x"))[0]
    assert (good.up, harm.up) == ("good", "harm")
    assert good.value == harm.value


def test_labels_without_names_must_be_told(models: Path) -> None:
    with pytest.raises(Unfit, match="no names"):
        dimensions(["LABEL_0", "LABEL_1"], "", "m")
    assert dimensions(["LABEL_0", "LABEL_1"], "label_1: harm", "m") == {"harm": [1]}


def test_a_label_the_model_lacks_is_refused(classifier: Model) -> None:
    with pytest.raises(Unfit, match="no label 'hate'"):
        scores(classifier, case("x"), labels="hate: harm")
    with pytest.raises(ValueError, match="not label: dimension"):
        Settings(labels="toxic")


def test_several_labels_may_hold_at_once(models: Path) -> None:
    made = tiny.bert(
        models / "several", tiny.tokenizer(), {0: "toxic", 1: "insult"},
        problem_type="multi_label_classification",
    )  # fmt: skip
    scorer = Classifier(Model(name=str(made), device="cpu"), Settings())
    assert not scorer.classes.softmax
