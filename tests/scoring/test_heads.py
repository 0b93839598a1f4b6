"""Heads: a head taken out, against a model whose weights of that head are 0."""

from __future__ import annotations

import pytest
import torch
import transformers

from scoring import forward, model
from scoring.heads import Heads, chosen_heads, projections
from scoring.offers.heads import Settings
from scoring.openings import Openings
from scoring.place import Unfit
from scoring.scorer import Case, Model, Output

CASE = Case("q", "Who sat there?")
FEW = "Sorry\nI can't"


def rows(causal: Model, *cases: Case, **settings: object) -> list[Output]:
    told = Settings.model_validate({"openings": FEW} | settings)
    return [row for row in Heads(causal, told)(cases) if isinstance(row, Output)]


def test_there_is_a_row_for_the_whole_and_for_every_head(causal: Model) -> None:
    found = rows(causal, CASE)
    names = [row.meta["prompt_variant"] for row in found]
    assert names == ["whole", *(f"L{layer}.H{head}" for layer in (0, 1) for head in range(4))]
    assert [row.sample for row in found] == list(range(9))
    assert {row.meta["pair_id"] for row in found} == {"q"}


@pytest.mark.parametrize("head", [(0, 1), (1, 3)])
def test_a_head_taken_out_is_one_whose_weights_are_zero(
    causal: Model, head: tuple[int, int]
) -> None:
    loaded = model.load(causal)
    layer, number = head
    mixes = projections(loaded.net, 4)[layer]
    with torch.no_grad():
        mixes.weight[:, number * 8 : (number + 1) * 8] = 0
    ids = forward.asked(loaded.tokenizer, CASE.prompt)
    (by_weights,) = Openings(loaded, FEW).probability(ids)
    found = {row.meta["prompt_variant"]: row.meta["refusal"] for row in rows(causal, CASE)}
    assert found[f"L{layer}.H{number}"] == pytest.approx(by_weights, rel=1e-3)
    assert found["whole"] != pytest.approx(by_weights, rel=1e-2)


def test_heads_at_once_change_nothing(causal: Model) -> None:
    one, many = rows(causal, CASE, at_once=1), rows(causal, CASE, at_once=5)
    assert [row.meta["refusal"] for row in one] == pytest.approx(
        [row.meta["refusal"] for row in many], rel=1e-3
    )


def test_the_model_is_whole_again_afterwards(causal: Model) -> None:
    scorer = Heads(causal, Settings(openings=FEW, heads="0.*"))
    assert scorer([CASE]) == scorer([CASE])


def test_heads_of_the_shape_of_gpt2_are_found() -> None:
    config = transformers.GPT2Config(vocab_size=9, n_embd=16, n_layer=3, n_head=2, n_positions=8)
    found = projections(transformers.GPT2LMHeadModel(config), 2)
    assert len(found) == 3
    assert {tuple(module.weight.shape) for module in found} == {(16, 16)}


def test_heads_that_are_not_there_are_told() -> None:
    with pytest.raises(Unfit, match="2 layers with 4 heads"):
        chosen_heads("2.0", 2, 4)
    with pytest.raises(Unfit, match="names no head"):
        chosen_heads("first", 2, 4)
    with pytest.raises(Unfit, match="not found"):
        projections(torch.nn.Linear(4, 4), 2)
    with pytest.raises(ValueError, match="pattern"):
        Settings(heads="1.x")


def test_a_prompt_that_does_not_fit_says_so(causal: Model) -> None:
    (row,) = rows(causal, Case("q", "x" * 600))
    assert "the model reads 512" in row.meta["why"]
