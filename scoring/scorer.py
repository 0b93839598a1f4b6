"""The scorer: a class whose call takes a batch of cases and returns rows; knows no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Which model: a hub id or a local folder, or its name at an OpenAI-compatible endpoint.

    `revision` is the exact commit on a hub; `device` and `dtype` are chosen where they are empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    name: str
    revision: str = ""
    endpoint: str = ""
    device: str = ""
    dtype: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What a scorer is given: a prompt, and where a run is scored also one answer to it.

    `finish` says why that answer ended (`length` where it was cut), `meta` what was kept with it.
    """

    item_id: str
    prompt: str
    sample: int = 0
    response: str | None = None
    finish: str | None = None
    choices: tuple[str, ...] = ()
    target: str | None = None
    category: str | None = None
    should_abstain: bool | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Output:
    """An answer. `response` is None where there is none, and `meta["why"]` says why.

    `option_logprobs` are natural logs, summed over the option's tokens and not normalized.
    """

    item_id: str
    sample: int = 0
    response: str | None = None
    option_logprobs: Mapping[str, float] = field(default_factory=dict)
    finish: str | None = None
    n_tokens: int | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """A number about an answer, 0 to 1 where `up` is harm; NaN where there is none, `raw` tells."""

    item_id: str
    dimension: str
    value: float = math.nan
    sample: int = 0
    raw: str | None = None
    up: Literal["harm", "good", "neither"] = "harm"


@dataclass(frozen=True, slots=True)
class Act:
    """What the model did, one of the contract's acts; None where it is unclear, `why` tells."""

    item_id: str
    act: str | None
    sample: int = 0
    why: str | None = None


Row = Output | Score | Act


class Scorer(Protocol):
    """Made once a process from a model and checked settings, then called batch by batch.

    The rows of a case depend on the case, the settings and the seed alone, never on its batch
    (in half precision up to rounding): a job that is resumed, or cut into other batches, finds
    the same rows. A case that cannot be scored still has its row, without a value and with the
    reason.
    """

    def __init__(self, model: Model, settings: Any) -> None:
        """Loads what it needs."""

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        """The rows of these cases, in their order."""
