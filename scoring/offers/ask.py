"""The offer of answers from an endpoint: vLLM, Ollama and whatever speaks as they do."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from scoring.offers import Offer


class Settings(BaseModel):
    """How answers are asked for, and how the endpoint is treated."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Answers from an endpoint")

    samples: int = Field(1, title="Answers to each prompt", ge=1, le=1000)
    max_tokens: int = Field(256, title="Longest answer", description="In tokens", ge=1, le=32_768)
    temperature: float = Field(
        0.0, title="Temperature", description="0 takes the most probable token", ge=0, le=10
    )
    top_p: float = Field(
        1.0, title="Top p", description="Samples within this much probability", gt=0, le=1
    )
    stop: tuple[str, ...] = Field(
        (),
        title="Stop at",
        description="Texts that end the answer, four at most",
        max_length=4,
    )
    system: str = Field("", title="System message", max_length=20_000)
    seed: int = Field(0, title="Seed", description="Where the server takes one", ge=0, le=2**31 - 1)
    key_from: str = Field(
        "", pattern=r"^([A-Z][A-Z0-9_]*API_(KEY|TOKEN))?$", title="Key from",
        description="The environment variable of the worker that holds the endpoint's key; the key "
        "itself is never kept. Empty: no key",
    )  # fmt: skip
    at_once: int = Field(16, title="Requests at once", ge=1, le=256)
    per_minute: int = Field(
        0, title="Requests a minute", description="At most; 0: no limit", ge=0, le=100_000
    )
    timeout: float = Field(
        120, title="Time for one answer", description="In seconds", gt=0, le=3600
    )
    tries: int = Field(5, title="Tries", description="Of one request", ge=1, le=20)


OFFER = Offer(
    name="ask",
    title="Answers from an endpoint",
    source="chat completions as vLLM and other OpenAI-compatible servers give them",
    needs=("prompt",),
    makes=("outputs",),
    models=("endpoint",),
    settings=Settings,
    place="scoring.ask:Ask",
)
