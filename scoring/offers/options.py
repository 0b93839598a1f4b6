"""Offers the scorer of answer options: how probable the model finds each of them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scoring.offers import Offer


class OptionsSettings(BaseModel):
    """How the options are put to the model, and what is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    readout: Literal["text", "first_token", "letter"] = Field(
        default="text",
        title="Read",
        description="the probability of each option's full text, of its first token, or of its "
        "letter after a list of all options",
    )
    unsure: str = Field(
        default="I don't know",
        title='Added option that says "I don\'t know"',
        description="put last where no option says so already; empty adds none",
        max_length=200,
    )
    layout: str = Field(
        default="",
        title="Prompt",
        description="{prompt} and {options} stand for the case's own; empty is the prompt as it "
        "is, and for letters the prompt, the list of options and Answer:",
        max_length=20_000,
    )
    delimiter: str = Field(
        default=" ",
        title="Between prompt and option",
        description="one space, as most tasks are written",
        max_length=20,
    )
    chat: bool = Field(
        default=False,
        title="Through the chat template",
        description="the prompt becomes a user's turn; the options begin the model's",
    )
    system: str = Field(
        default="",
        title="System message",
        description="only with the chat template",
        max_length=20_000,
    )


OFFER = Offer(
    name="options",
    title="Log-probability of each option",
    source="as lm-evaluation-harness reckons loglikelihood",
    needs=("prompt", "choices"),
    makes=("outputs",),
    models=("causal",),
    settings=OptionsSettings,
    place="scoring.options:Options",
)
