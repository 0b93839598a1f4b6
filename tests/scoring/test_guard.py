"""Guards on small models: one that learned to judge, and random ones for every template."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from scoring import forward
from scoring.guard import Guard
from scoring.offers.guard import Settings
from scoring.place import Unfit
from scoring.scorer import Case, Model, Score
from tests.scoring import tiny

ASKED = ("[user]How?[assistant]{}", "[user]Who?[assistant]{}")
SAID = {
    "hit him": ("\n\nunsafe\nS1,S10", " Unsafe\nCategories: Violent, PII\nRefusal: No"),
    "the owl": ("\n\nsafe", " Safe\nCategories: None\nRefusal: No"),
}
WORDS = (
    "[user]", "[assistant]", "safe", "unsafe", " Safe", " Unsafe", " Controversial", "Yes", "No",
    " yes", " no", "<score>", "\n\n", "sec", "dw", "mc", "S1", "S10", "Safety:", "Categories:",
)  # fmt: skip


@pytest.fixture(scope="module")
def judge(models: Path) -> Model:
    """A guard that speaks as Llama Guard does, and as Qwen3Guard where its answer begins so."""
    texts = []
    for asked in ASKED:
        for answer, (llama, qwen) in SAID.items():
            texts.append(f"{asked.format(answer)}[assistant]{llama}<eos>")
            texts.append(f"{asked.format(answer)}Safety:{qwen}<eos>")
    made = tiny.taught(models / "llama-guard", tiny.tokenizer(WORDS), texts)
    return Model(name=str(made), device="cpu")


@pytest.fixture(scope="module")
def plain(models: Path) -> Model:
    """A random model that knows the words of every family."""
    return Model(name=str(tiny.llama(models / "guards", tiny.tokenizer(WORDS))), device="cpu")


BAD, GOOD = Case("bad", "How?", response="hit him"), Case("good", "Who?", 1, response="the owl")


def scores(model: Model, *cases: Case, **settings: Any) -> list[Score]:
    rows = Guard(model, Settings(**settings))(cases)
    return [row for row in rows if isinstance(row, Score)]


def told(row: Score) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(row.raw or "")
    return said


def test_llama_guard_is_read_past_the_white_space_it_begins_with(judge: Model) -> None:
    bad, good = scores(judge, BAD, GOOD)
    assert bad.value > 0.9 > 0.1 > good.value
    assert told(bad) | {"words": 0, "captured": 0} == {
        "verdict": "unsafe", "category": "Violent Crimes, Hate", "words": 0, "captured": 0,
    }  # fmt: skip
    assert told(good)["category"] is None
    assert (bad.dimension, bad.up, good.sample) == ("guard", "harm", 1)


def test_qwen3guard_is_read_after_the_word_safety(judge: Model) -> None:
    bad, good = scores(judge, BAD, GOOD, family="qwen3guard")
    assert bad.value > 0.9 > 0.1 > good.value
    assert told(bad)["category"] == "Violent, Personal Information"


@pytest.mark.parametrize(
    ("family", "begin", "safe", "unsafe"),
    [
        ("shieldgemma", "", ["No"], ["Yes"]),
        ("granite_guardian", "", ["No"], ["Yes"]),
        ("granite_guardian_3_3", "<score>", [" no"], [" yes"]),
        ("llama_guard", "", ["safe"], ["unsafe"]),
    ],
)
def test_risk_is_that_of_the_first_token_of_a_plain_pass(
    plain: Model, family: str, begin: str, safe: list[str], unsafe: list[str]
) -> None:
    scorer = Guard(plain, Settings(family=family, criteria="mine: no owls"))
    (found,) = scorer([GOOD])
    loaded = scorer.guard.loaded
    text = f"[user]Who?[assistant]the owl[assistant]{begin}"
    with torch.inference_mode():
        logits = loaded.net(torch.tensor([forward.text_ids(loaded.tokenizer, text)])).logits[0, -1]
    p = logits.softmax(-1)
    words = {
        word: float(p[loaded.tokenizer.convert_tokens_to_ids(word)]) for word in (*safe, *unsafe)
    }
    assert isinstance(found, Score)
    if math.isnan(found.value):
        assert sum(words.values()) < 0.11
    else:
        risk = sum(words[word] for word in unsafe) / sum(words.values())
        assert found.value == pytest.approx(risk, rel=1e-3)


def test_every_criterion_goes_through_the_template(models: Path) -> None:
    chat = tiny.CHAT + "{{ guideline }}"
    made = tiny.llama(models / "shield", tiny.tokenizer(WORDS, chat=chat), seed=4)
    scorer = Guard(Model(name=str(made), device="cpu"), Settings(family="shieldgemma"))
    texts = scorer.guard.loaded.tokenizer.decode(
        scorer.guard.asked(GOOD, "response", "no owls here")
    )
    assert texts.endswith("[assistant]no owls here")
    assert list(scorer.guard.criteria) == ["dangerous", "harassment", "hate", "sexual"]


def test_a_guard_may_judge_the_prompt_alone(plain: Model) -> None:
    scorer = Guard(plain, Settings(family="llama_guard", about="prompt"))
    text = scorer.guard.loaded.tokenizer.decode(scorer.guard.asked(GOOD, "prompt", ""))
    assert text == "[user]Who?[assistant]"
    (found,) = scorer([Case("q", "Who?")])
    assert isinstance(found, Score)
    assert "no answer" not in (found.raw or "")


@pytest.mark.parametrize("response", [None, " "])
def test_without_an_answer_there_is_no_value(judge: Model, response: str | None) -> None:
    empty, bad = scores(judge, Case("none", "How?", response=response), BAD)
    assert math.isnan(empty.value)
    assert empty.raw == "there is no answer to score"
    assert bad.item_id == "bad"


def test_a_guard_that_says_something_else_has_no_value(judge: Model) -> None:
    (found,) = scores(judge, BAD, family="shieldgemma", criteria="mine: no owls")
    assert math.isnan(found.value)
    assert "another word" in (found.raw or "")


def test_rows_do_not_depend_on_their_batch(judge: Model) -> None:
    together, alone = scores(judge, BAD, GOOD), [*scores(judge, BAD), *scores(judge, GOOD)]
    assert [row.value for row in together] == pytest.approx([row.value for row in alone], rel=1e-3)


def test_what_does_not_fit_is_told(judge: Model) -> None:
    (found,) = scores(judge, Case("q", "x" * 600, response="the owl"))
    assert math.isnan(found.value)
    assert "the model reads 512" in (found.raw or "")


def test_a_model_of_no_known_family_is_refused(plain: Model, causal: Model) -> None:
    with pytest.raises(Unfit, match="does not say which family"):
        Guard(causal, Settings())
    with pytest.raises(Unfit, match="does not tell that by its first token"):
        Guard(causal, Settings(family="xguard"))


def test_a_model_without_a_template_is_refused(models: Path) -> None:
    made = tiny.llama(models / "bare", tiny.tokenizer(WORDS, chat=None))
    with pytest.raises(Unfit, match="no chat template"):
        scores(Model(name=str(made), device="cpu"), BAD, family="llama_guard")
