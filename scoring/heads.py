"""Heads: how likely a refusal is with one attention head taken out, for each head in turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from scoring import forward, model
from scoring.offers.heads import Settings
from scoring.openings import Openings
from scoring.place import Unfit
from scoring.scorer import Case, Model, Output, Row
from scoring.variants import variant

WHOLE = "whole"
"""The variant of the whole model, as the lens calls it."""
OUT = ("o_proj", "c_proj", "dense", "out_proj", "wo")
"""What architectures call the projection that mixes the heads of a layer."""
Head = tuple[int, int]
"""A layer and a head of it, both from 0."""


class Heads:
    """An answer's row for the whole model and one for each head taken out, with its refusal score.

    Taking a head out sets its output to 0 before the heads are mixed. The score is the probability
    that an answer begins by refusing; nothing is written, so the rows have no response.
    """

    def __init__(self, chosen: Model, settings: Settings) -> None:
        """Loads the model. Raises Unfit where its heads cannot be found."""
        self.settings = settings
        self.loaded = model.load(chosen)
        self.openings = Openings(self.loaded, settings.openings)
        config = getattr(self.loaded.net.config, "text_config", None) or self.loaded.net.config
        self.many = int(config.num_attention_heads)
        self.layers = projections(self.loaded.net, self.many)
        self.heads = chosen_heads(settings.heads, len(self.layers), self.many)

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        """The variants of each case, the whole model first."""
        return [row for case in batch for row in self._case(case)]

    def _case(self, case: Case) -> list[Output]:
        head = forward.asked(self.loaded.tokenizer, case.prompt)
        why = "only how likely the answer begins by refusing was scored"
        if (long := forward.too_long(self.loaded, head, 16)) is not None:
            return [variant(case, 0, WHOLE, why=long)]
        found = [variant(case, 0, WHOLE, refusal=self.openings.probability(head)[0], why=why)]
        size = self.settings.at_once
        for start in range(0, len(self.heads), size):
            part = self.heads[start : start + size]
            with self._without(part):
                scores = self.openings.probability(head, len(part))
            for place, (one, score) in enumerate(zip(part, scores, strict=True), start + 1):
                found.append(variant(case, place, f"L{one[0]}.H{one[1]}", refusal=score, why=why))
        return found

    @contextmanager
    def _without(self, heads: Sequence[Head]) -> Iterator[None]:
        """Row groups of the model, each without one of these heads."""
        hooks = []
        for layer, module in enumerate(self.layers):
            mine = [(copy, head) for copy, (of, head) in enumerate(heads) if of == layer]
            if mine:
                hooks.append(
                    module.register_forward_pre_hook(_silence(mine, len(heads), self.many))
                )
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()


def _silence(mine: Sequence[Head], copies: int, many: int) -> Any:
    """A hook that sets one head's output to 0 in the rows of its copy."""

    def hook(_: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
        x = given[0].clone()  # (R, T, heads * d)
        each, d = x.shape[0] // copies, x.shape[-1] // many
        for copy, head in mine:
            x[copy * each : (copy + 1) * each, :, head * d : (head + 1) * d] = 0
        return (x, *given[1:])

    return hook


def projections(net: torch.nn.Module, many: int) -> list[torch.nn.Module]:
    """The output projection of each attention layer, in order. Raises Unfit for none."""
    found = []
    for name, module in net.named_modules():
        *above, last = name.split(".")
        weight = getattr(module, "weight", None)
        inside = bool(above) and "att" in above[-1].lower()
        if last in OUT and inside and weight is not None and weight.shape[-1] % many == 0:
            found.append(module)
    if not found:
        raise Unfit(
            "the attention heads of this architecture are not found",
            "choose a model whose layers mix their heads in one projection, as Llama or GPT-2 do",
        )
    return found


def chosen_heads(told: str, layers: int, many: int) -> list[Head]:
    """The heads that `told` names: `all`, or `layer.head` with `*` for every one, commas between.

    >>> chosen_heads("1.*, 0.3", 2, 4)
    [(0, 3), (1, 0), (1, 1), (1, 2), (1, 3)]
    """
    found: set[Head] = set()
    for part in ("*.*" if told.strip() == "all" else told).split(","):
        said = re.fullmatch(r"(\d+|\*)\.(\d+|\*)", part.strip())
        if said is None:
            raise Unfit(f"{part.strip()!r} names no head", "write layer.head, as in 3.5, or 3.*")
        of, head = (
            range(n) if x == "*" else [int(x)]
            for x, n in zip(said.groups(), (layers, many), strict=True)
        )
        found |= {(a, b) for a in of for b in head}
    beyond = [one for one in found if one[0] >= layers or one[1] >= many]
    if beyond:
        raise Unfit(
            f"there is no head {min(beyond)[0]}.{min(beyond)[1]}: the model has {layers} layers "
            f"with {many} heads, counted from 0",
            "name heads the model has",
        )
    return sorted(found)
