"""Random models in several shapes with a real BPE tokenizer, for values held against an oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tokenizers
import torch
import transformers

from data.samples import facts

REACH = 96
"""Tokens they read."""
SHAPE = {"vocab_size": 400, "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0}
WIDE = {
    "hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": REACH,
}  # fmt: skip


def bpe(side: str) -> Any:
    """A byte-level BPE tokenizer of some made-up questions, which pads at this side."""
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=400, show_progress=False, special_tokens=["<|end|>"],
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    made.train_from_iterator([" ".join(text) for text in facts.texts(1, 0.1)], trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<|end|>", eos_token="<|end|>", pad_token="<|end|>",
        padding_side=side,
    )  # fmt: skip


def net(kind: str) -> Any:
    """A random model whose tokens differ widely in probability."""
    torch.manual_seed(3)
    if kind == "gpt2":
        made: Any = transformers.GPT2LMHeadModel(
            transformers.GPT2Config(n_positions=REACH, n_embd=48, n_layer=3, n_head=4, **SHAPE)
        )
    elif kind == "window":
        made = transformers.MistralForCausalLM(
            transformers.MistralConfig(sliding_window=8, **WIDE, **SHAPE)
        )
    else:
        made = transformers.LlamaForCausalLM(transformers.LlamaConfig(**WIDE, **SHAPE))
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(6.0 if weight.dim() > 1 else 1.0)
    return made


def write(folder: Path) -> dict[str, Path]:
    """The models by name: a shape, and the side their tokenizer pads at."""
    for name, kind, side in (
        ("gpt2-right", "gpt2", "right"), ("gpt2-left", "gpt2", "left"),
        ("llama-right", "llama", "right"), ("llama-left", "llama", "left"),
        ("window", "window", "right"),
    ):  # fmt: skip
        net(kind).save_pretrained(folder / name)
        bpe(side).save_pretrained(folder / name)
    return {path.name: path for path in folder.iterdir()}


def plain(folder: Path, prompt: str, option: str) -> float:
    """The oracle: one pass over the whole text, the option's own tokens added up."""
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    read = transformers.AutoTokenizer.from_pretrained(folder)
    moved = len(prompt) - len(prompt.rstrip())
    before = prompt[: len(prompt) - moved]
    context = read.encode(before) if before else [read.bos_token_id]
    whole = read.encode(prompt + option) if before else [0, *read.encode(prompt + option)]
    tail = whole[len(context) :]
    ids = (context + tail)[-(REACH + 1) :]
    with torch.no_grad():
        logs = model(torch.tensor([ids[:-1]])).logits[0].double().log_softmax(-1)
    return float(logs[-len(tail) :].gather(1, torch.tensor(tail)[:, None]).sum())
