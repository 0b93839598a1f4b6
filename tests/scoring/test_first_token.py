"""First token: the codes' probabilities, read by the lens of the same name."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from risk.lenses import first_token as lens
from scoring import forward
from scoring.first_token import FirstToken
from scoring.offers.first_token import Settings
from scoring.scorer import Case, Model, Output
from tests.scoring import tiny

CASE = Case("q", "How?", 2, response="hit him")


def guard(folder: Path, **more: Any) -> Model:
    made = tiny.tokenizer(("sec", "dw", "mc", "odd"), **more)
    return Model(name=str(tiny.llama(folder, made, seed=2)), device="cpu")


@pytest.fixture(scope="module")
def xguard(models: Path) -> Model:
    return guard(models / "xguard")


def row(model: Model, case: Case, **settings: str) -> Output:
    (found,) = FirstToken(model, Settings.model_validate(settings))([case])
    assert isinstance(found, Output)
    return found


def test_codes_have_the_probability_of_the_first_token(xguard: Model) -> None:
    scorer = FirstToken(xguard, Settings())
    loaded = scorer.guard.loaded
    ids = forward.text_ids(loaded.tokenizer, "[user]How?[assistant]hit him")
    (first,) = forward.following(loaded, [ids], range(len(loaded.tokenizer)))
    assert not scorer.guard._blank(first.top), "choose a model that does not begin with white space"
    p = first.logp.exp()
    found = row(xguard, CASE)
    assert set(found.option_logprobs) == {"sec", "dw", "mc"}
    for code, log in found.option_logprobs.items():
        token = loaded.tokenizer.convert_tokens_to_ids(code)
        assert math.exp(log) == pytest.approx(float(p[token]), rel=1e-3)
    assert found.meta["captured"] == pytest.approx(
        sum(map(math.exp, found.option_logprobs.values())), rel=1e-4
    )
    assert "pc" in found.meta["no_token"]
    assert (found.sample, found.response) == (2, "hit him")


def test_the_lens_reads_them(xguard: Model) -> None:
    found = row(xguard, CASE)
    risk, captured, _ = lens.read(found.option_logprobs, ("sec",))
    p = {code: math.exp(log) for code, log in found.option_logprobs.items()}
    assert risk == pytest.approx((p["dw"] + p["mc"]) / sum(p.values()))
    assert captured == pytest.approx(found.meta["captured"], rel=1e-4)


def test_the_codes_are_those_of_the_models_own_map(models: Path) -> None:
    told = {"sec": "Safe-Safe", "odd": "Odd Things-Very Odd"}
    found = row(guard(models / "own-xguard", id2risk=told), CASE)
    assert set(found.option_logprobs) == {"sec", "odd"}
    assert "no_token" not in found.meta


def test_without_an_answer_there_are_no_codes(xguard: Model) -> None:
    found = row(xguard, Case("q", "How?"))
    assert (found.option_logprobs, found.meta["why"]) == ({}, "there is no answer to score")
    assert torch.is_grad_enabled()
