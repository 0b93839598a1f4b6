"""Questions of a label scheme as other annotation tools ask them: Argilla, Label Studio."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Literal
from xml.sax.saxutils import quoteattr

import orjson

Record = dict[str, Any]
SPACE = uuid.UUID("6f2f6d0e-3d51-5d7b-9a4b-6e2c52f3b1a9")
"""In which annotators' pseudonyms become the identifiers Argilla asks for."""
LONGEST = 100
"""Characters of a question's name at most; Argilla's server takes 200."""
SHOWN = ("prompt", "response")
"""What is shown of an answer; no question may bear one of these names."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: choose `one` or `many` of the options (value, title), or write `text`."""

    field: str
    title: str
    kind: Literal["one", "many", "text"]
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    again: int = 1

    @property
    def name(self) -> str:
        """The field as a name that every tool takes; `again` tells it from others of that name.

        >>> Question("Harm level", "", "text").name
        'harm_level'
        """
        name = re.sub(r"[^a-z0-9_-]+", "_", self.field.lower())[:LONGEST].strip("_") or "field"
        return name if self.again == 1 else f"{name}_{self.again}"

    def value(self, told: str) -> Any:
        """A label as the tools hold it: a list for many, text for the rest."""
        return chosen(told) if self.kind == "many" else told

    def known(self, told: str) -> bool:
        """Whether the tools would take this label."""
        values = {value for value, _ in self.options}
        return self.kind == "text" or set(chosen(told) if self.kind == "many" else [told]) <= values


def apart(questions: Iterable[Question]) -> tuple[Question, ...]:
    """The questions under names that differ: the tools take no two of one name.

    >>> [one.name for one in apart(Question(f, "", "text") for f in ("act", "Act", "prompt"))]
    ['act', 'act_2', 'prompt_2']
    """
    found: list[Question] = []
    taken = {*SHOWN}
    for question in questions:
        numbered = (replace(question, again=n) for n in count(1))
        found.append(next(one for one in numbered if one.name not in taken))
        taken.add(found[-1].name)
    return tuple(found)


def chosen(told: str) -> list[str]:
    """The options of a label of many: a JSON list as Label keeps it, else parts between commas.

    >>> chosen('["vcr", "ncr"]'), chosen("vcr, ncr")
    (['vcr', 'ncr'], ['vcr', 'ncr'])
    """
    if told.startswith("["):
        try:
            return [str(one) for one in orjson.loads(told)]
        except orjson.JSONDecodeError:
            return [told]
    return [part.strip() for part in told.split(",") if part.strip()]


def argilla_settings(questions: Sequence[Question], guidelines: str) -> Record:
    """What `rg.Settings.from_json` reads: two fields of text, and the questions."""
    return {
        "guidelines": guidelines or None,
        "fields": [
            {"name": name, "title": name.capitalize(), "required": name == "response",
             "settings": {"type": "text", "use_markdown": False}}
            for name in SHOWN
        ],
        "questions": [_argilla(question) for question in questions],
        "metadata": [], "vectors": [], "allow_extra_metadata": True,
        "distribution": {"strategy": "overlap", "min_submitted": 1}, "mapping": None,
    }  # fmt: skip


def _argilla(question: Question) -> Record:
    settings: Record = {"type": "text", "use_markdown": False}
    if question.kind != "text":
        kind = "label_selection" if question.kind == "one" else "multi_label_selection"
        options = [
            {"value": value, "text": title or value, "description": None}
            for value, title in question.options
        ]
        settings = {"type": kind, "options": options}
        if len(options) >= 3:  # fewer are always shown
            settings["visible_options"] = len(options)
    return {
        "name": question.name, "title": question.title, "description": None,
        "required": question.required, "settings": settings,
    }  # fmt: skip


