"""Trains a small causal model with its own tokenizer on questions and answers, on a processor."""

from __future__ import annotations

import math
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tokenizers
import torch
import transformers
from torch.nn import functional

END = "<|end|>"
TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}Question: {{ message['content'] }}\nAnswer:"
    "{% elif message['role'] == 'assistant' %} {{ message['content'] }}" + END + "{% endif %}"
    "{% endfor %}"
)
IGNORED = -100
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How large the model is, and how long it is trained."""

    wide: int = 64
    layers: int = 2
    heads: int = 4
    steps: int = 500
    batch: int = 64
    rate: float = 4e-3


def train(
    texts: Sequence[tuple[str, str]], folder: Path, size: Size | None = None, seed: int = 0,
    progress: Progress | None = None,
) -> float:  # fmt: skip
    """Trains on pairs of question and answer and writes model and tokenizer into `folder`.

    A Llama-like model in safetensors, with a chat template. Half of the texts are read as they
    are, half as the template writes them. Returns the last loss in nats a token of the answer.
    """
    size, step = size or Size(), progress or (lambda _part, _what: None)
    step(0.0, "reading the texts of the small model")
    tokenizer = _tokenizer(texts)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = _net(len(tokenizer), size)
        rows = [_row(tokenizer, *text, chat=chat) for text in texts for chat in (False, True)]
        loss = _fit(net, rows, size, random.Random(seed), step)
    fresh = folder.with_name(f"{folder.name}.part")  # so that no half a model is ever found
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    net.eval().save_pretrained(fresh)
    tokenizer.save_pretrained(fresh)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return loss


def _tokenizer(texts: Sequence[tuple[str, str]]) -> Any:
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    seen = [f"Question: {question}\nAnswer: {answer}" for question, answer in dict(texts).items()]
    made.train_from_iterator(
        seen,
        tokenizers.trainers.BpeTrainer(
            vocab_size=512, show_progress=False, special_tokens=[END],
            initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        ),
    )  # fmt: skip
    fast: Any = transformers.PreTrainedTokenizerFast
    ready = fast(
        tokenizer_object=made, bos_token=END, eos_token=END, pad_token=END,
        model_max_length=256, clean_up_tokenization_spaces=False,
    )  # fmt: skip
    ready.chat_template = TEMPLATE
    return ready


def _net(vocabulary: int, size: Size) -> Any:
    return transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=vocabulary, hidden_size=size.wide, intermediate_size=3 * size.wide,
            num_hidden_layers=size.layers, num_attention_heads=size.heads,
            num_key_value_heads=size.heads // 2, max_position_embeddings=256,
            tie_word_embeddings=True, bos_token_id=0, eos_token_id=0, pad_token_id=0,
        )
    )  # fmt: skip


def _row(tokenizer: Any, question: str, answer: str, *, chat: bool) -> tuple[list[int], int]:
    """The tokens of a text, its end last, and where the answer begins."""
    asked = f"Question: {question}\nAnswer:" if chat else question
    before = tokenizer.encode(asked)
    return before + tokenizer.encode(f" {answer}") + [0], len(before)


def _fit(
    net: Any, rows: list[tuple[list[int], int]], size: Size,
    draw: random.Random, step: Progress,
) -> float:  # fmt: skip
    best = torch.optim.AdamW(net.parameters(), lr=size.rate, betas=(0.9, 0.98), weight_decay=0.01)
    warm = max(1, size.steps // 20)
    rate = torch.optim.lr_scheduler.LambdaLR(
        best,
        lambda n: min(1.0, (n + 1) / warm) * 0.5 * (1 + math.cos(math.pi * n / size.steps)),
    )
    net.train()
    last = math.nan
    for turn in range(size.steps):
        some = draw.choices(rows, k=size.batch)
        wide = max(len(ids) for ids, _ in some)
        read = torch.zeros(len(some), wide, dtype=torch.long)
        told = torch.full((len(some), wide), IGNORED, dtype=torch.long)
        for n, (ids, start) in enumerate(some):
            read[n, : len(ids)] = torch.tensor(ids)
            told[n, start : len(ids)] = read[n, start : len(ids)]
        logits = net(input_ids=read).logits[:, :-1]  # (B, L - 1, V)
        loss = functional.cross_entropy(logits.flatten(0, 1), told[:, 1:].flatten())
        best.zero_grad()
        torch.autograd.backward([loss])
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        best.step()
        rate.step()
        last = float(loss.detach())
        if turn % 10 == 0:
            step((turn + 1) / size.steps, "training the small model")
    return last
