"""Random models of a real model's shape, and prompts of exactly so many tokens, for timings."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

from scoring.scorer import Case

SHAPES: dict[str, dict[str, Any]] = {
    # the shape of GPT-2's 124 million parameters
    "gpt2": {"n_embd": 768, "n_layer": 12, "n_head": 12, "vocab_size": 50_257},
    # 134 million in the shape of small Llama-like models
    "llama": {"hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30,
              "num_attention_heads": 9, "num_key_value_heads": 3, "vocab_size": 49_152},
    "small": {"hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 4,
              "num_attention_heads": 8, "num_key_value_heads": 4, "vocab_size": 4096},
    # 1.2 billion in the shape of Llama 3.2 1B, 8 billion in that of Llama 3.1 8B
    "1b": {"hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16,
           "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128_256},
    "8b": {"hidden_size": 4096, "intermediate_size": 14_336, "num_hidden_layers": 32,
           "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128_256,
           "tie_word_embeddings": False},
}  # fmt: skip
REACH = 4096


def model(folder: Path, shape: str, dtype: torch.dtype = torch.float32, device: str = "cpu") -> Any:
    """Writes a random model of this shape and a tokenizer of one token a word; returns the net."""
    told = dict(SHAPES[shape])
    size = told["vocab_size"]
    words = {"<end>": 0, **{f"w{n}": n for n in range(1, size)}}
    made = Tokenizer(models.WordLevel(words, unk_token="<end>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    fast: Any = transformers.PreTrainedTokenizerFast
    tokenizer = fast(tokenizer_object=made, eos_token="<end>", pad_token="<end>")
    ends = {"bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0}
    torch.manual_seed(0)
    with torch.device(device):
        net: Any
        if shape == "gpt2":
            net = transformers.GPT2LMHeadModel(
                transformers.GPT2Config(n_positions=REACH, **told, **ends)
            )
        else:
            tied = {"tie_word_embeddings": True, "max_position_embeddings": REACH}
            net = transformers.LlamaForCausalLM(
                transformers.LlamaConfig(**{**tied, **told}, **ends)
            )
    # Wider than at the start of a training, so that tokens differ in their probability.
    with torch.no_grad():
        for weight in net.parameters():
            weight.mul_(2.0 if weight.dim() > 1 else 1.0)
    net = net.to(dtype).eval()
    net.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return net


def cases(count: int, prompt: int, options: int, each: int, size: int, seed: int = 0) -> list[Case]:
    """Cases whose prompts have exactly `prompt` tokens, with `options` of exactly `each`."""
    draw = random.Random(seed)

    def text(tokens: int) -> str:
        return " ".join(f"w{draw.randrange(1, size)}" for _ in range(tokens))

    return [
        Case(f"case-{n}", text(prompt), choices=tuple(text(each) for _ in range(options)))
        for n in range(count)
    ]


def bound(prompt: int, options: int, each: int) -> float:
    """How much faster sharing the prompt can be, by tokens alone: K (P + k) / (P + K k)."""
    return options * (prompt + each) / (prompt + options * each)
