"""A guard at work: its template, its first token, and the text that follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from scoring import chat, forward, guards, model
from scoring.guards import Family, Verdict
from scoring.place import Unfit
from scoring.scorer import Case, Model

BLANK = 3
"""White space tokens a guard may say before its verdict."""
AFTER = 24
"""Tokens in which a category is looked for."""


class Said(NamedTuple):
    """A verdict, the row it follows (white space said first included), each word's probability."""

    row: forward.Ids
    verdict: Verdict
    words: dict[str, float]


class Guard:
    """One guard model and its family: asks about cases, reads the verdict."""

    def __init__(self, chosen: Model, family: str, criteria: str, strict: bool) -> None:
        """Loads the model. Raises Unfit for a family that is not told or does not fit."""
        name = guards.of(chosen.name) if family == "auto" else family
        if name is None:
            raise Unfit(
                f"the name of {chosen.name} does not say which family of guards it is",
                f"choose one in the settings: {', '.join(guards.families())}",
            )
        self.name, self.strict = name, strict
        self.loaded = model.load(chosen)
        self.family = _codes(guards.families()[name], self.loaded.tokenizer)
        self.criteria = guards.criteria(self.family, criteria)
        self.first = self._first()

    def _first(self) -> dict[str, int]:
        """The first token of each verdict word that the tokenizer keeps apart from the others."""
        tokenizer = self.loaded.tokenizer
        found: dict[str, int] = {}
        for word in self.family.verdicts:
            token = self._follows(word)
            if token is not None and token not in found.values():
                found[word] = token
        needed = (self.family.safe, self.family.unsafe or tuple(self.family.codes))
        for words in needed:
            if not any(word in found for word in words):
                raise Unfit(
                    f"{self.family.title} says {' or '.join(words[:3])}, and the tokenizer "
                    f"({type(tokenizer).__name__}) does not tell that by its first token",
                    "choose the family that this model is of",
                )
        return found

    def _follows(self, word: str) -> int | None:
        """The first token of a word after what the guard's answer begins with; all of a code."""
        begin = forward.text_ids(self.loaded.tokenizer, self.family.begin)
        whole = forward.text_ids(self.loaded.tokenizer, self.family.begin + word)
        if whole[: len(begin)] != begin or len(whole) == len(begin):
            return None
        if self.family.by_code and len(whole) > len(begin) + 1:
            return None
        return whole[len(begin)]

    def asked(self, case: Case, about: str, criterion: str) -> forward.Ids:
        """The tokens that ask about the answer, or about the prompt alone."""
        turns = [{"role": "user", "content": case.prompt}]
        if about == "response":
            turns.append({"role": "assistant", "content": case.response or ""})
        told = guards.filled(self.family.turns, criterion)
        fix = f"choose a guard of the family {self.name}, with its own template"
        text = chat.through(self.loaded.tokenizer, turns, fix, **told)
        return forward.text_ids(self.loaded.tokenizer, text + self.family.begin)

    def verdicts(self, rows: Sequence[forward.Ids]) -> list[Said]:
        """The verdict after each row.

        White space that the guard says first is let pass: the verdict is its first word.
        """
        rows, tokens = list(rows), list(self.first.values())
        found = forward.following(self.loaded, rows, tokens)
        for _ in range(BLANK):
            spaced = [at for at, one in enumerate(found) if self._blank(one.top)]
            if not spaced:
                break
            for at in spaced:
                rows[at] = [*rows[at], found[at].top]
            again = forward.following(self.loaded, [rows[at] for at in spaced], tokens)
            for at, one in zip(spaced, again, strict=True):
                found[at] = one
        return [self._read(row, one) for row, one in zip(rows, found, strict=True)]

    def _blank(self, token: int) -> bool:
        """Whether the likeliest token is white space, and no verdict."""
        said = self.loaded.tokenizer.decode([token]) if token >= 0 else "x"
        return bool(said) and not said.strip() and token not in self.first.values()

    def _read(self, row: forward.Ids, found: forward.Next) -> Said:
        each = dict(zip(self.first, found.logp.exp().tolist(), strict=True))
        return Said(row, guards.decode(each, self.family, self.strict), each)

    def after(self, row: forward.Ids) -> list[str]:
        """The categories the guard names once it has said unsafe."""
        said = forward.text_ids(self.loaded.tokenizer, self.family.unsafe[0] + self.family.lead)
        ids = forward.greedy(self.loaded, [*row, *said], AFTER)
        return guards.categories(self.loaded.tokenizer.decode(ids), self.family)


def _codes(family: Family, tokenizer: Any) -> Family:
    """The family with the codes of the model's own map, where it brings one (id2risk)."""
    told = getattr(tokenizer, "init_kwargs", {}).get("id2risk")
    if not family.by_code or not isinstance(told, dict):
        return family
    named = {str(code): str(name) for code, name in told.items()}
    safe = tuple(code for code, name in named.items() if name.lower() == "safe-safe")
    codes = {code: name for code, name in named.items() if code not in safe}
    return family.model_copy(update={"safe": safe or family.safe, "codes": codes})
