"""The offer of cliff: refusal scores along the reasoning of an answer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from scoring.offers import Offer
from scoring.refusing import REFUSALS


class Settings(BaseModel):
    """What may be set of the refusal cliff."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Refusal cliff")

    places: int = Field(
        11, ge=2, le=200, title="Places", description="How many along the reasoning, ends counted"
    )
    opens: str = Field(
        "<think>", min_length=1, title="Reasoning opens", description="The mark before it"
    )
    closes: str = Field(
        "</think>", min_length=1, title="Reasoning closes", description="The mark after it"
    )
    openings: str = Field(
        REFUSALS,
        title="How refusals begin",
        description="One beginning a line; their probabilities add up to the refusal score",
        max_length=20_000,
    )


OFFER = Offer(
    name="cliff",
    title="Refusal along the reasoning",
    source="Refusal cliff, arXiv 2510.06036; the score is ours, the paper trains a probe",
    needs=("prompt", "response"),
    makes=("outputs",),
    models=("causal",),
    settings=Settings,
    place="scoring.cliff:Cliff",
)
