"""How the next token is chosen: the most probable one, or drawn by a case's own numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import transformers

from scoring.offers.generate import GenerateSettings


def numbers(seed: int, item_id: str, sample: int) -> np.random.Generator:
    """The random numbers of one answer: they depend on seed, case and sample, on nothing else."""
    told = hashlib.blake2b(f"{seed}\0{item_id}\0{sample}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(told, "little")))


def entropy(logs: torch.Tensor) -> torch.Tensor:
    """Entropy in nats of each row of log-probabilities (B, V)."""
    p = logs.exp()
    return -torch.where(p > 0, p * logs, 0.0).sum(dim=-1)


def drawn(logits: torch.Tensor, u: torch.Tensor, settings: GenerateSettings) -> torch.Tensor:
    """A token for each row of logits (B, V) by its number `u` in [0, 1); temperature above 0.

    The tokens within `top_k` and `top_p` share the unit interval, and the one whose stretch holds
    `u` is taken.
    """
    p = (logits.double() / settings.temperature).softmax(dim=1)
    order: torch.Tensor | None = None
    if settings.top_k:
        p, order = p.topk(min(settings.top_k, p.shape[1]), dim=1)
    elif settings.top_p < 1:
        p, order = p.sort(dim=1, descending=True, stable=True)
    if settings.top_p < 1:
        p = p / p.sum(dim=1, keepdim=True)
        p = torch.where(p.cumsum(dim=1) - p < settings.top_p, p, 0.0)
    upper = p.cumsum(dim=1)  # (B, V)
    at = torch.searchsorted(upper, u.double().unsqueeze(1) * upper[:, -1:], right=True)
    at = at.clamp(max=p.shape[1] - 1)
    return (at if order is None else order.gather(1, at)).squeeze(1)


class Chooser(transformers.LogitsProcessor):
    """Chooses each row's next token, and remembers how probable it was and how open the choice.

    What is remembered is the model's own distribution, before temperature and cuts.
    """

    def __init__(self, settings: GenerateSettings, streams: Sequence[np.random.Generator]) -> None:
        self.settings = settings
        self.streams = streams
        self.logs: list[torch.Tensor] = []
        self.entropies: list[torch.Tensor] = []

    def __call__(self, _ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Scores (B, V) with nothing possible but the chosen token."""
        logits = scores.float()
        logs = logits.log_softmax(dim=-1)
        if self.settings.temperature:
            u = torch.tensor([stream.random() for stream in self.streams], dtype=torch.float64)
            token = drawn(logits, u.to(logits.device), self.settings)
        else:
            token = logits.argmax(dim=-1)
        own = token.unsqueeze(1)
        self.logs.append(logs.gather(1, own).squeeze(1))
        self.entropies.append(entropy(logs))
        return torch.full_like(scores, -torch.inf).scatter_(1, own, 0.0)


class Stops(transformers.StoppingCriteria):
    """Ends a row at one of the stop texts, or after its own most tokens."""

    def __init__(
        self, tokenizer: Any, stop: Sequence[str], start: int, most: Sequence[int]
    ) -> None:
        self.tokenizer = tokenizer
        self.stop = stop
        self.start = start
        self.most = most
        self.tail = 4 * max(map(len, stop), default=0) + 8

    def __call__(self, input_ids: torch.Tensor, _scores: object, **_: object) -> torch.Tensor:
        """Whether each row is done (B,)."""
        made = input_ids.shape[1] - self.start
        done = [made >= most for most in self.most]
        if self.stop:
            ends = input_ids[:, max(self.start, input_ids.shape[1] - self.tail) :].tolist()
            for n, ids in enumerate(ends):
                text = self.tokenizer.decode(ids, skip_special_tokens=True)
                done[n] = done[n] or any(stop in text for stop in self.stop)
        return torch.tensor(done, dtype=torch.bool, device=input_ids.device)
