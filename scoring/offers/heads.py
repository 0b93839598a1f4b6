"""The offer of heads: what each attention head does for refusals."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from scoring.offers import Offer
from scoring.refusing import REFUSALS


class Settings(BaseModel):
    """What may be set of the ablation of heads."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Attention heads")

    heads: str = Field(
        "all",
        pattern=r"^\s*(all|(\d+|\*)\.(\d+|\*)(\s*,\s*(\d+|\*)\.(\d+|\*))*)\s*$",
        title="Heads",
        description="all, or layer.head counted from 0, as in 3.5, 4.* (every head of layer 4)",
    )
    openings: str = Field(
        REFUSALS,
        title="How refusals begin",
        description="One beginning a line; their probabilities add up to the refusal score",
        max_length=20_000,
    )
    at_once: int = Field(
        32, ge=1, le=1024, title="Heads at once",
        description="More is faster and takes more memory",
    )  # fmt: skip


OFFER = Offer(
    name="heads",
    title="What a head does for refusals",
    source="Safety attention heads (Ships), arXiv 2410.13708",
    needs=("prompt",),
    makes=("outputs",),
    models=("causal",),
    settings=Settings,
    place="scoring.heads:Heads",
)
