"""Which source column is which of ours: written by a person, shipped, or guessed by name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

import orjson
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from data.columns import COLUMNS
from data.recast import Recast
from data.trouble import Trouble

MAPS = Path(__file__).parent / "maps"
FIXABLE = ("model", "revision", "dataset", "category", "dimension", "scorer")
"""Columns a mapping may give one value for the whole file."""
Up = Literal["harm", "good", "neither"]


class Scale(BaseModel):
    """What a score's numbers mean: its ends, and what a higher value says.

    `keep` leaves them as they stand, whatever they are: an entropy, a token count.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    low: float = 0.0
    high: float = 1.0
    up: Up = "harm"
    keep: bool = False

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low is {self.low:g}, which is not below high, {self.high:g}")
        if self.keep and self.up == "harm":
            raise ValueError("keep needs up: neither or good; a score of harm lies in 0 to 1")
        return self


GOOD = ("correct", "correctness", "accuracy", "quality", "helpfulness")
"""Dimensions whose higher score is better, unless the mapping says otherwise."""
NEITHER = (
    "refusal", "abstention", "abstained", "confidence", "risk_score", "u", "known",
    "forced_correct",
)  # fmt: skip
"""Dimensions whose higher score says nothing of harm."""


class Mapping(Recast, BaseModel):
    """Our columns -> the file's. What is not named is found by name, or kept in `meta`.

    `{name}` in `fixed` or in a person of `labels` is what `file_name` finds under that name; the
    person `*` stands for every key of a map in its column. `people` gives the file's people our
    names.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    title: str = ""
    recognize: tuple[str, ...] = ()
    file_name: str = ""
    explode: str = ""
    fixed: dict[str, str] = {}
    params: dict[str, Any] = {}

    model: str = ""
    revision: str = ""
    dataset: str = ""
    item_id: str = ""
    prompt: str = ""
    prompt_sent: str = ""
    category: str = ""
    target: str = Field("", alias="gold")
    choices: str = ""
    answerable: str = ""
    should_abstain: str = ""
    response: str = ""
    sample: str = ""
    option_logprobs: str = ""
    options: dict[str, str] = {}
    option_scale: Literal["probability", "logit", "logprob"] = "logprob"
    abstain_options: tuple[str, ...] = ()
    finish: str = ""
    n_tokens: str = ""
    steps: str = ""
    dimension: str = ""
    scorer: str = ""
    value: str = ""
    scores: dict[str, dict[str, str] | str] = {}
    scales: dict[str, Scale] = {}
    labels: dict[str, dict[str, str]] = {}
    values: dict[str, dict[str, str]] = {}
    people: dict[str, str] = {}
    tags: dict[str, str] = {}

    @field_validator("fixed")
    @classmethod
    def _known(cls, fixed: dict[str, str]) -> dict[str, str]:
        if strange := fixed.keys() - FIXABLE:
            raise ValueError(f"{min(strange)!r} cannot be fixed; {', '.join(FIXABLE)} can")
        return fixed

    @field_validator("file_name")
    @classmethod
    def _pattern(cls, file_name: str) -> str:
        try:
            re.compile(file_name)
        except re.error as error:
            raise ValueError(f"{file_name!r} is no pattern: {error}") from error
        return file_name

    @property
    def digest(self) -> str:
        """Tells one way of reading a file from another."""
        body = orjson.dumps(self.model_dump(exclude_defaults=True), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(body).hexdigest()[:8]

    def scale(self, dimension: str) -> Scale:
        """The scale of a dimension: as given, else 0 to 1, up meaning harm where it may."""
        up: Up = "good" if dimension in GOOD else "neither" if dimension in NEITHER else "harm"
        usual = Scale(up=up)
        return self.scales.get(dimension, usual)

    def judged(self) -> dict[str, dict[str, str]]:
        """Dimension -> scorer -> source column, also where a dimension has one unnamed scorer."""
        return {d: {c: c} if isinstance(c, str) else c for d, c in self.scores.items()}

    def sources(self) -> set[str]:
        """Every source column this mapping names."""
        named = {getattr(self, column.name, "") for column in COLUMNS} | {self.prompt_sent}
        nested = (self.options, self.tags, *self.judged().values(), *self.labels.values())
        return {name for name in named.union(*(part.values() for part in nested)) if name}


def load(path: Path) -> Mapping:
    """The mapping in a YAML file. Raises Trouble naming the key that is not understood."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise Trouble(
            f"the mapping {path} cannot be read: {error}", "check its path and encoding"
        ) from error
    return parse(text, path.name)


def parse(text: str, name: str) -> Mapping:
    """The mapping written in `text`; everything in it is text, so `yes` and `1` stay as written."""
    try:
        body = yaml.load(text, yaml.BaseLoader)  # noqa: S506  BaseLoader makes only text
    except (yaml.YAMLError, RecursionError) as error:
        raise Trouble(
            f"{name} is not YAML: {error}", "mind the indentation and the colons"
        ) from error
    if not isinstance(body, dict):
        raise Trouble(f"{name} is not a mapping", "write one `our column: source column` a line")
    try:
        return Mapping.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Trouble(
            f"{name}: {where}: {first['msg'].lower()}",
            f"the keys are {', '.join(sorted(Mapping.model_fields))}",
        ) from error


def dump(mapping: Mapping) -> str:
    """The mapping as the YAML a person would write: only what is set."""
    body = mapping.model_dump(exclude_defaults=True, mode="json")
    return str(yaml.safe_dump(body, sort_keys=False, allow_unicode=True))


@cache
def shipped() -> dict[str, Mapping]:
    """The mappings that come with Tailscope, by file name."""
    return {path.stem: load(path) for path in sorted(MAPS.glob("*.yaml"))}


def recognize(columns: Iterable[str]) -> tuple[str, Mapping] | None:
    """The shipped mapping whose signature columns are all there, the most specific one first."""
    there = set(columns)
    fits = [(n, m) for n, m in shipped().items() if m.recognize and there.issuperset(m.recognize)]
    return max(fits, key=lambda pair: len(pair[1].recognize), default=None)


def merge(guessed: Mapping, given: Mapping) -> Mapping:
    """What was given wins; the rest stays as guessed, unless its source column is taken."""
    chosen = given.model_dump(exclude_unset=True)
    taken = given.sources()
    rest = {
        key: value
        for key, value in guessed.model_dump(exclude_defaults=True).items()
        if key not in chosen and not (isinstance(value, str) and value in taken)
    }
    if given.dimension or given.scores:
        rest.pop("scores", None)
    return Mapping.model_validate({**rest, **chosen})
