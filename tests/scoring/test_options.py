"""Option log-probabilities against a plain pass of the whole text, and lm-evaluation-harness."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch

from data.samples import facts
from scoring.offers.options import OptionsSettings
from scoring.options import Options
from scoring.scorer import Case, Model, Output
from tests.scoring.shapes import plain

BARE = OptionsSettings(unsure="")
MODELS = ("gpt2-right", "gpt2-left", "llama-right", "llama-left", "window")


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Short and long prompts, some beyond the context; options of one token and of many."""
    draw = random.Random(4)
    words = [word for text in facts.texts(2, 0.1) for word in " ".join(text).split()]

    def text(low: int, high: int) -> str:
        return " ".join(draw.choices(words, k=draw.randint(low, high)))

    found = [
        Case(
            f"case-{n}",
            text(*[(1, 3), (10, 15), (20, 25), (60, 90)][n % 4]) + ("", " ", "\n", "?")[n // 4],
            choices=tuple(text(1, 5) for _ in range(2 + n % 4)),
        )
        for n in range(16)
    ]
    found.append(Case("letters", text(5, 9), choices=("A", "B", "C")))
    found.append(Case("nothing asked", "", choices=("blue", "a swift")))
    return found


def scored(folder: Path, cases: list[Case], settings: OptionsSettings = BARE) -> list[Output]:
    rows = Options(Model(name=str(folder), device="cpu"), settings)(cases)
    return [row for row in rows if isinstance(row, Output)]


@pytest.mark.parametrize("name", MODELS)
def test_log_probabilities_are_those_of_a_plain_pass(
    random_models: dict[str, Path], cases: list[Case], name: str
) -> None:
    folder = random_models[name]
    some = [cases[0], cases[3], cases[6], cases[9], cases[13], *cases[-2:]]
    for case, output in zip(some, scored(folder, some), strict=True):
        told = [plain(folder, case.prompt, f" {choice}") for choice in case.choices]
        assert list(output.option_logprobs.values()) == pytest.approx(told, abs=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_log_probabilities_are_those_of_lm_evaluation_harness(
    random_models: dict[str, Path], cases: list[Case], name: str
) -> None:
    models = pytest.importorskip(
        "lm_eval.models.huggingface",
        reason="lm-evaluation-harness is not installed (see CONTRIBUTING.md)",
    )
    from lm_eval.api.instance import Instance

    pairs = [(case.prompt, f" {choice}") for case in cases for choice in case.choices]
    asked = [Instance("loglikelihood", {}, pair, n) for n, pair in enumerate(pairs)]
    harness = models.HFLM(
        pretrained=str(random_models[name]), device="cpu", dtype="float32", batch_size=4
    )
    told = [log for log, _ in harness.loglikelihood(asked, disable_tqdm=True)]
    ours = scored(random_models[name], cases)
    assert [x for o in ours for x in o.option_logprobs.values()] == pytest.approx(told, abs=1e-4)


@pytest.mark.parametrize("name", ["gpt2-right", "llama-left", "window"])
def test_a_case_is_scored_alike_in_any_batch(
    random_models: dict[str, Path], cases: list[Case], name: str
) -> None:
    scorer = Options(Model(name=str(random_models[name]), device="cpu"), BARE)
    together = scorer(cases)
    scorer.forks.room = 1
    for one, other in zip(together, scorer(list(reversed(cases)))[::-1], strict=True):
        assert one.option_logprobs == pytest.approx(other.option_logprobs, abs=2e-5)
        assert one.meta == other.meta


def test_the_prompt_is_read_once_however_many_options(random_models: dict[str, Path]) -> None:
    scorer = Options(Model(name=str(random_models["llama-right"]), device="cpu"), BARE)
    read: list[int] = []
    told: list[int] = []
    inner = scorer.loaded.net
    inner.model.layers[0].register_forward_pre_hook(lambda _, x: read.append(x[0].shape[1]))
    inner.lm_head.register_forward_hook(lambda _, _x, made: told.append(made.shape[-2]))
    case = Case("a", "Which color is the gate of Belmarulm?", choices=("a heron", "iron", "oak"))
    (output,) = scorer([case])
    tokens = output.meta["option_tokens"].values()
    prompt = len(scorer.loaded.tokenizer.encode(case.prompt))
    assert scorer.forks.shared
    assert sum(read) == prompt + sum(tokens) - 3
    assert sum(told) == 1 + sum(tokens) - 3


def test_sliding_windows_are_read_the_plain_way(random_models: dict[str, Path]) -> None:
    assert not Options(Model(name=str(random_models["window"])), BARE).forks.shared


def test_memory_that_is_full_is_met_by_halves(random_models: dict[str, Path]) -> None:
    scorer = Options(Model(name=str(random_models["llama-right"]), device="cpu"), BARE)
    many = [Case(f"c{n}", f"gate {n} of iron", choices=("a swift", "oak")) for n in range(12)]
    many.append(Case("long", "barley " * 40, choices=("a swift", "oak")))
    before = scorer(many)

    def narrow(_: Any, given: tuple[torch.Tensor, ...]) -> None:
        if given[0].shape[0] * given[0].shape[1] > 80:
            torch.empty(2**50)  # more than there is: the allocator's own error

    scorer.loaded.net.model.layers[1].register_forward_pre_hook(narrow)
    scorer.forks.room = 10**6
    *after, lost = scorer(many)
    assert scorer.forks.room <= 80
    assert lost.option_logprobs == {}
    assert "memory" in lost.meta["why"]
    for one, other in zip(before, after, strict=False):
        assert one.option_logprobs == pytest.approx(other.option_logprobs, abs=2e-5)
