"""The scorer of answer options: how probable the model finds each, and "I don't know"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from scoring import chat, pairs
from scoring.forks import Fork, Forks, Told
from scoring.model import load
from scoring.offers.options import OptionsSettings
from scoring.scorer import Case, Model, Output, Row

UNSURE = ("i don't know", "i do not know", "don't know", "idk", "?", "(?)", "not sure", "unsure")
"""Options that say "I don't know" already, in lower case and without a full stop."""
LISTED = "{prompt}\n{options}\nAnswer:"
"""The prompt of the letter readout, where no other is given."""
MOST = 702
"""As many options as there are keys of one letter or two."""
_PLACE = re.compile(r"\{prompt\}|\{options\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A case as it is put to the model: the keys of its options, their texts, and what is read."""

    case: Case
    keys: tuple[str, ...]
    texts: tuple[str, ...]
    prompt: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parted:
    """An asked case as tokens: per option its fork's place, and how many tokens were cut off."""

    asked: Asked
    forks: tuple[Fork, ...]
    fork_of: tuple[tuple[int, int], ...]
    tokens: tuple[int, ...]
    cut: tuple[int, ...]


class Options:
    """Log-probability of every option of a case, summed over its tokens and not normalized.

    Keys are letters, as the readers of logs write them; the added option's key is its own text.
    `meta` keeps each option's tokens and characters, so that any length normalization can be had.
    """

    def __init__(self, model: Model, settings: OptionsSettings) -> None:
        self.settings = settings
        self.loaded = load(model)
        self.forks = Forks(self.loaded)
        if settings.chat:
            chat.rendered(self.loaded.tokenizer, "", settings.system)

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        """An output a case; one without log-probabilities says why."""
        parted = self._parted(batch)
        forks = [fork for one in parted if isinstance(one, Parted) for fork in one.forks]
        told = iter(self.forks(forks))
        return [
            _output(one, [next(told) for _ in one.forks]) if isinstance(one, Parted) else one
            for one in parted
        ]

    def _parted(self, batch: Sequence[Case]) -> list[Parted | Output]:
        put = [ask(case, self.settings) for case in batch]
        fit = [asked for asked in put if isinstance(asked, Asked)]
        cut = iter(pairs.pairs(self.loaded.tokenizer, [(self._prompt(a), a.said) for a in fit]))
        return [
            missing(case, asked) if isinstance(asked, str) else self._part(asked, next(cut))
            for case, asked in zip(batch, put, strict=True)
        ]

    def _prompt(self, asked: Asked) -> str:
        if not self.settings.chat:
            return asked.prompt
        return chat.rendered(self.loaded.tokenizer, asked.prompt, self.settings.system)

    def _part(self, asked: Asked, cut: pairs.Pairs) -> Parted | Output:
        first = self.settings.readout == "first_token"
        if first:
            cut = pairs.begun(self.loaded.tokenizer, cut)
        return part(asked, cut, self.loaded.limit, first)


def ask(case: Case, settings: OptionsSettings) -> Asked | str:
    """The case as it is put to the model; where it cannot be, why."""
    if not case.choices:
        return "it has no options"
    if len(case.choices) >= MOST:
        return f"it has {len(case.choices)} options, more than {MOST - 1}"
    unsure = settings.unsure.strip()
    known = {*UNSURE, _plain(unsure)}
    added = bool(unsure) and not any(_plain(choice) in known for choice in case.choices)
    keys = (*_keys(case.choices), *([unsure] if added else []))
    texts = (*case.choices, *([unsure] if added else []))
    if len(set(keys)) < len(keys):
        return "two of its options have the same name"
    letters = _letters(len(texts))
    listed = "\n".join(f"{letter}. {text}" for letter, text in zip(letters, texts, strict=True))
    layout = settings.layout or (LISTED if settings.readout == "letter" else "{prompt}")
    put = {"{prompt}": case.prompt, "{options}": listed}
    prompt = _PLACE.sub(lambda found: put[found[0]], layout)
    read = letters if settings.readout == "letter" else texts
    return Asked(case, keys, texts, prompt, tuple(settings.delimiter + text for text in read))


def part(asked: Asked, cut: pairs.Pairs, limit: int, first: bool) -> Parted | Output:
    """The tokens of a case as forks, as many as its options leave room for different prefixes.

    What is too long loses tokens at the prompt's beginning: as many as each option needs.
    """
    forks: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    at: list[tuple[tuple[int, ...], int]] = []
    lost: list[int] = []
    for text, tail in zip(asked.said, cut.tails, strict=True):
        if not tail or not cut.prefix:
            return missing(asked.case, f"the option {text!r} has no token of its own")
        if len(tail) > limit:
            return missing(
                asked.case,
                f"the option {text[:40]!r} has {len(tail)} tokens, the model reads {limit}",
            )
        read = tail[:1] if first else tail
        # The last token is never read, only told: limit + 1 fit.
        over = max(0, len(cut.prefix) + len(read) - limit - 1)
        prefix = cut.prefix[over:]
        tails = forks.setdefault(prefix, [])
        at.append((prefix, len(tails)))
        tails.append(read)
        lost.append(over)
    order = {prefix: place for place, prefix in enumerate(forks)}
    return Parted(
        asked,
        tuple(Fork(prefix, tuple(tails)) for prefix, tails in forks.items()),
        tuple((order[prefix], place) for prefix, place in at),
        tuple(len(tail) for tail in cut.tails),
        tuple(lost),
    )


def missing(case: Case, why: str) -> Output:
    """The row of a case that could not be scored."""
    return Output(case.item_id, case.sample, meta={"why": why})


def _output(one: Parted, found: Sequence[tuple[Told, ...] | None]) -> Output:
    asked = one.asked
    told = [branch[place] for n, place in one.fork_of if (branch := found[n]) is not None]
    if len(told) < len(asked.keys):
        return missing(asked.case, "it does not fit into the memory of the device, even alone")
    logs = {key: sum(t.logs) for key, t in zip(asked.keys, told, strict=True)}
    best = max(logs, key=logs.__getitem__)
    sure = [key for key, t in zip(asked.keys, told, strict=True) if t.greedy]
    meta: dict[str, Any] = {
        "option_tokens": dict(zip(asked.keys, one.tokens, strict=True)),
        "option_chars": {k: len(text) for k, text in zip(asked.keys, asked.said, strict=True)},
    }
    if sure:
        meta["greedy"] = sure[0]
    if any(one.cut):
        meta["cut"] = dict(zip(asked.keys, one.cut, strict=True))
    place = asked.keys.index(best)
    return Output(
        asked.case.item_id,
        asked.case.sample,
        response=asked.texts[place],
        option_logprobs=logs,
        meta=meta,
    )


def _keys(choices: Sequence[str]) -> tuple[str, ...]:
    """The options' own letters where they are letters, else A, B, C, …"""
    lettered = all(len(text) == 1 and text.isalnum() for text in choices)
    return tuple(choices) if lettered else _letters(len(choices))


def _letters(count: int) -> tuple[str, ...]:
    """A to Z, then AA, AB, …

    >>> _letters(28)[-3:]
    ('Z', 'AA', 'AB')
    """
    rest = [a + b for a in ascii_uppercase for b in ascii_uppercase]
    return (*ascii_uppercase, *rest)[:count]


def _plain(text: str) -> str:
    return text.strip().lower().replace("\u2019", "'").rstrip(".")
