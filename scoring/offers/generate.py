"""Offers the scorer that lets a model answer: greedy, sampled, or cautious."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scoring.offers import Offer


class GenerateSettings(BaseModel):
    """How answers are made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    samples: int = Field(
        default=1, title="Answers to each prompt", description="sampled ones differ", ge=1, le=1000
    )
    max_tokens: int = Field(
        default=256, title="Longest answer", description="in tokens", ge=1, le=32_768
    )
    temperature: float = Field(
        default=0.0, title="Temperature", description="0 takes the most probable token", ge=0, le=10
    )
    top_p: float = Field(
        default=1.0, title="Top p", description="samples within this much probability", gt=0, le=1
    )
    top_k: int = Field(
        default=0, title="Top k", description="samples among so many tokens; 0 among all", ge=0
    )
    stop: tuple[str, ...] = Field(
        default=(), title="Stop at", description="texts that end the answer and are not part of it"
    )
    seed: int = Field(
        default=0,
        title="Seed",
        description="with it and the case alone, samples are drawn",
        ge=0,
        lt=2**63,
    )
    chat: Literal["auto", "yes", "no"] = Field(
        default="auto",
        title="Through the chat template",
        description="auto: where the model comes with one",
    )
    system: str = Field(
        default="",
        title="System message",
        description="only with the chat template",
        max_length=20_000,
    )
    cautious: bool = Field(
        default=False,
        title="Cautious decoding",
        description="where the next token is uncertain, several continuations up to the next "
        "punctuation are tried and the most probable one is kept (CNTP); slower",
    )
    trials: int = Field(
        default=10, title="Most trials", description="of cautious decoding", ge=2, le=100
    )
    entropy_low: float = Field(
        default=0.01, title="One trial up to", description="entropy of the next token in nats", ge=0
    )
    entropy_high: float = Field(
        default=1.5, title="Most trials from", description="entropy of the next token in nats", gt=0
    )


OFFER = Offer(
    name="generate",
    title="Answers",
    source="cautious decoding: Cautious Next Token Prediction, arXiv 2507.03038",
    needs=("prompt",),
    makes=("outputs",),
    models=("causal",),
    settings=GenerateSettings,
    place="scoring.generate:Generate",
)
