"""Loads a model and its tokenizer: safetensors only, none of its own code, one exact revision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
import transformers
from safetensors import SafetensorError

from scoring import device as devices
from scoring.place import Place, Unfit, resolve
from scoring.scorer import Model

Kind = Literal["causal", "classifier"]
LONGEST = 2048
"""Tokens a model is taken to read where neither it nor its tokenizer says."""
_BEYOND = 10**9
_BROKEN = (OSError, ValueError, KeyError, TypeError, ImportError, RuntimeError, SafetensorError)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model ready to score: the network in evaluation mode, its tokenizer, and what they are.

    `limit` is the most tokens it reads at once; `place.revision` the exact revision that was read.
    """

    net: Any
    tokenizer: Any
    place: Place
    device: torch.device
    dtype: torch.dtype
    limit: int


def load(model: Model, kind: Kind = "causal") -> Loaded:
    """Loads what `model` names onto its device. Raises Unfit with what is wrong and the way out."""
    if model.endpoint:
        raise Unfit(
            f"{model.name} is a model at an endpoint, which this scorer cannot look into",
            "choose a hub id or a local folder",
        )
    device, dtype = devices.chosen(model.device, model.dtype)
    place = resolve(model)
    auto = {
        "causal": transformers.AutoModelForCausalLM,
        "classifier": transformers.AutoModelForSequenceClassification,
    }[kind]
    safe: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
    try:
        net, told = auto.from_pretrained(
            place.folder, dtype=dtype, use_safetensors=True, output_loading_info=True, **safe
        )
        tokenizer = transformers.AutoTokenizer.from_pretrained(place.folder, **safe)
    except _BROKEN as error:
        raise _unfit(model, kind, error) from error
    if told.get("missing_keys"):
        some = sorted(told["missing_keys"])[0]
        raise Unfit(
            f"{model.name} has no weights for {some}; scored so, that part would be random",
            f"choose a model that was trained as a {kind} model",
        )
    try:
        net = net.eval().requires_grad_(False).to(device)
    except (torch.OutOfMemoryError, RuntimeError) as error:
        raise Unfit(
            f"{model.name} does not fit into the memory of {device}",
            "choose a smaller model, dtype bfloat16, or a larger device",
        ) from error
    return Loaded(net, tokenizer, place, device, dtype, _limit(net.config, tokenizer))


def _unfit(model: Model, kind: Kind, error: Exception) -> Unfit:
    said = str(error).strip()
    if "trust_remote_code" in said or "remote code" in said:
        return Unfit(
            f"{model.name} needs code of its own to load, and that is never run here",
            "choose a model whose architecture transformers knows",
        )
    first = said.splitlines()[0][:200] if said else type(error).__name__
    return Unfit(
        f"{model.name} cannot be loaded as a {kind} model: {first}",
        "see whether transformers knows this architecture and its files are whole",
    )


def _limit(config: Any, tokenizer: Any) -> int:
    """The most tokens the model reads: as its config says, else its tokenizer, else LONGEST."""
    of = getattr(config, "text_config", None) or config
    for name in ("n_positions", "max_position_embeddings", "n_ctx"):
        if getattr(of, name, None):
            return int(getattr(of, name))
    said = getattr(tokenizer, "model_max_length", None)
    return int(said) if said and said < _BEYOND else LONGEST
