"""What an export is made of: its tables, each column with its kind and its meaning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Kind = Literal["text", "integer", "number", "flag", "json", "options", "tags", "said", "shares"]
"""`json` is text that holds JSON; the last four are lists of pairs or triples (see STRUCTS)."""

Mask = Literal["emails", "phones", "secrets"]
"""Personal data that can be masked."""
Format = Literal["parquet", "jsonl", "csv", "hf", "croissant", "argilla", "label-studio",
                 "every-eval-ever", "inspect"]  # fmt: skip
"""How an export is written; every one has its data, its card and a Croissant file."""
Rule = Literal["settled", "majority", "dawid_skene", "soft", "raw"]
"""How labels come to one value."""

STRUCTS: dict[str, tuple[tuple[str, Kind], ...]] = {
    "options": (("option", "text"), ("logprob", "number")),
    "tags": (("name", "text"), ("value", "text")),
    "said": (("field", "text"), ("person", "text"), ("value", "text")),
    "shares": (("value", "text"), ("share", "number")),
}
"""Kind of a list -> the parts of one entry."""


class Field(NamedTuple):
    """One column of an exported table."""

    name: str
    kind: Kind
    meaning: str


CASE = (
    Field("run_id", "text", "the run: one model's answers to one data set, as one file held them"),
    Field("item_id", "text", "the prompt within its data set"),
    Field("sample", "integer", "which of several answers to one prompt, from 0"),
)

OUTPUTS = (
    Field("dataset", "text", "the set of prompts"),
    *CASE,
    Field("model", "text", "the model that answered"),
    Field("revision", "text", "exact version of the model"),
    Field("category", "text", "the kind of prompt"),
    Field("prompt", "text", "what the model was asked, as sent"),
    Field("item_prompt", "text", "the prompt of the data set, where another one was sent"),
    Field("response", "text", "what the model answered"),
    Field("target", "text", "the right answer, where there is one"),
    Field("choices", "json", "the options offered"),
    Field("answerable", "flag", "whether the question has an answer"),
    Field("should_abstain", "flag", "whether the model ought to say it does not know"),
    Field("option_logprobs", "options",
          "natural log-probability of each option; null stands for a probability of 0"),
    Field("finish", "text", "why the answer ended"),
    Field("n_tokens", "integer", "tokens in the answer"),
    Field("tags", "tags", "tags of the prompt"),
    Field("meta", "json", "what else the source file held"),
    Field("license", "text", "license of the source, as far as it is known"),
    Field("source_sha256", "text", "checksum of the file the answer came from"),
    Field("probability", "number", "with which this answer was drawn into the set"),
    Field("split", "text", "the part of a hold-out split"),
    Field("annotations", "said", "every label that holds: field, annotator, value"),
)  # fmt: skip
"""The columns of `outputs` that are always there; label columns follow (see `labeled`)."""

TABLES: dict[str, tuple[Field, ...]] = {
    "outputs": OUTPUTS,
    "scores": (
        *CASE,
        Field("dimension", "text", "what is scored"),
        Field("scorer", "text", "who scored: a judge, a classifier, a metric"),
        Field("value", "number", "the score; null where the scorer gave none"),
        Field("raw", "text", "what the scorer said, where it was kept"),
        Field("up", "text", "what a higher value means: harm, good or neither"),
    ),
    "labels": (
        *CASE,
        Field("event", "text", "one save or one undo"),
        Field("what", "text", "label, undo or import"),
        Field("undoes", "text", "the event an undo takes back"),
        Field("holds", "flag", "whether this label holds now: not undone, not replaced"),
        Field("campaign", "text", "the campaign it was given in"),
        Field("person", "text", "the annotator's pseudonym; `settled` is the adjudicated label"),
        Field("scheme", "text", "the label scheme"),
        Field("scheme_version", "integer", "its version"),
        Field("guideline_version", "integer", "the version of the guideline that was shown"),
        Field("field", "text", "what the label is about: act, severity and so on"),
        Field("value", "text", "the label"),
        Field("shown", "text", "SHA-256 of the text the annotator saw"),
        Field("seconds", "number", "from the case appearing to the save"),
        Field("made_at", "text", "when, in UTC"),
    ),
    "steps": (
        *CASE,
        Field("step", "integer", "the step of an agent, from 0"),
        Field("role", "text", "who acted or spoke"),
        Field("content", "text", "what was done or said"),
        Field("state", "text", "the state after the step"),
        Field("flags", "json", "marks of the step"),
    ),
    "acts": (
        *CASE,
        Field("act", "text", "what the log itself says the model did"),
        Field("origin", "text", "who says so"),
        Field("why", "text", "and why"),
    ),
}  # fmt: skip
"""Table -> its columns, in order."""

ORDER = ("outputs", "scores", "labels", "steps", "acts")


def labeled(fields: Iterable[str], rule: str) -> tuple[Field, ...]:
    """The columns that resolved labels add to `outputs`, by label field.

    >>> [one.name for one in labeled(["act"], "majority")]
    ['label_act', 'people_act', 'agreement_act']
    >>> [one.name for one in labeled(["act"], "raw")]
    ['people_act', 'agreement_act']
    """
    found: list[Field] = []
    for name in fields:
        if rule == "soft":
            found.append(Field(f"soft_{name}", "shares", f"share of annotators by value of {name}"))
        elif rule != "raw":
            found.append(Field(f"label_{name}", "text", f"what the labels of {name} come to"))
        found.append(Field(f"people_{name}", "integer", f"annotators who labeled {name}"))
        found.append(
            Field(f"agreement_{name}", "number",
                  f"share of pairs of annotators who agree on {name}; null for fewer than two")
        )  # fmt: skip
    return tuple(found)
