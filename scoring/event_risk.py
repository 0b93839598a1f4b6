"""Event risk: rollouts with the chance of a target token at every step (SCOPE and REACH)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
import transformers

from scoring import forward, head, model
from scoring.offers.event_risk import Settings
from scoring.refusing import lines
from scoring.scorer import Case, Model, Output, Row


@dataclass(slots=True)
class Rollout:
    """One sampled answer as it grows, and the chance of the target before each of its tokens."""

    suppressed: bool
    dice: np.random.Generator
    ids: list[int] = field(default_factory=list)
    p: list[float] = field(default_factory=list)
    end: str = ""
    """hit, stop, length or certain (suppressed, and nothing but the target was left)."""

    def take(self, chance: float, token: int, target: Sequence[int], ends: set[int]) -> None:
        """Notes one step: the chance of the target, and the token drawn (-1: none was left)."""
        self.p.append(min(chance, 1.0))
        if token < 0:
            self.end = "certain"
            return
        self.ids.append(token)
        if token in target:
            self.end = "hit"
        elif token in ends:
            self.end = "stop"


def draw(
    p: torch.Tensor, held: Sequence[bool], target: Sequence[int], dice: Sequence[float]
) -> tuple[list[float], list[int]]:
    """The chance of the target in each row of probabilities (R, V), and the token each die draws.

    Rows that are `held` draw among the other tokens, -1 where none of them has any probability.
    A die lies from 0 to 1, 1 not among them.

    >>> p = torch.tensor([[0.2, 0.5, 0.3]] * 2).double()
    >>> draw(p, held=[False, True], target=[1], dice=[0.5, 0.5])
    ([0.5, 0.5], [1, 2])
    """
    chance = p[:, list(target)].sum(-1)
    p = p.clone()
    rows = torch.tensor([row for row, one in enumerate(held) if one], device=p.device)
    if rows.numel():
        p[rows[:, None], torch.tensor(list(target), device=p.device)] = 0.0
    run = p.cumsum(-1)
    at = torch.tensor(dice, dtype=p.dtype, device=p.device)[:, None] * run[:, -1:]
    token = torch.searchsorted(run, at, right=True)[:, 0]
    # rounding may put a die on the sum itself: then it is the last token with any probability
    last = p.shape[1] - 1 - (p > 0).flip(1).int().argmax(1)
    token = torch.where(run[:, -1] > 0, torch.minimum(token, last), -1)
    return chance.tolist(), token.tolist()


class EventRisk:
    """Answers sampled at temperature 1: some as they come, some with the target suppressed.

    An ordinary one stops where the target appears and carries the sum of its chances (SCOPE); a
    suppressed one never shows it and carries 1 - prod(1 - chance) (REACH). An answer cut by the
    limit biases both down, and its finish says so.
    """

    def __init__(self, chosen: Model, settings: Settings) -> None:
        """Loads the model. Raises Unfit where a target is not one of its tokens."""
        self.settings = settings
        self.loaded = model.load(chosen)
        words = [one for one in settings.target.splitlines() if one.strip()]
        words = words if settings.spaced else list(lines(settings.target))
        self.target = sorted(set(forward.single(self.loaded.tokenizer, words).values()))
        self.ends = forward.stops(self.loaded)

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        """The rollouts of each case, the ordinary ones first."""
        return [row for case in batch for row in self._case(case)]

    def _case(self, case: Case) -> list[Row]:
        n = self.settings.rollouts
        ids = forward.asked(self.loaded.tokenizer, case.prompt)
        if (why := forward.too_long(self.loaded, ids, self.settings.max_tokens)) is not None:
            return [self._none(case, sample, why) for sample in range(2 * n)]
        made = [Rollout(k >= n, dice(self.settings.seed, case, k)) for k in range(2 * n)]
        self._grow(ids, made)
        return [self._output(case, sample, one) for sample, one in enumerate(made)]

    @torch.inference_mode()
    def _grow(self, ids: forward.Ids, made: list[Rollout]) -> None:
        """Lets all rollouts of one prompt grow together; the prompt is read once."""
        cache: Any = transformers.DynamicCache()
        first = head.rows(self.loaded, [ids], [[len(ids) - 1]], cache=cache)
        cache.batch_repeat_interleave(len(made))
        logits = first.float().expand(len(made), -1)  # (R, V)
        live = list(made)
        for at in range(self.settings.max_tokens):
            chances, tokens = draw(
                logits.double().softmax(-1),
                [one.suppressed for one in live],
                self.target,
                [float(one.dice.random()) for one in live],
            )
            for one, chance, token in zip(live, chances, tokens, strict=True):
                one.take(chance, token, self.target, self.ends)
            keep = [row for row, one in enumerate(live) if not one.end]
            if not keep or at + 1 == self.settings.max_tokens:
                break
            if len(keep) < len(live):
                cache.batch_select_indices(torch.tensor(keep, device=self.loaded.device))
                live = [live[row] for row in keep]
            last = forward.padded([one.ids[-1:] for one in live], self.loaded)
            read = self.loaded.net(input_ids=last, past_key_values=cache, use_cache=True)
            cache, logits = read.past_key_values, read.logits[:, -1].float()

    def _output(self, case: Case, sample: int, one: Rollout) -> Output:
        told: dict[str, object] = {"sampling": "suppressed" if one.suppressed else "ordinary"}
        if one.suppressed:
            told["p_target_reach"] = round(1 - float(np.prod(1 - np.array(one.p))), 9)
        else:
            told |= {"p_target_sum": round(sum(one.p), 9), "hit": int(one.end == "hit")}
        kept = one.ids[:-1] if one.end == "stop" else one.ids
        return Output(
            case.item_id, sample, self.loaded.tokenizer.decode(kept),
            finish="stop" if one.end else "length", n_tokens=len(one.ids), meta=told,
        )  # fmt: skip

    def _none(self, case: Case, sample: int, why: str) -> Output:
        held = "suppressed" if sample >= self.settings.rollouts else "ordinary"
        return Output(case.item_id, sample, meta={"sampling": held, "why": why})


def dice(seed: int, case: Case, sample: int) -> np.random.Generator:
    """The die of one rollout: the same for the same prompt, sample and seed, in any batch."""
    told = hashlib.sha256(f"{seed}\0{case.item_id}\0{case.prompt}\0{sample}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(told[:16], "big")))
