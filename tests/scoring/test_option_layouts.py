"""How options are put to a model: letters, first tokens, chat, "I don't know", and what is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import transformers

from scoring.offers.options import OptionsSettings
from scoring.options import Options
from scoring.scorer import Case, Model, Output
from tests.scoring.shapes import REACH, bpe, plain

BARE = OptionsSettings(unsure="")


def scored(folder: Path, cases: list[Case], settings: OptionsSettings = BARE) -> list[Output]:
    rows = Options(Model(name=str(folder), device="cpu"), settings)(cases)
    return [row for row in rows if isinstance(row, Output)]


def test_what_is_too_long_loses_the_beginning_of_its_prompt(random_models: dict[str, Path]) -> None:
    case = Case("long", "barley and hops " * 40, choices=("oak", "a swift"))
    (output,) = scored(random_models["llama-right"], [case])
    size = len(bpe("right").encode(case.prompt.rstrip()))
    tokens = output.meta["option_tokens"]
    assert output.meta["cut"] == {key: size + n - REACH - 1 for key, n in tokens.items()}


@pytest.mark.parametrize(
    ("choices", "why"),
    [
        ((), "no options"),
        (("oak", "barley " * 100), "the model reads 96"),
        (("oak", "I"), None),
    ],
)
def test_what_cannot_be_scored_says_why(
    random_models: dict[str, Path], choices: tuple[str, ...], why: str | None
) -> None:
    cases = [Case("a", "Oak?", choices=choices), Case("b", "Oak?", choices=("oak",))]
    one, other = scored(random_models["gpt2-right"], cases)
    assert other.option_logprobs
    assert (why is None) == bool(one.option_logprobs)
    assert why is None or why in one.meta["why"]


def test_an_option_without_a_token_of_its_own_is_told(random_models: dict[str, Path]) -> None:
    settings = OptionsSettings(unsure="", delimiter="")
    (output,) = scored(
        random_models["gpt2-right"], [Case("a", "Oak?", choices=("", "b"))], settings
    )
    assert "no token" in output.meta["why"]


def test_one_option_that_says_i_do_not_know_is_added(random_models: dict[str, Path]) -> None:
    folder = random_models["llama-right"]
    added, there, none = (
        scored(folder, [Case("a", "Oak?", choices=choices)], settings)[0].option_logprobs
        for choices, settings in (
            (("oak", "iron"), OptionsSettings()),
            (("oak", "I do not know."), OptionsSettings()),
            (("oak", "iron"), BARE),
        )
    )
    assert list(added) == ["A", "B", "I don't know"]
    assert list(there) == ["A", "B"]
    assert added["A"] == pytest.approx(none["A"], abs=2e-5)


def test_the_first_token_is_the_first_that_is_no_white_space(
    random_models: dict[str, Path],
) -> None:
    folder = random_models["llama-right"]
    choices = ("a heron", "oak trees", "iron")
    settings = OptionsSettings(unsure="", delimiter="", readout="first_token")
    case = Case("a", "What is grown there?\n", choices=choices)
    (output,) = scored(folder, [case], settings)
    read = transformers.AutoTokenizer.from_pretrained(folder)
    ids = torch.tensor([read.encode(case.prompt)])
    logs = transformers.AutoModelForCausalLM.from_pretrained(folder)(ids).logits[0, -1]
    told = logs.log_softmax(-1)[[read.encode(choice)[0] for choice in choices]].tolist()
    assert list(output.option_logprobs.values()) == pytest.approx(told, abs=1e-4)
    assert output.meta["option_tokens"]["A"] == len(read.encode("a heron"))


def test_letters_are_read_after_a_list_of_the_options(random_models: dict[str, Path]) -> None:
    folder = random_models["gpt2-right"]
    case = Case("a", "Oak {options}?", choices=("oak", "iron"))
    (output,) = scored(folder, [case], OptionsSettings(readout="letter"))
    listed = "Oak {options}?\nA. oak\nB. iron\nC. I don't know\nAnswer:"
    told = [plain(folder, listed, f" {letter}") for letter in "ABC"]
    assert list(output.option_logprobs.values()) == pytest.approx(told, abs=1e-4)
    assert list(output.option_logprobs) == ["A", "B", "I don't know"]
    assert output.response in ("oak", "iron", "I don't know")


def test_the_chat_template_puts_the_question(taught: Path, asked: list[dict]) -> None:
    row = next(row for row in asked if row["category"] == "known")
    case = Case("a", row["prompt"], choices=tuple(row["choices"]))
    (output,) = scored(taught, [case], OptionsSettings(chat=True))
    (bare,) = scored(
        taught, [Case("a", f"Question: {row['prompt']}\nAnswer:", choices=case.choices)]
    )
    assert output.option_logprobs == pytest.approx(bare.option_logprobs, abs=1e-5)
    assert max(output.option_logprobs, key=output.option_logprobs.get) == row["target"]


def test_lengths_are_kept_and_not_applied(random_models: dict[str, Path]) -> None:
    (output,) = scored(random_models["gpt2-right"], [Case("a", "Oak?", choices=("a heron", "oak"))])
    assert output.meta["option_chars"] == {"A": 8, "B": 4}
    read = bpe("right")
    assert output.meta["option_tokens"] == {
        key: len(read.encode(f"Oak? {text}")) - len(read.encode("Oak?"))
        for key, text in (("A", "a heron"), ("B", "oak"))
    }
