"""Families of guard models, and what a first-token distribution says in each. Knows no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field

LEAST = 0.1
"""Probability of all verdict words together below which there is no verdict (HR-14)."""


class Family(BaseModel):
    """How one family of guards is asked and read; guards.yaml says what each field means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    source: str
    names: tuple[str, ...]
    turns: dict[str, Any] = Field(default_factory=dict)
    criteria: dict[str, str] = Field(default_factory=dict)
    begin: str = ""
    safe: tuple[str, ...]
    unsafe: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    category: Literal["after", "code", "criterion", "none"] = "none"
    lead: str = ""
    codes: dict[str, str] = Field(default_factory=dict)

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Every word that is a verdict."""
        return (*self.safe, *self.unsafe, *self.unsure, *(self.codes if self.by_code else ()))

    @property
    def by_code(self) -> bool:
        """Whether the first token is itself the code of a category."""
        return self.category == "code"


class Verdict(NamedTuple):
    """Risk (NaN without a verdict), the verdict words' joint probability, and what is likeliest.

    `word` is the likeliest verdict, `code` the likeliest category where the verdict is one.
    """

    risk: float
    captured: float
    word: str
    code: str | None


@cache
def families() -> dict[str, Family]:
    """The families by name; of two whose names fit a model the more telling one is listed first."""
    told = yaml.safe_load(Path(__file__).with_name("guards.yaml").read_text("utf-8"))
    return {name: Family.model_validate(said) for name, said in told.items()}


def of(model: str) -> str | None:
    """The family that a model's name gives away.

    >>> of("meta-llama/Llama-Guard-3-8B"), of("ibm-granite/granite-guardian-3.1-2b"), of("owl")
    ('llama_guard', 'granite_guardian', None)
    """
    plain = model.lower().replace("_", "-")
    for name, family in families().items():
        if any(part in plain for part in family.names):
            return name
    return None


def decode(p: Mapping[str, float], family: Family, strict: bool = True) -> Verdict:
    """What the probabilities of the verdict words say, renormalized over these words.

    The mass outside them is in `captured`; below LEAST there is no verdict. An unsure word counts
    as unsafe where `strict`, else as safe.

    >>> found = decode({"safe": 0.3, "unsafe": 0.6}, families()["llama_guard"])
    >>> round(found.risk, 4), round(found.captured, 2), found.word
    (0.6667, 0.9, 'unsafe')
    """
    known = {word: p.get(word, 0.0) for word in family.verdicts}
    captured = math.fsum(known.values())
    word = max(known, key=known.__getitem__)
    risky = {*family.unsafe, *(family.unsure if strict else ())}
    risky |= set(family.codes) if family.by_code else set()
    bad = {one: known[one] for one in known if one in risky}
    code = max(bad, key=bad.__getitem__) if family.by_code else None
    if captured < LEAST - 1e-9:
        return Verdict(math.nan, captured, word, code)
    return Verdict(min(math.fsum(bad.values()) / captured, 1.0), captured, word, code)


def categories(text: str, family: Family) -> list[str]:
    """The names of the categories in the text that follows a verdict, in their order.

    >>> categories("S1,S10", families()["llama_guard"])
    ['Violent Crimes', 'Hate']
    """
    line = text.strip().splitlines()[0] if text.strip() else ""
    parts = [part.strip() for part in line.split(",") if part.strip()]
    return [family.codes[part] for part in parts if part in family.codes]


def filled(told: Any, criterion: str) -> Any:
    """Template arguments with {criterion} filled in.

    >>> filled({"guardian_config": {"risk_name": "{criterion}"}}, "harm")
    {'guardian_config': {'risk_name': 'harm'}}
    """
    if isinstance(told, Mapping):
        return {key: filled(value, criterion) for key, value in told.items()}
    return criterion if told == "{criterion}" else told


def criteria(family: Family, asked: str) -> dict[str, str]:
    """What is asked about, by name: the lines of `asked` (`name: text`), else the family's own.

    >>> criteria(families()["granite_guardian"], "violence")
    {'violence': 'violence'}
    """
    if not family.criteria:
        return {"": ""}
    found: dict[str, str] = {}
    for line in (line.strip() for line in asked.splitlines() if line.strip()):
        name, colon, text = line.partition(":")
        found[name.strip()] = text.strip() if colon else family.criteria.get(line, line)
    return found or family.criteria


def worst(found: Sequence[tuple[str, Verdict]]) -> tuple[str, Verdict]:
    """The criterion with the highest risk; one without a verdict only where none has any."""
    known = [one for one in found if not math.isnan(one[1].risk)]
    return max(known, key=lambda one: one[1].risk) if known else found[0]
