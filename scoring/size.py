"""How large a model is, from its config and the heads of its files alone: parameters and memory."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BYTES = {"float32": 4, "fp32": 4, "float16": 2, "fp16": 2, "bfloat16": 2, "bf16": 2}
HEAD = 100_000_000
"""Bytes a safetensors header may have; the format allows no more."""
ROOM = 1.2
"""Room beside the weights for what a step computes, as a factor."""


@dataclass(frozen=True, slots=True)
class Size:
    """Parameters, whether they were counted or reckoned from the config, and the bytes that one
    token of context takes in the cache, for each number kept."""

    parameters: int
    counted: bool
    per_token: int

    def memory(self, dtype: str, tokens: int) -> int:
        """Bytes it takes to score with so many tokens in hand, roughly."""
        width = BYTES.get(dtype, 4)
        return int(self.parameters * width * ROOM + self.per_token * width * tokens)


def of_folder(folder: Path) -> Size | None:
    """The size of the model in a folder; None where it holds no config that tells."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    config = config.get("text_config", config) if isinstance(config, dict) else {}
    counted = sum(_counted(path) for path in sorted(folder.glob("*.safetensors")))
    parameters = counted or reckoned(config)
    return Size(parameters, counted > 0, _per_token(config)) if parameters else None


def _counted(path: Path) -> int:
    """Numbers in a safetensors file, from its header."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            head = json.loads(file.read(length)) if length < HEAD else {}
    except (OSError, ValueError, struct.error):
        return 0
    return sum(
        math.prod(told.get("shape", ())) for name, told in head.items() if name != "__metadata__"
    )


def reckoned(config: dict[str, Any]) -> int:
    """Parameters of a plain transformer of this config; 0 where it does not say enough.

    GPT-2: 50,257 tokens, width 768, 12 layers: 124 million with tied embeddings.

    >>> round(reckoned({"vocab_size": 50257, "n_embd": 768, "n_layer": 12}) / 1e6)
    124
    """
    layers, width = _first(config, "num_hidden_layers", "n_layer"), _width(config)
    words = _first(config, "vocab_size")
    if not (layers and width and words):
        return 0
    heads = _first(config, "num_attention_heads", "n_head") or 1
    shared = _first(config, "num_key_value_heads") or heads
    wide = _first(config, "intermediate_size", "n_inner") or 4 * width
    gated = 3 if config.get("hidden_act") in ("silu", "gelu_pytorch_tanh", "swiglu") else 2
    layer = width * width * 2 * (1 + shared / heads) + gated * width * wide
    experts = _first(config, "num_local_experts", "num_experts", "n_routed_experts")
    layer += (experts - 1) * gated * width * wide if experts > 1 else 0
    ends = 1 if config.get("tie_word_embeddings", True) else 2
    places = _first(config, "n_positions") if "n_embd" in config else 0
    return int(layers * layer + ends * words * width + places * width)


def _per_token(config: dict[str, Any]) -> int:
    layers, width = _first(config, "num_hidden_layers", "n_layer"), _width(config)
    heads = _first(config, "num_attention_heads", "n_head") or 1
    shared = _first(config, "num_key_value_heads") or heads
    each = _first(config, "head_dim") or width // heads
    return 2 * layers * shared * each


def _width(config: dict[str, Any]) -> int:
    return _first(config, "hidden_size", "n_embd", "d_model")


def _first(config: dict[str, Any], *names: str) -> int:
    return next((int(v) for n in names if isinstance(v := config.get(n), int)), 0)
