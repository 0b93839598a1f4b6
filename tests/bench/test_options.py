"""How fast options are scored: beside lm-evaluation-harness, and beside what tokens alone allow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import pytest
import torch

from scoring.offers.options import OptionsSettings
from scoring.options import Options
from scoring.scorer import Case, Model
from tests.bench import drawn

OPTIONS, EACH = 5, 8


def plain(scorer: Options, cases: list[Case]) -> list[float]:
    """Every option with its prompt in one pass, the head on all of it: what the harness does."""
    told = []
    for case in cases:
        texts = [f"{case.prompt} {choice}" for choice in case.choices]
        ids = torch.tensor([scorer.loaded.tokenizer.encode(text) for text in texts])
        with torch.inference_mode():
            logs = scorer.loaded.net(ids[:, :-1]).logits.log_softmax(-1)
        own = logs[:, -EACH:].gather(2, ids[:, -EACH:, None])[..., 0]
        told += own.sum(1).tolist()
    return told


def harness(scorer: Options, cases: list[Case]) -> Callable[[], list[float]] | None:
    """The same cases as lm-evaluation-harness scores them, where it is installed."""
    try:
        from lm_eval.api.instance import Instance
        from lm_eval.models.huggingface import HFLM
    except ImportError:
        return None
    pairs = [(case.prompt, f" {choice}") for case in cases for choice in case.choices]
    asked = [Instance("loglikelihood", {}, pair, n) for n, pair in enumerate(pairs)]
    net, tokenizer = scorer.loaded.net, scorer.loaded.tokenizer
    model = HFLM(pretrained=net, tokenizer=tokenizer, batch_size=OPTIONS, device="cpu")
    return lambda: [log for log, _ in model.loglikelihood(asked, disable_tqdm=True)]


@pytest.mark.parametrize(("shape", "prompt"), [("gpt2", 256), ("gpt2", 1024), ("llama", 256)])
def test_five_options_behind_one_prompt(tmp_path: Path, shape: str, prompt: int) -> None:
    drawn.model(tmp_path / shape, shape)
    model = Model(name=str(tmp_path / shape), device="cpu", dtype="float32")
    scorer = Options(model, OptionsSettings(unsure=""))
    size = drawn.SHAPES[shape]["vocab_size"]
    cases = drawn.cases(512 // prompt or 1, prompt, OPTIONS, EACH, size)

    def ours() -> list[float]:
        return [x for row in scorer(cases) for x in row.option_logprobs.values()]

    works: dict[str, Callable[[], Any]] = {"ours": ours, "plain": lambda: plain(scorer, cases)}
    if beside := harness(scorer, cases):
        works["lm-evaluation-harness"] = beside
    values = {name: work() for name, work in works.items()}
    wall: dict[str, list[float]] = {name: [] for name in works}
    busy: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(3):
        for name, work in works.items():  # in turns, so that what else runs weighs on all alike
            began, at_work = perf_counter(), process_time()
            work()
            wall[name].append(perf_counter() - began)
            busy[name].append(process_time() - at_work)
    bound = drawn.bound(prompt, OPTIONS, EACH)
    print(f"\n{shape}, {prompt} tokens before {OPTIONS} options of {EACH}: bound {bound:.2f}")
    for name in works:
        apart = max(abs(a - b) for a, b in zip(values["ours"], values[name], strict=True))
        faster = median(a / b for a, b in zip(wall[name], wall["ours"], strict=True))
        cheaper = median(a / b for a, b in zip(busy[name], busy["ours"], strict=True))
        print(
            f"  {name:24} {median(wall[name]):7.2f} s  {median(busy[name]):7.2f} s processor  "
            f"ours is {faster:.2f} times as fast ({cheaper:.2f} by processor, "
            f"{faster / bound:.2f} of the bound), apart by {apart:.1e}"
        )
