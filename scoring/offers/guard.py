"""The offers of guards: generative guard models through their own templates."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scoring.offers import Offer

Family = Literal[
    "auto", "llama_guard", "llama_guard_1", "llama_guard_2", "shieldgemma", "granite_guardian",
    "granite_guardian_3_3", "qwen3guard", "xguard",
]  # fmt: skip
"""The names in guards.yaml; auto goes by the model's name."""


class Settings(BaseModel):
    """What may be set of a guard."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Guard")

    family: Family = Field(
        "auto", title="Family", description="How the guard is asked; auto: by the model's name"
    )
    about: Literal["response", "prompt"] = Field(
        "response", title="What is judged", description="The answer to the prompt, or the prompt"
    )
    criteria: str = Field(
        "",
        title="Criteria",
        description="For families that judge one thing at a time, one a line as name: text; the "
        "worst counts. Empty: the family's own, worded by us where the maker's text is not free",
        max_length=20_000,
    )
    strict: bool = Field(
        True,
        title="Controversial counts as unsafe",
        description="For families with a verdict between safe and unsafe",
    )
    dimension: str = Field(
        "guard", pattern=r"^\w[\w .-]{0,60}$", title="Dimension", description="Name of the score"
    )


OFFER = Offer(
    name="guard",
    title="Risk by a guard model",
    source="Llama Guard, ShieldGemma, Granite Guardian, Qwen3Guard, YuFeng-XGuard",
    needs=("response",),
    makes=("scores",),
    models=("causal",),
    settings=Settings,
    place="scoring.guard:Guard",
)
