"""The offer of first token: category risk from the first decoded token."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scoring.offers import Offer
from scoring.offers.guard import Family


class Settings(BaseModel):
    """What may be set of the first token."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="First token")

    family: Family = Field(
        "auto",
        title="Family",
        description="How the guard is asked and which words are its codes; auto: by its name",
    )
    about: Literal["response", "prompt"] = Field(
        "response", title="What is judged", description="The answer to the prompt, or the prompt"
    )
    criteria: str = Field(
        "",
        title="Criterion",
        description="For families that judge one thing at a time: name: text. The first is taken",
    )


OFFER = Offer(
    name="first_token",
    title="Risk by category in the first token",
    source="YuFeng-XGuard, arXiv 2601.15588",
    needs=("prompt", "response"),
    makes=("outputs",),
    models=("causal",),
    settings=Settings,
    place="scoring.first_token:FirstToken",
)
