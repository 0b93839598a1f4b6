"""The offer of loss norms: which cases a labeled classifier finds hard."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scoring.offers import Offer


class Settings(BaseModel):
    """What may be set of loss norms."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Loss norms")

    about: Literal["response", "prompt", "both"] = Field(
        "response", title="What is read", description="The answer, the prompt, or both as a pair"
    )
    gold: Literal["target", "category"] = Field(
        "target",
        title="The label",
        description="Which column of the prompt holds it, by the classifier's name or number",
    )


OFFER = Offer(
    name="loss_norms",
    title="Hard cases by a label head (EL2N)",
    source="Data Diet, arXiv 2107.07075",
    needs=("response",),
    makes=("scores",),
    models=("classifier",),
    settings=Settings,
    place="scoring.loss_norms:LossNorms",
)
