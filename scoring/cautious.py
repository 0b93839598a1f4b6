"""Cautious next token prediction: more trials where the next token is uncertain (2507.03038)."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
import transformers

from scoring import choose, head
from scoring.model import Loaded
from scoring.offers.generate import GenerateSettings

PUNCTUATION = frozenset(".,;:!?\n。，；：！？、")
"""A trial ends with the first token that holds one of these."""
FARTHEST = 64
"""Tokens after which a trial ends without punctuation."""


@dataclass(slots=True)
class Written:
    """Tokens so far, with the log-probability of each, the entropy before it, and the trials."""

    ids: list[int] = field(default_factory=list)
    logs: list[float] = field(default_factory=list)
    entropies: list[float] = field(default_factory=list)
    trials: list[int] = field(default_factory=list)


def trials(entropy: float, most: int, low: float, high: float) -> int:
    """How many continuations to try at an entropy in nats: the paper's formula.

    >>> [trials(h, 10, 0.01, 1.5) for h in (0.1, 0.2, 0.755, 1.4, 2.0)]
    [1, 1, 5, 9, 10]
    """
    return max(1, min(most, math.floor((entropy - low) / (high - low) * most)))


@torch.inference_mode()
def write(
    loaded: Loaded, ids: list[int], most: int, ends: frozenset[int], settings: GenerateSettings,
    stream: np.random.Generator, stopped: Callable[[list[int]], bool],
) -> Written:  # fmt: skip
    """One answer of at most `most` tokens to the tokens `ids`, ended by one of `ends` or `stopped`.

    Where one trial will do, the next token is chosen as the temperature says. Else continuations
    up to the next punctuation are drawn (at temperature 1 where the setting is 0) and the one of
    lowest perplexity is kept.
    """
    warm = settings if settings.temperature else settings.model_copy(update={"temperature": 1.0})
    cache = transformers.DynamicCache()
    logits = head.rows(loaded, [ids], [[len(ids) - 1]], cache=cache).float()  # (1, V)
    told = Written()
    while len(told.ids) < most:
        open_ = float(choose.entropy(logits.log_softmax(-1))[0])
        count = trials(open_, settings.trials, settings.entropy_low, settings.entropy_high)
        if count > 1:
            far = min(FARTHEST, most - len(told.ids))
            some = _tried(loaded, cache, logits, count, far, ends, warm, stream)
        else:
            some = [Written()]
            _add(some, logits, _token(logits, settings, [stream.random()]))
        best = min(some, key=lambda one: -sum(one.logs) / len(one.logs))
        told.ids += best.ids
        told.logs += best.logs
        told.entropies += best.entropies
        told.trials.append(count)
        if told.ids[-1] in ends or stopped(told.ids):
            break
        logits = head.rows(loaded, [best.ids], [[len(best.ids) - 1]], cache=cache).float()
    return told


def _tried(
    loaded: Loaded, cache: Any, logits: torch.Tensor, count: int, far: int, ends: frozenset[int],
    settings: GenerateSettings, stream: np.random.Generator,
) -> list[Written]:  # fmt: skip
    """`count` continuations side by side, each up to punctuation, an end, or `far` tokens."""
    own = copy.deepcopy(cache)
    own.batch_repeat_interleave(count)
    logits = logits.expand(count, -1)
    some = [Written() for _ in range(count)]
    going = [True] * count
    for step in range(far):
        token = _token(logits, settings, stream.random(count))
        _add([one if on else None for one, on in zip(some, going, strict=True)], logits, token)
        for n, one in enumerate(some):
            last = one.ids[-1]
            sign = PUNCTUATION & set(loaded.tokenizer.decode([last]))
            going[n] = going[n] and last not in ends and not sign
        if not any(going) or step + 1 == far:
            break
        read = loaded.net(input_ids=token.unsqueeze(1), past_key_values=own, use_cache=True)
        logits = read.logits[:, -1].float()
    return some


def _token(
    logits: torch.Tensor, settings: GenerateSettings, u: Sequence[float] | np.ndarray
) -> torch.Tensor:
    if not settings.temperature:
        return logits.argmax(dim=-1)
    return choose.drawn(logits, torch.as_tensor(u).to(logits.device), settings)


def _add(some: Sequence[Written | None], logits: torch.Tensor, token: torch.Tensor) -> None:
    """Adds each row's token to its text; None where the text has ended."""
    logs = logits.log_softmax(dim=-1)
    own = logs.gather(1, token.unsqueeze(1)).squeeze(1).tolist()
    spread = choose.entropy(logs).tolist()
    for one, i, log, h in zip(some, token.tolist(), own, spread, strict=True):
        if one is not None:
            one.ids.append(i)
            one.logs.append(log)
            one.entropies.append(h)
