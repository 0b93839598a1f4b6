"""The offer of leave one out: which segment of the context drove the answer."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scoring.offers import Offer
from scoring.refusing import REFUSALS


class Settings(BaseModel):
    """What may be set of leave one out."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Leave one out")

    split: Literal["paragraphs", "lines", "sentences"] = Field(
        "paragraphs",
        title="Segments",
        description="How a prompt is split; its last piece, the question, stays. A list called "
        "segments that the file kept with an answer comes first",
    )
    score: Literal["likelihood", "refusal"] = Field(
        "likelihood",
        title="What is scored",
        description="likelihood: the probability of a token of the answer given; refusal: that an "
        "answer begins by refusing",
    )
    openings: str = Field(
        REFUSALS,
        title="How refusals begin",
        description="One beginning a line; their probabilities add up",
        max_length=20_000,
    )


OFFER = Offer(
    name="leave_one_out",
    title="What each segment adds",
    source="CausalArmor; leave-one-out attribution",
    needs=("prompt", "response"),
    makes=("outputs",),
    models=("causal",),
    settings=Settings,
    place="scoring.leave_one_out:LeaveOneOut",
)
