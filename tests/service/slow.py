"""A scorer that needs no model, to drive jobs with: made-up options or scores, as slow as asked."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from scoring import offers
from scoring.offers import Offer
from scoring.scorer import Act, Case, Model, Output, Row, Score


class Settings(BaseModel):
    """How slow it is, how many answers it makes, and at which case it breaks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seconds: float = Field(0.0, title="Seconds a case", ge=0)
    samples: int = Field(1, title="Answers to each prompt", ge=1)
    breaks_at: str = Field("", title="Breaks at")
    seed: int = Field(0, title="Seed")


class Answers:
    """Makes an answer of each prompt, with a number that depends on the case alone."""

    def __init__(self, model: Model, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        rows: list[Row] = []
        for case in batch:
            time.sleep(self._settings.seconds)
            if case.item_id == self._settings.breaks_at:
                raise RuntimeError(f"{case.item_id} is where it breaks")
            rows += [
                Output(case.item_id, n, f"{case.prompt} answered {n}",
                       {"A": -1.0 - n, "B": float("-inf")}, "stop", len(case.prompt))
                for n in range(self._settings.samples)
            ]  # fmt: skip
        return rows


class Judge(Answers):
    """Scores answers, and says what they did."""

    def __call__(self, batch: Sequence[Case]) -> list[Row]:
        rows: list[Row] = []
        for case in batch:
            time.sleep(self._settings.seconds)
            value = len(case.response or "") / 100 if case.response else float("nan")
            rows.append(Score(case.item_id, "bias", value, case.sample, "by length"))
            rows.append(Act(case.item_id, "answered", case.sample))
        return rows


def _offer(name: str, title: str, needs: Any, makes: Any, place: str) -> Offer:
    return Offer(name, title, "made for tests", needs, makes, ("none",), Settings, place)


ANSWERS = _offer("slow", "Slow answers", ("prompt",), ("outputs",), f"{__name__}:Answers")
JUDGE = _offer("judge_slowly", "Slow judge", ("response",), ("scores", "acts"), f"{__name__}:Judge")


def offer() -> None:
    """Makes the two known in this process."""
    for one in (ANSWERS, JUDGE):
        offers.every()[one.name] = one


def main(environment: dict[str, str]) -> None:
    """A worker for one job; exits with 0 when it took one, with 3 when there was none."""
    os.environ.update(environment)
    from app.service import stores
    from app.service.scoring import work
    from app.settings import settings

    offer()
    opened = stores.connect(settings())
    sys.exit(0 if work.once(opened) else 3)
