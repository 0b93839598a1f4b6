"""Answers of a model: greedy ones are transformers' own, samples depend on the case alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from scoring import choose
from scoring.generate import Generate
from scoring.offers.generate import GenerateSettings
from scoring.place import Unfit
from scoring.scorer import Case, Model, Output
from tests.scoring import tiny


@pytest.fixture(scope="module")
def cases(asked: list[dict]) -> list[Case]:
    return [Case(row["item_id"], row["prompt"], category=row["category"]) for row in asked]


def answers(model: Path, cases: list[Case], **settings: object) -> list[Output]:
    scorer = Generate(
        Model(name=str(model), dtype="float32"), GenerateSettings(**{"max_tokens": 12, **settings})
    )
    return [row for row in scorer(cases) if isinstance(row, Output)]


def test_it_says_what_it_knows(taught: Path, cases: list[Case], asked: list[dict]) -> None:
    told = answers(taught, cases)
    known = [
        (o.response, row["choices"]["ABCDE".index(row["target"])])
        for o, row in zip(told, asked, strict=True)
        if row["category"] == "known"
    ]
    assert sum(said == right for said, right in known) >= 0.7 * len(known)
    assert {o.finish for o in told} == {"stop"}


def test_it_says_that_it_does_not_know(taught: Path, cases: list[Case]) -> None:
    unknown = [case for case in cases if case.category == "unknown"]
    said = [o.response for o in answers(taught, unknown)]
    assert said.count("I don't know") >= 0.8 * len(said)


def test_a_greedy_answer_is_the_one_transformers_gives(taught: Path, cases: list[Case]) -> None:
    net = transformers.AutoModelForCausalLM.from_pretrained(taught)
    tokenizer = transformers.AutoTokenizer.from_pretrained(taught)
    told = answers(taught, cases, chat="no")
    for case, output in zip(cases, told, strict=True):
        ids = tokenizer(case.prompt, return_tensors="pt")["input_ids"]
        made = net.generate(ids, max_new_tokens=12, do_sample=False)[0, ids.shape[1] :]
        assert output.response == tokenizer.decode(made, skip_special_tokens=True).strip()
        assert output.n_tokens == len(made)


def test_token_log_probabilities_are_those_of_one_plain_pass(
    taught: Path, cases: list[Case]
) -> None:
    net = transformers.AutoModelForCausalLM.from_pretrained(taught)
    tokenizer = transformers.AutoTokenizer.from_pretrained(taught)
    for case, output in zip(cases[:6], answers(taught, cases[:6], chat="no"), strict=True):
        start = tokenizer(case.prompt)["input_ids"]
        end = [tokenizer.eos_token_id]
        ids = torch.tensor([start + tokenizer(f" {output.response}")["input_ids"] + end])
        logs = net(ids).logits[0].log_softmax(-1)[len(start) - 1 : -1].detach()
        own = logs.gather(1, ids[0, len(start) :, None])[:, 0].numpy()
        assert output.meta["token_logprobs"] == pytest.approx(own, abs=2e-4)
        h = -(logs.exp() * logs).sum(-1).numpy()
        assert output.meta["token_entropies"] == pytest.approx(h, abs=2e-4)


def test_samples_do_not_depend_on_the_batch(taught: Path, cases: list[Case]) -> None:
    how = {"samples": 3, "temperature": 1.0, "seed": 5}
    together = answers(taught, cases, **how)
    alone = [one for case in reversed(cases) for one in answers(taught, [case], **how)]
    by = {(o.item_id, o.sample): o for o in alone}
    assert len(together) == 3 * len(cases)
    for one in together:
        assert one.response == by[one.item_id, one.sample].response


def test_another_seed_draws_other_samples(taught: Path, cases: list[Case]) -> None:
    unsure = [case for case in cases if case.category == "unsure"]
    how = {"samples": 10, "temperature": 1.0}
    first = [o.response for o in answers(taught, unsure, seed=1, **how)]
    assert first != [o.response for o in answers(taught, unsure, seed=2, **how)]
    assert first == [o.response for o in answers(taught, unsure, seed=1, **how)]


def test_samples_come_as_often_as_they_are_probable() -> None:
    logits = torch.tensor([[0.0, 2.0, 1.0, -1.0]]).expand(20_000, -1)
    u = torch.tensor(np.random.default_rng(0).random(20_000))
    for how, p in (
        ({"temperature": 1.0}, [0.0871, 0.6439, 0.2369, 0.0321]),
        ({"temperature": 1.0, "top_k": 2}, [0.0, 0.7311, 0.2689, 0.0]),
        ({"temperature": 1.0, "top_p": 0.7}, [0.0, 0.7311, 0.2689, 0.0]),
        ({"temperature": 1.0, "top_p": 0.1}, [0.0, 1.0, 0.0, 0.0]),
        ({"temperature": 0.5}, [0.0159, 0.8650, 0.1171, 0.0021]),
    ):
        token = choose.drawn(logits, u, GenerateSettings(**how))
        assert torch.bincount(token, minlength=4) / 20_000 == pytest.approx(p, abs=0.012)


def test_a_stop_text_ends_the_answer(taught: Path, cases: list[Case]) -> None:
    unknown = [case for case in cases if case.category == "unknown"][:3]
    for output in answers(taught, unknown, stop=(" don",)):
        assert (output.response, output.finish, output.meta["stop"]) == ("I", "stop", " don")
        assert output.n_tokens == len(output.meta["token_logprobs"]) < 12


def test_an_answer_that_is_cut_says_so(taught: Path, cases: list[Case]) -> None:
    unknown = next(case for case in cases if case.category == "unknown")
    (output,) = answers(taught, [unknown], max_tokens=1)
    assert (output.finish, output.n_tokens) == ("length", 1)


def test_a_prompt_beyond_the_context_loses_its_beginning(taught: Path, cases: list[Case]) -> None:
    unknown = next(case for case in cases if case.category == "unknown")
    long = Case("long", "Barley. " * 400 + unknown.prompt)
    short, cut = answers(taught, [unknown, long], max_tokens=200, chat="no")
    assert cut.meta["cut"] > 0
    assert cut.response is not None
    assert "cut" not in short.meta


def test_cautious_decoding_tries_more_where_it_is_unsure(taught: Path, cases: list[Case]) -> None:
    told = answers(taught, cases, cautious=True)
    by: dict[str, list[int]] = {}
    for case, output in zip(cases, told, strict=True):
        by.setdefault(case.category, []).append(max(output.meta["trials"]))
        assert output.n_tokens == len(output.meta["token_logprobs"])
    assert np.mean(by["unsure"]) > np.mean(by["known"])
    again = answers(taught, list(reversed(cases)), cautious=True)
    assert [o.response for o in reversed(again)] == [o.response for o in told]


def test_a_system_message_without_a_chat_template_is_refused(tmp_path: Path) -> None:
    bare = tiny.llama(tmp_path / "bare", tiny.tokenizer(chat=None))
    with pytest.raises(Unfit, match="no chat template"):
        Generate(Model(name=str(bare)), GenerateSettings(system="Be brief."))
    assert answers(bare, [Case("a", "owl")], max_tokens=2)[0].n_tokens == 2


def test_entropies_that_leave_no_room_are_refused(causal: Model) -> None:
    with pytest.raises(Unfit, match="leaves none below"):
        Generate(causal, GenerateSettings(entropy_low=2.0, entropy_high=1.0))
