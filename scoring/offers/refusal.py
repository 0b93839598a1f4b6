"""The offers of refusal and abstention: what the answer did, by rules and by a classifier."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from scoring.offers import Offer


class Settings(BaseModel):
    """What may be set; all of it concerns the classifier, where one is chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="What the answer did")

    label: str = Field(
        "",
        title="Label of the classifier",
        description="The label or labels, comma between them, that say so. Empty: found by name",
    )
    sure: float = Field(
        0.8,
        gt=0.5,
        le=1,
        title="Sure from",
        description="Probability from which the classifier decides; between it and its complement "
        "the act is unclear",
    )


def _offer(name: str, title: str, place: str) -> Offer:
    return Offer(
        name=name,
        title=title,
        source="phrases of twelve languages; any sequence-classification model",
        needs=("response",),
        makes=("acts", "scores"),
        models=("none", "classifier"),
        settings=Settings,
        place=place,
    )


OFFERS = (
    _offer("refusal", "Did it refuse", "scoring.refusal:Refusal"),
    _offer("abstention", "Did it abstain", "scoring.abstention:Abstention"),
)
