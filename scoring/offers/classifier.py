"""The offer of the classifier: any sequence-classification model as a judge."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from scoring.labels import pairs
from scoring.offers import Offer


def _pairs(told: str) -> str:
    pairs(told)
    return told


class Settings(BaseModel):
    """What may be set of the classifier."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Classifier")

    labels: Annotated[str, AfterValidator(_pairs)] = Field(
        "",
        title="Labels",
        description="Which label counts for which dimension, as in toxic: toxicity, insult: harm; "
        "a label set to - counts for nothing. Empty: every label, harmless ones apart",
    )
    about: Literal["response", "prompt", "both"] = Field(
        "response", title="What is read", description="The answer, the prompt, or both as a pair"
    )
    up: Literal["harm", "good", "neither"] = Field(
        "harm", title="A high value means", description="Which way the scores go"
    )
    heads: Literal["auto", "softmax", "sigmoid"] = Field(
        "auto",
        title="Labels exclude one another",
        description="softmax: yes; sigmoid: no, several may hold; auto: as the model says",
    )
    long: Literal["windows", "cut"] = Field(
        "windows",
        title="Long texts",
        description="windows: read piece by piece, the worst piece counts; cut: the start only",
    )


OFFER = Offer(
    name="classifier",
    title="Harm by a classifier",
    source="any sequence-classification model",
    needs=("response",),
    makes=("scores",),
    models=("classifier",),
    settings=Settings,
    place="scoring.classifier:Classifier",
)
