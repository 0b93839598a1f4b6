"""The offer of event risk: rollouts that tell how likely a token is to appear."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from scoring.offers import Offer


class Settings(BaseModel):
    """What may be set of event risk."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Event risk")

    target: str = Field(
        min_length=1,
        title="Target tokens",
        description="The event is that one of these appears; one a line, each a single token",
        max_length=20_000,
    )
    spaced: bool = Field(
        True,
        title="Spaces count",
        description="Whether a space before a target is a part of it: with most tokenizers a word "
        "inside a sentence is another token than at its start",
    )
    rollouts: int = Field(
        8, ge=1, le=256, title="Rollouts of each kind",
        description="Answers sampled as they come, and as many with the target suppressed",
    )  # fmt: skip
    max_tokens: int = Field(
        128, ge=1, le=8192, title="Longest answer", description="In tokens; a limit that cuts "
        "biases the estimates down, and cut answers are counted",
    )  # fmt: skip
    seed: int = Field(0, ge=0, le=2**32 - 1, title="Seed", description="Of the sampling")


OFFER = Offer(
    name="event_risk",
    title="Chance that a token appears",
    source="SCOPE and REACH, arXiv 2602.03730",
    needs=("prompt",),
    makes=("outputs",),
    models=("causal",),
    settings=Settings,
    place="scoring.event_risk:EventRisk",
)
