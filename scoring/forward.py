"""Next-token probabilities of a causal model, several rows at a time, in single precision."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
import transformers

from scoring import chat, head, room
from scoring.model import Loaded
from scoring.place import Unfit

Ids = list[int]


def asked(tokenizer: Any, prompt: str) -> Ids:
    """The tokens that ask a model: through its chat template, or the bare text without one."""
    if chat.has_template(tokenizer):
        return text_ids(tokenizer, chat.rendered(tokenizer, prompt))
    return list(tokenizer(prompt)["input_ids"])


def begun(tokenizer: Any, text: str) -> Ids:
    """The tokens of a text that begins an answer: after a space where no template parts the two."""
    apart = chat.has_template(tokenizer) or text[:1].isspace()
    return text_ids(tokenizer, text if apart else f" {text}")


def text_ids(tokenizer: Any, text: str) -> Ids:
    """The tokens of a text as it stands, with nothing put before or after it."""
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


class Next(NamedTuple):
    """What may follow one row: log-probabilities of the tokens asked for (K,), and the likeliest.

    NaN and -1 where the row alone is too large for the memory.
    """

    logp: torch.Tensor
    top: int


@torch.inference_mode()
def following(loaded: Loaded, rows: Sequence[Ids], tokens: Sequence[int]) -> list[Next]:
    """What may follow each row, of all tokens only these: a vocabulary is too wide to keep."""
    asked_for = torch.tensor(list(tokens), device=loaded.device)

    def read(some: Sequence[Ids]) -> list[Next | None]:
        logits = head.rows(loaded, some, [[len(row) - 1] for row in some]).float()  # (b, V)
        logp = logits[:, asked_for] - logits.logsumexp(-1, keepdim=True)  # (b, K)
        tops = logits.argmax(-1).tolist()
        return [Next(one, top) for one, top in zip(logp.double().cpu(), tops, strict=True)]

    none = Next(torch.full((len(tokens),), torch.nan, dtype=torch.float64), -1)
    found = [none] * len(rows)
    for part in room.batches([len(row) for row in rows], room.tokens(loaded)):
        for place, one in zip(part, room.halved(read, [rows[at] for at in part]), strict=True):
            found[place] = one or none
    return found


@torch.inference_mode()
def joint(loaded: Loaded, start: Ids, tails: Sequence[Ids], copies: int = 1) -> torch.Tensor:
    """The log-probability of each tail, all its tokens together, after one start (C, K).

    The start is read once and its tails share it. With `copies` it is read that many times
    side by side, for a model that is changed row by row: the rows of one copy lie together.
    """
    if any(not tail for tail in tails):
        raise ValueError("a text to score has no tokens")
    cache = transformers.DynamicCache()
    ends = [[len(start) - 1]] * copies
    logits = head.rows(loaded, [start] * copies, ends, cache=cache).float()  # (C, V)
    firsts = torch.tensor([tail[0] for tail in tails], device=loaded.device)
    found = (logits[:, firsts] - logits.logsumexp(-1, keepdim=True)).double().cpu()  # (C, K)
    rows = [tail for _ in range(copies) for tail in tails]
    if max(map(len, tails)) == 1:
        return found
    cache.batch_repeat_interleave(len(tails))
    seen = head.rows(loaded, rows, [range(len(row) - 1) for row in rows], cache=cache)
    rest = iter(head.pick(seen, [token for row in rows for token in row[1:]])[0])
    later = [math.fsum(next(rest) for _ in row[1:]) for row in rows]
    return found + torch.tensor(later, dtype=torch.float64).view(copies, len(tails))


@torch.inference_mode()
def greedy(loaded: Loaded, row: Ids, most: int, stop: Sequence[int] = ()) -> Ids:
    """The likeliest continuation of a row, up to `most` tokens or a stop token, left out."""
    ends = {*stop, *stops(loaded)}
    ids, cache, found = padded([row], loaded), None, []
    for _ in range(most):
        read = loaded.net(input_ids=ids, past_key_values=cache, use_cache=True)
        cache = read.past_key_values
        token = int(read.logits[0, -1].argmax())
        if token in ends:
            break
        found.append(token)
        ids = torch.tensor([[token]], device=loaded.device)
    return found


def stops(loaded: Loaded) -> set[int]:
    """The tokens that end an answer, by the model and its tokenizer."""
    told = [loaded.tokenizer.eos_token_id]
    for config in (loaded.net.config, getattr(loaded.net, "generation_config", None)):
        said = getattr(config, "eos_token_id", None)
        told += said if isinstance(said, list) else [said]
    return {int(one) for one in told if one is not None}


def padded(rows: Sequence[Ids], loaded: Loaded) -> torch.Tensor:
    """The rows on the device, padded on the right (B, T)."""
    longest = max(map(len, rows))
    pad = loaded.tokenizer.pad_token_id or 0
    return torch.tensor([row + [pad] * (longest - len(row)) for row in rows], device=loaded.device)


def too_long(loaded: Loaded, row: Ids, more: int = 0) -> str | None:
    """Why a row does not fit the model with `more` tokens after it; None where it does."""
    if not row:
        return "the prompt has no tokens"
    if len(row) + more <= loaded.limit:
        return None
    return f"{len(row) + more} tokens, and the model reads {loaded.limit}"


def single(tokenizer: Any, words: Sequence[str]) -> Mapping[str, int]:
    """Each word's one token. Raises Unfit for a word that is none, or several."""
    found = {word: text_ids(tokenizer, word) for word in words}
    for word, ids in found.items():
        if len(ids) != 1:
            pieces = " | ".join(tokenizer.convert_ids_to_tokens(ids))
            raise Unfit(
                f"{word!r} is not one token of this model but {len(ids)}: {pieces}",
                "name a text that is one token, perhaps with a space before it",
            )
    return {word: ids[0] for word, ids in found.items()}
