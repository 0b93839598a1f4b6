"""The contract: every column that comes in or goes out, its table, type, unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "number", "flag", "numbers", "texts", "steps"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the contract. `also` lists the names it is commonly found under in files."""

    name: str
    table: Literal["runs", "items", "outputs", "scores", "steps"]
    kind: Kind
    meaning: str
    also: tuple[str, ...] = ()


COLUMNS: tuple[Column, ...] = (
    Column(
        "model",
        "runs",
        "text",
        "the model that answered",
        ("model_id", "model_name", "sut", "sut_uid"),
    ),
    Column("revision", "runs", "text", "exact version of the model", ("model_revision", "commit")),
    Column(
        "dataset",
        "runs",
        "text",
        "the set of prompts",
        ("dataset_name", "benchmark", "task", "suite"),
    ),
    Column(
        "item_id",
        "items",
        "text",
        "identifies the prompt in its data set",
        (
            "id",
            "prompt_id",
            "question_id",
            "doc_id",
            "case_id",
            "qid",
            "uid",
            "index",
            "example_id",
            "sample_id",
        ),
    ),
    Column(
        "prompt",
        "items",
        "text",
        "what the model was asked",
        (
            "question",
            "input",
            "instruction",
            "query",
            "prompt_text",
            "prompts_final",
            "test_case",
            "goal",
            "user_prompt",
            "user_input",
            "user_query",
            "text",
        ),
    ),
    Column(
        "category",
        "items",
        "text",
        "the kind of prompt",
        ("type", "hazard", "harm_area", "topic", "subject", "risk_area", "functionality"),
    ),
    Column(
        "target",
        "items",
        "text",
        "the right answer, where there is one",
        ("gold", "answer_key", "label_gold", "expected", "reference"),
    ),
    Column("choices", "items", "texts", "the options offered", ("options",)),
    Column("answerable", "items", "flag", "whether the question has an answer", ("is_answerable",)),
    Column(
        "should_abstain", "items", "flag", "whether the model ought to say it does not know", ()
    ),
    Column(
        "response",
        "outputs",
        "text",
        "what the model answered",
        (
            "completion",
            "output",
            "answer",
            "generation",
            "model_answer",
            "response_text",
            "sut_response",
            "model_response",
            "model_output",
            "llm_response",
            "llm_output",
            "generated_text",
            "assistant_response",
            "reply",
            "prediction",
        ),
    ),
    Column(
        "sample",
        "outputs",
        "integer",
        "which of several answers to one prompt, from 0",
        ("sample_idx", "epoch", "repeat"),
    ),
    Column("option_logprobs", "outputs", "numbers", "natural log-probability of each option", ()),
    Column("finish", "outputs", "text", "why the answer ended", ("finish_reason", "stop_reason")),
    Column(
        "n_tokens",
        "outputs",
        "integer",
        "tokens in the answer",
        ("response_tokens", "completion_tokens"),
    ),
    Column("steps", "steps", "steps", "what an agent did, step by step", ("trajectory",)),
    Column("dimension", "scores", "text", "what is scored", ("harm_dimension",)),
    Column(
        "scorer",
        "scores",
        "text",
        "who scored: a judge, a classifier, a metric",
        ("judge", "judge_id", "judge_model"),
    ),
    Column("value", "scores", "number", "the score, 0 to 1", ("score",)),
)

BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}

DIMENSIONS = ("bias", "fairness", "ethics", "epistemic")
"""The four harm dimensions every screen knows by a hue of its own; others are welcome."""

ACTS = ("answered", "hedged", "abstained", "refused", "could_not_act")
"""What the model did. Abstained: says it cannot know. Refused: says it will not."""
