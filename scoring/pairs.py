"""Prompt and continuation as tokens, parted where lm-evaluation-harness parts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Pairs:
    """A prompt's tokens, and those of each continuation behind it."""

    prefix: tuple[int, ...]
    tails: tuple[tuple[int, ...], ...]


def pairs(tokenizer: Any, asked: Sequence[tuple[str, Sequence[str]]]) -> list[Pairs]:
    """Encodes each prompt once, and `prompt + continuation` for each of its continuations.

    The tail is what is added. White space at the end of the prompt goes to the continuations,
    because tokenizers put a space at the head of a word. An empty prompt becomes the token that
    begins a text. A tail may be empty: then the continuation added no token. All texts are encoded
    in one go, which a fast tokenizer spreads over the cores.
    """
    bare = [prompt.rstrip() for prompt, _ in asked]
    texts: list[str] = []
    for start, (prompt, more) in zip(bare, asked, strict=True):
        texts += [start, *(prompt + text for text in more)] if start else []
    coded = iter(encode(tokenizer, texts))
    found: list[Pairs] = []
    for start, (prompt, more) in zip(bare, asked, strict=True):
        if not start:
            found.append(_unprompted(tokenizer, [prompt + text for text in more]))
            continue
        context = tuple(next(coded))
        found.append(Pairs(context, tuple(tuple(next(coded)[len(context) :]) for _ in more)))
    return found


def begun(tokenizer: Any, cut: Pairs) -> Pairs:
    """White space that all tails begin with, as tokens of its own, moved to the prefix.

    Else the first token of every option could be one and the same line break.
    """
    while (
        cut.tails
        and min(map(len, cut.tails)) > 1
        and len({tail[0] for tail in cut.tails}) == 1
        and not tokenizer.decode([cut.tails[0][0]]).strip()
    ):
        first = cut.tails[0][0]
        cut = Pairs((*cut.prefix, first), tuple(tail[1:] for tail in cut.tails))
    return cut


def encode(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """Token ids; special tokens are added as the tokenizer does, unless the text begins with one.

    A chat template writes the token that begins a text itself, and it must not come twice.
    """
    first = begins(tokenizer)
    sign = tokenizer.decode([first]) if first is not None else None
    written = [sign is not None and text.startswith(sign) for text in texts]
    found: list[list[int]] = [[] for _ in texts]
    for there in (False, True):
        places = [n for n, marked in enumerate(written) if marked == there]
        some = [texts[n] for n in places]
        if some:
            more = {"add_special_tokens": False} if there else {}
            for n, ids in zip(places, tokenizer(some, **more)["input_ids"], strict=True):
                found[n] = ids
    return found


def begins(tokenizer: Any) -> int | None:
    """The token that begins a text: the tokenizer's own, else the one that ends a text."""
    first: int | None = tokenizer.bos_token_id
    last: int | None = tokenizer.eos_token_id
    return last if first is None else first


def _unprompted(tokenizer: Any, continuations: Sequence[str]) -> Pairs:
    first = begins(tokenizer)
    told = [tokenizer.encode(text, add_special_tokens=False) for text in continuations]
    start = () if first is None else (int(first),)
    tails = (tuple(tail[1:] if tuple(tail[:1]) == start else tail) for tail in told)
    return Pairs(start, tuple(tails))