def argilla_record(row: Record, questions: Sequence[Question]) -> Record:
    """One answer as `Record.from_dict` reads it: labels are responses, the resolved one suggested.

    A field that has no text holds a blank: Argilla refuses a record without its fields.
    """
    responses: dict[str, list[Record]] = {}
    suggestions: Record = {}
    for question in questions:
        for said in _said(row, question):
            user = str(uuid.uuid5(SPACE, said["person"]))
            responses.setdefault(question.name, []).append(
                {"value": question.value(said["value"]), "user_id": user}
            )
        told = row.get(f"label_{question.field}")
        if told is not None and question.known(told):
            suggestions[question.name] = {
                "value": question.value(told), "agent": "tailscope", "type": "human",
                "score": row.get(f"agreement_{question.field}"),
            }  # fmt: skip
    metadata = {
        "run_id": row["run_id"], "item_id": row["item_id"], "sample": row["sample"],
        "model": row["model"], "dataset": row["dataset"], "category": row["category"],
        "probability": row["probability"],
        **{f"{s['dimension']}_{s['scorer']}": s["value"] for s in row["scores"] or ()},
    }  # fmt: skip
    return {
        "id": _id(row), "fields": {n: row[n] or " " for n in SHOWN},
        "metadata": {key: value for key, value in metadata.items() if value is not None},
        "suggestions": suggestions, "responses": responses, "vectors": {},
    }  # fmt: skip


def _id(row: Mapping[str, Any]) -> str:
    return f"{row['run_id']}/{row['item_id']}/{row['sample']}"


def _said(row: Record, question: Question) -> list[Record]:
    """The labels of annotators that the tools would take, the adjudicated one left out."""
    return [
        one
        for one in row["annotations"] or ()
        if one["field"] == question.field and one["person"] != "settled"
        and question.known(one["value"])
    ]  # fmt: skip


def label_studio_config(questions: Iterable[Question]) -> str:
    """The labeling interface: prompt and answer above, the questions below."""
    lines = [
        "<View>", '  <Header value="Prompt"/>', '  <Text name="prompt" value="$prompt"/>',
        '  <Header value="Answer"/>', '  <Text name="response" value="$response"/>',
    ]  # fmt: skip
    for question in questions:
        name, title = quoteattr(question.name), _quoted(question.title)
        lines.append(f"  <Header value={title}/>")
        if question.kind == "text":
            lines.append(f'  <TextArea name={name} toName="response"/>')
            continue
        choice = "single" if question.kind == "one" else "multiple"
        lines.append(f'  <Choices name={name} toName="response" choice="{choice}">')
        for value, title in question.options:
            shown, alias = _quoted(title or value), _quoted(value)
            lines.append(f"    <Choice value={shown} alias={alias}/>")
        lines.append("  </Choices>")
    return "\n".join([*lines, "</View>"]) + "\n"


def _quoted(text: str) -> str:
    """A text as an attribute; a character that XML knows no way to write is replaced."""
    return quoteattr(re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text))


def label_studio_task(row: Record, number: int, questions: Sequence[Question]) -> Record:
    """One answer as a task: an annotation for every annotator, the resolved label a prediction.

    Whose annotation it is stands in its `meta`: Label Studio refuses people it does not know.
    """
    people: dict[str, list[Record]] = {}
    for question in questions:
        for said in _said(row, question):
            by = {"meta": {"text": [said["person"]]}}
            people.setdefault(said["person"], []).append(_result(question, said["value"]) | by)
    resolved = [
        _result(question, row[f"label_{question.field}"])
        for question in questions
        if row.get(f"label_{question.field}") is not None
        and question.known(row[f"label_{question.field}"])
    ]
    data = {
        "prompt": row["prompt"] or "", "response": row["response"] or "",
        **{name: row[name] for name in ("run_id", "item_id", "sample", "model", "dataset",
                                        "category", "probability")},
        "scores": {f"{s['dimension']}_{s['scorer']}": s["value"] for s in row["scores"] or ()},
    }  # fmt: skip
    return {
        "id": number, "data": data,
        "annotations": [
            {"result": results} for _, results in sorted(people.items())
        ],
        "predictions": [{"model_version": "tailscope-resolved", "result": resolved}]
        if resolved else [],
    }  # fmt: skip


def _result(question: Question, told: str) -> Record:
    """One answer to one question."""
    kind = "textarea" if question.kind == "text" else "choices"
    value = {"text": [told]} if kind == "textarea" else {
        "choices": chosen(told) if question.kind == "many" else [told]
    }  # fmt: skip
    return {"from_name": question.name, "to_name": "response", "type": kind, "value": value}
