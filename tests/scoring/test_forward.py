"""Next tokens, joint probabilities and beginnings of a small model, against plain passes."""

from __future__ import annotations

import itertools

import pytest
import torch

from scoring import forward, model
from scoring.model import Loaded
from scoring.openings import Openings, apart
from scoring.place import Unfit
from scoring.scorer import Model
from tests.scoring import tiny


@pytest.fixture(scope="module")
def loaded(causal: Model) -> Loaded:
    return model.load(causal)


def plain(loaded: Loaded, ids: list[int]) -> torch.Tensor:
    """Log-probabilities (T, V) of every next token, by one plain pass."""
    with torch.inference_mode():
        return loaded.net(torch.tensor([ids])).logits[0].double().log_softmax(-1)


def test_next_tokens_are_those_of_a_plain_pass(loaded: Loaded) -> None:
    rows = [forward.asked(loaded.tokenizer, text) for text in ("a", "a longer prompt", "x" * 90)]
    some = [258, 5, 97]
    found = forward.following(loaded, rows, some)
    for row, one in zip(rows, found, strict=True):
        assert torch.allclose(one.logp, plain(loaded, row)[-1][some], atol=1e-4)
        assert one.top == int(plain(loaded, row)[-1].argmax())
    (alone,) = forward.following(loaded, rows[1:2], some)
    assert torch.allclose(alone.logp, found[1].logp, atol=1e-5)


def test_a_joint_probability_is_the_product_of_its_tokens(loaded: Loaded) -> None:
    head, tails = forward.asked(loaded.tokenizer, "hello"), [[5, 6, 7], [8]]
    found = forward.joint(loaded, head, tails)[0]
    for tail, one in zip(tails, found.tolist(), strict=True):
        logs = plain(loaded, head + tail)
        by_hand = sum(float(logs[len(head) - 1 + k, token]) for k, token in enumerate(tail))
        assert one == pytest.approx(by_hand, abs=1e-4)


def test_a_tail_without_tokens_has_no_probability(loaded: Loaded) -> None:
    with pytest.raises(ValueError, match="no tokens"):
        forward.joint(loaded, [1], [[]])


def test_the_probability_of_all_next_tokens_as_beginnings_is_one(loaded: Loaded) -> None:
    openings = Openings(loaded, "Sorry")
    openings.rows = [[token] for token in range(len(loaded.tokenizer))]
    assert openings.probability(forward.asked(loaded.tokenizer, "q")) == [
        pytest.approx(1, abs=1e-5)
    ]


def test_a_beginning_within_another_is_counted_once(loaded: Loaded) -> None:
    head = forward.asked(loaded.tokenizer, "q")
    one, both = Openings(loaded, "Sorry"), Openings(loaded, "Sorry\nSorry, no")
    assert one.probability(head) == both.probability(head)
    for first, second in itertools.permutations(apart([[1, 2], [1, 2, 3], [2], [2]]), 2):
        assert second[: len(first)] != first


def test_without_a_template_an_answer_begins_after_a_space(loaded: Loaded) -> None:
    plainly = tiny.tokenizer(("Sorry",), chat=None)
    assert plainly.decode(forward.begun(plainly, "Sorry")) == " Sorry"
    assert plainly.decode(forward.begun(plainly, "\nSorry")) == "\nSorry"
    assert loaded.tokenizer.decode(forward.begun(loaded.tokenizer, "Sorry")) == "Sorry"
    assert forward.asked(plainly, "Who?") == forward.text_ids(plainly, "Who?")


def test_greedy_takes_the_likeliest_token_each_time(loaded: Loaded) -> None:
    row = forward.asked(loaded.tokenizer, "hello")
    for token in forward.greedy(loaded, row, 4):
        assert token == int(plain(loaded, row)[-1].argmax())
        row = [*row, token]


def test_greedy_stops_before_a_stop_token(loaded: Loaded) -> None:
    row = forward.asked(loaded.tokenizer, "hello")
    first, *_ = forward.greedy(loaded, row, 1)
    assert forward.greedy(loaded, row, 5, stop=[first]) == []


def test_a_word_of_several_tokens_is_told_with_its_pieces(loaded: Loaded) -> None:
    assert forward.single(loaded.tokenizer, ["Sorry"]) == {"Sorry": 258}
    with pytest.raises(Unfit, match=r"'owls' is not one token of this model but 4: o | w | l | s"):
        forward.single(loaded.tokenizer, ["owls"])


def test_what_does_not_fit_is_told(loaded: Loaded) -> None:
    assert forward.too_long(loaded, [1] * 512) is None
    assert forward.too_long(loaded, [1] * 512, 1) == "513 tokens, and the model reads 512"
    assert forward.too_long(loaded, []) == "the prompt has no tokens"
