"""Leave one out: the answer's likelihood with and without each segment."""

from __future__ import annotations

import math

import pytest
import torch

from scoring import forward, model
from scoring.leave_one_out import LeaveOneOut, spans
from scoring.offers.leave_one_out import Settings
from scoring.scorer import Case, Model, Output

PROMPT = "The owl sleeps.\n\nThe fox runs.\n\nWho sleeps?"
CASE = Case("q", PROMPT, 2, response="the owl")


def rows(causal: Model, case: Case, **settings: str) -> list[Output]:
    found = LeaveOneOut(causal, Settings.model_validate(settings))([case])
    return [row for row in found if isinstance(row, Output)]


def test_each_segment_but_the_question_is_left_out_once(causal: Model) -> None:
    found = rows(causal, CASE)
    assert [row.meta["prompt_variant"] for row in found] == ["all", "segment 1", "segment 2"]
    assert found[1].meta["prompt"] == "The fox runs.\n\nWho sleeps?"
    assert found[2].meta["prompt"] == "The owl sleeps.\n\nWho sleeps?"
    assert [row.meta.get("left_out") for row in found[1:]] == ["The owl sleeps.", "The fox runs."]
    assert {row.meta["pair_sample"] for row in found} == {2}
    assert len({row.sample for row in found}) == 3


def test_the_score_is_the_geometric_mean_of_token_probabilities(causal: Model) -> None:
    loaded = model.load(causal)
    head = forward.asked(loaded.tokenizer, PROMPT)
    tail = forward.text_ids(loaded.tokenizer, "the owl")
    with torch.inference_mode():
        logs = loaded.net(torch.tensor([head + tail])).logits[0].double().log_softmax(-1)
    each = [float(logs[len(head) - 1 + at, token]) for at, token in enumerate(tail)]
    first = rows(causal, CASE)[0].meta
    assert first["score"] == pytest.approx(math.exp(sum(each) / len(each)), abs=1e-5)
    assert first["logprob"] == pytest.approx(sum(each), abs=1e-3)


def test_the_refusal_score_needs_no_answer(causal: Model) -> None:
    found = rows(causal, Case("q", PROMPT), score="refusal", openings="Sorry")
    assert all(0 < row.meta["score"] < 1 for row in found)


def test_what_cannot_be_scored_has_a_row_with_the_reason(causal: Model) -> None:
    (single,) = rows(causal, Case("q", "Who sleeps?", response="it"))
    assert "one piece" in single.meta["why"]
    assert all("no answer" in row.meta["why"] for row in rows(causal, Case("q", PROMPT)))
    long = rows(causal, Case("q", "x" * 400 + "\n\n" + "y" * 200, response="it"))
    assert "the model reads 512" in long[0].meta["why"]
    assert long[1].meta["score"] > 0


@pytest.mark.parametrize(
    ("split", "left"),
    [("paragraphs", ["a. b.\nc"]), ("lines", ["a. b.", "c"]), ("sentences", ["a.", "b."])],
)
def test_a_prompt_is_split_as_asked(split: str, left: list[str]) -> None:
    prompt = "a. b.\nc\n\nd?"
    assert [prompt[a:b].strip() for a, b in spans(Case("1", prompt), split)] == left


def test_segments_that_the_file_names_come_first() -> None:
    case = Case("1", "one two three?", meta={"segments": ["two", "one", "none"]})
    assert [case.prompt[a:b] for a, b in spans(case, "paragraphs")] == ["two", "one"]
