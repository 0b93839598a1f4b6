"""Cliff: refusal scores along the reasoning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import forward, model
from scoring.cliff import Cliff, places, reasoning
from scoring.offers.cliff import Settings
from scoring.openings import Openings
from scoring.scorer import Case, Model, Output

THOUGHT = "They ask who sat there. It may be a trap."
CASE = Case("q", "Who sat there?", 1, response=f"<think>\n{THOUGHT}\n</think>\n\nThe owl.")


def row(causal: Model, case: Case, **settings: object) -> Output:
    told = Settings.model_validate({"openings": "Sorry\nI can't", "places": 5} | settings)
    (found,) = Cliff(causal, told)([case])
    assert isinstance(found, Output)
    return found


def test_scores_run_from_no_thought_to_the_whole(causal: Model) -> None:
    found = row(causal, CASE)
    assert len(found.meta["refusal_scores"]) == 5
    assert all(0 <= score <= 1 for score in found.meta["refusal_scores"])
    assert found.meta["refusal_places"][0] == 0
    assert (found.response, found.sample) == (CASE.response, 1)


def test_a_score_is_that_of_the_reasoning_closed_there(causal: Model) -> None:
    found, loaded = row(causal, CASE), model.load(causal)
    text = "[user]Who sat there?[assistant]<think>\n"
    thought = forward.text_ids(loaded.tokenizer, THOUGHT)
    for at, score in zip(found.meta["refusal_places"], found.meta["refusal_scores"], strict=True):
        stopped = forward.text_ids(loaded.tokenizer, text) + thought[:at]
        stopped += forward.text_ids(loaded.tokenizer, "</think>\n\n")
        (by_hand,) = Openings(loaded, "Sorry\nI can't").probability(stopped)
        assert score == pytest.approx(by_hand, rel=1e-3)


@pytest.mark.parametrize("answer", [None, "", "The owl.", "<think></think> The owl."])
def test_an_answer_without_reasoning_has_a_row_that_says_so(
    causal: Model, answer: str | None
) -> None:
    found = row(causal, Case("q", "Who?", response=answer))
    assert "refusal_scores" not in found.meta
    assert found.meta["why"] == "the answer shows no reasoning"


def test_reasoning_that_does_not_fit_is_told(causal: Model) -> None:
    long = Case("q", "Who?", response=f"<think>{'x' * 600}</think>")
    assert "the model reads 512" in row(causal, long).meta["why"]


def test_a_template_that_opens_the_reasoning_opens_it_once(causal: Model) -> None:
    assert reasoning("Hm.</think> No.", "<think>", "</think>") == "Hm."
    found = row(causal, CASE, opens="[assistant]")
    assert found.meta["why"] if "why" in found.meta else found.meta["refusal_scores"]


@given(st.integers(0, 500), st.integers(2, 60))
def test_places_are_in_order_with_both_ends(tokens: int, many: int) -> None:
    found = places(tokens, many)
    assert found == sorted(set(found))
    assert (found[0], found[-1]) == (0, tokens)
    assert len(found) <= many
