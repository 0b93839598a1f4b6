"""Log-probabilities of several continuations of one prompt, whose prefix is computed once."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import transformers

from scoring import head, room
from scoring.model import Loaded

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fork:
    """A prefix of at least one token, and the tails behind it, each of at least one."""

    prefix: Tokens
    tails: tuple[Tokens, ...]

    @property
    def queries(self) -> int:
        """Tokens the second pass reads: each tail but its last token."""
        return sum(len(tail) - 1 for tail in self.tails)

    @property
    def size(self) -> int:
        """Tokens this fork takes in memory."""
        return len(self.prefix) + self.queries


@dataclass(frozen=True, slots=True)
class Told:
    """What a tail is: the natural log-probability of each token; whether each is the likeliest."""

    logs: tuple[float, ...]
    greedy: bool


class Forks:
    """Scores forks on one model; the values do not depend on what else is in a batch.

    Two passes. The first reads the prefixes and keeps their keys and values; its last position
    tells the first token of every tail. The second reads all further tokens of all tails in one
    row, each tail seeing the prefix and itself alone and placed as if it stood by itself. Models
    whose attention is of another kind read every tail with its prefix.
    """

    def __init__(self, loaded: Loaded, at_once: int = 0) -> None:
        """`at_once` is how many tokens to read at once; 0 as memory allows."""
        self.loaded = loaded
        self.room = at_once or room.tokens(loaded)
        self.shared = plain(loaded.net) and self._agrees()

    def __call__(self, forks: Sequence[Fork]) -> list[tuple[Told, ...] | None]:
        """What each fork's tails are, in order; None for one that does not fit into memory."""
        found: list[tuple[Told, ...] | None] = [None] * len(forks)
        sizes = [self._size(fork) for fork in forks]
        for places in room.batches(sizes, self.room):
            longest = max(sizes[place] for place in places)
            told = room.halved(
                self._score,
                [forks[place] for place in places],
                partial(self._narrow, longest),
            )
            for place, one in zip(places, told, strict=True):
                found[place] = one
        return found

    def _narrow(self, longest: int, rows: int) -> None:
        """So many rows were too many: from the next call on, half of that is read at once."""
        self.room = max(1, min(self.room, rows * longest // 2))

    def _size(self, fork: Fork) -> int:
        if self.shared:
            return fork.size
        return sum(len(fork.prefix) + len(tail) for tail in fork.tails)

    def _score(self, forks: Sequence[Fork]) -> list[tuple[Told, ...]]:
        with torch.inference_mode():
            return self._two(forks) if self.shared else self._straight(forks)

    def _two(self, forks: Sequence[Fork]) -> list[tuple[Told, ...]]:
        """Prefixes, then tails behind them."""
        deep = any(fork.queries for fork in forks)
        cache = transformers.DynamicCache() if deep else None
        ends = [[len(fork.prefix) - 1] for fork in forks]
        first = head.rows(self.loaded, [fork.prefix for fork in forks], ends, cache=cache)
        starts = [tuple(tail[0] for tail in fork.tails) for fork in forks]
        own = [n for n, fork in enumerate(forks) for _ in fork.tails]
        opened = head.pick(first[torch.tensor(own, device=first.device)], sum(starts, ()))
        if not deep:
            return _gather(forks, opened, ([], []))
        return _gather(forks, opened, self._tails(forks, cache))

    def _tails(self, forks: Sequence[Fork], cache: Any) -> tuple[list[float], list[bool]]:
        """The second pass: what the second and later tokens of all tails are, in order."""
        wide = max(len(fork.prefix) for fork in forks)
        long = max(fork.queries for fork in forks)
        places = torch.zeros(len(forks), long, dtype=torch.long)  # (B, Q)
        seen = torch.zeros(len(forks), long, wide + long, dtype=torch.bool)  # (B, Q, P + Q)
        rows: list[Tokens] = []
        wanted: list[int] = []
        for n, fork in enumerate(forks):
            seen[n, :, 0] = True  # what pads must see something, or it is no number
            at = 0
            for tail in fork.tails:
                size = len(tail) - 1
                own = slice(at, at + size)
                places[n, own] = len(fork.prefix) + torch.arange(size)
                seen[n, own, : len(fork.prefix)] = True
                seen[n, own, wide + at : wide + at + size] = torch.ones(size, size).tril().bool()
                wanted += tail[1:]
                at += size
            rows.append(sum((tail[:-1] for tail in fork.tails), ()))
        logits = head.rows(
            self.loaded, rows, [list(range(fork.queries)) for fork in forks],
            cache=cache, places=places, seen=seen,
        )  # fmt: skip
        return head.pick(logits, wanted)

    def _straight(self, forks: Sequence[Fork]) -> list[tuple[Told, ...]]:
        """Every tail with its prefix, as a text of its own."""
        told: list[list[Told]] = [[] for _ in forks]
        whole = [(n, fork.prefix, tail) for n, fork in enumerate(forks) for tail in fork.tails]
        sizes = [len(prefix) + len(tail) - 1 for _, prefix, tail in whole]
        found: dict[int, Told] = {}
        for places in room.batches(sizes, self.room):
            some = [whole[place] for place in places]
            ends = [
                list(range(len(prefix) - 1, len(prefix) + len(tail) - 1))
                for _, prefix, tail in some
            ]
            rows = [prefix + tail[:-1] for _, prefix, tail in some]
            logs, best = head.pick(
                head.rows(self.loaded, rows, ends), sum((tail for _, _, tail in some), ())
            )
            at = 0
            for place, (_, _, tail) in zip(places, some, strict=True):
                part = slice(at, at + len(tail))
                found[place] = Told(tuple(logs[part]), all(best[part]))
                at += len(tail)
        for place, (n, _, _) in enumerate(whole):
            told[n].append(found[place])
        return [tuple(one) for one in told]

    def _agrees(self) -> bool:
        """Whether both ways agree on a small made-up text; an unknown attention may not."""
        size = self.loaded.net.get_input_embeddings().weight.shape[0]
        ids = [(7 * n + 3) % size for n in range(24)]
        fork = Fork(tuple(ids[:12]), (tuple(ids[12:16]), tuple(ids[16:24])))
        near = 1e-3 if self.loaded.dtype == torch.float32 else 0.5
        with torch.inference_mode():
            try:
                two = self._two([fork])[0]
            except (TypeError, ValueError, AttributeError, IndexError):
                return False  # it takes no mask of its own, or keeps no keys and values
            one = self._straight([fork])[0]
        return all(
            abs(a - b) < near
            for left, right in zip(one, two, strict=True)
            for a, b in zip(left.logs, right.logs, strict=True)
        )


def plain(net: Any) -> bool:
    """Whether every layer looks at all that came before, so that a mask says it all.

    Sliding windows, attention biased by distance and recurrent layers do not.
    """
    config = net.config
    of = getattr(config, "text_config", None) or config
    kinds = set(getattr(of, "layer_types", None) or ())
    window = getattr(of, "sliding_window", None) if getattr(of, "use_sliding_window", True) else 0
    odd = getattr(of, "alibi", False) or getattr(net, "_is_stateful", False)
    named = inspect.signature(net.forward).parameters
    return (
        kinds <= {"full_attention"}
        and not (window and "full_attention" not in kinds)
        and not odd
        and {"position_ids", "attention_mask", "past_key_values"} <= named.keys()
    )


def _gather(
    forks: Sequence[Fork],
    first: tuple[list[float], list[bool]],
    rest: tuple[list[float], list[bool]],
) -> list[tuple[Told, ...]]:
    """First tokens and later ones put together, tail by tail."""
    (first_logs, first_best), (logs, best) = first, rest
    told: list[tuple[Told, ...]] = []
    n = at = 0
    for fork in forks:
        tails: list[Told] = []
        for tail in fork.tails:
            part = slice(at, at + len(tail) - 1)
            tails.append(Told((first_logs[n], *logs[part]), first_best[n] and all(best[part])))
            n, at = n + 1, at + len(tail) - 1
        told.append(tuple(tails))
    return told
