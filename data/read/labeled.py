"""Labels exported by Argilla, Label Studio and Prodigy: one row a person, field and value.

What each tool wraps around a label is taken off; how a row names its answer is looked for in the
record and in what the tool keeps beside the text (metadata, data, meta).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from data.read.line import Line

Tool = Literal["argilla", "argilla rows", "label studio", "prodigy"]
NAMED = ("run", "run_id", "model", "dataset", "item_id", "item", "sample")
"""How a record can name its answer; `id` counts where none of them says the item."""
BESIDE = ("metadata", "meta", "data")
"""Where tools keep what came with the text."""
USERS = ".responses.users"
LONG = ("run", "model", "dataset", "item_id", "sample", "person", "field", "value")
"""The columns of a row that comes out."""
Record = Mapping[str, Any]


def tool(record: Record) -> Tool | None:
    """Which tool wrote the record; None where it is a plain row.

    >>> tool({"text": "a", "accept": ["x"], "answer": "accept"})
    'prodigy'
    """
    if isinstance(record.get("responses"), dict) and "fields" in record:
        return "argilla"
    if any(str(name).endswith(USERS) for name in record):
        return "argilla rows"
    if isinstance(record.get("annotations"), list) and isinstance(record.get("data"), dict):
        return "label studio"
    if record.get("answer") in ("accept", "reject", "ignore"):
        return "prodigy"
    return None


def lines(found: Iterable[Line], by: Tool, field: str = "label") -> Iterator[Line]:
    """The rows of a tool's export, several a record; `field` is what a tool that asks one question
    without naming it was asking. A record without a label that was sent in has none."""
    for line in found:
        if line.why:
            yield line
            continue
        about = _about(line.record)
        for person, name, value in _said(line.record, by, field):
            row = about | {"person": person, "field": name, "value": value}
            yield Line(line.number, row)


def _about(record: Record) -> dict[str, Any]:
    """How the record names its answer, as in LONG."""
    told: dict[str, Any] = {}
    for place in (record, *(record.get(name) for name in BESIDE)):
        if isinstance(place, dict):
            told |= {name: place[name] for name in NAMED if place.get(name) is not None}
    item = told.get("item_id", told.get("item"))
    if item is None:
        inside = next((p for n in BESIDE if isinstance(p := record.get(n), dict) and "id" in p), {})
        item = inside.get("id", record.get("id"))
    run = told.get("run", told.get("run_id"))
    return {"run": run, "model": told.get("model"), "dataset": told.get("dataset"),
            "item_id": item, "sample": told.get("sample")}  # fmt: skip


def _said(record: Record, by: Tool, field: str) -> Iterator[tuple[str, str, Any]]:
    """Person, field and value of every label in a record."""
    if by == "argilla":
        said = record.get("responses")
        for name, many in said.items() if isinstance(said, dict) else ():
            for one in _list(many):
                if isinstance(one, dict) and one.get("status", "submitted") == "submitted":
                    yield _person(one.get("user_id")), str(name), _value(one.get("value"))
    elif by == "argilla rows":
        yield from _argilla_row(record)
    elif by == "label studio":
        for one in _list(record.get("annotations")):
            if isinstance(one, dict) and not one.get("was_cancelled"):
                person = _person(one.get("completed_by")) or _noted(one.get("result"))
                yield from ((person, *told) for told in _studio(one.get("result")))
    elif record.get("answer") in ("accept", "reject"):
        person = _person(record.get("_annotator_id") or record.get("_session_id"))
        yield from ((person, *told) for told in _prodigy(record, field))


def _argilla_row(record: Record) -> Iterator[tuple[str, str, Any]]:
    for column in record:
        if not str(column).endswith(USERS):
            continue
        name = str(column).removesuffix(USERS)
        people, values = _list(record[column]), _list(record.get(f"{name}.responses"))
        sent = _list(record.get(f"{name}.responses.status")) or ["submitted"] * len(people)
        for person, value, status in zip(people, values, sent, strict=False):
            if status == "submitted":
                yield _person(person), name, _value(value)


def _noted(result: Any) -> str:
    """Who an annotation nobody completed is by: our own tasks note it beside each result."""
    for one in _list(result):
        meta = one.get("meta") if isinstance(one, dict) else None
        for name in _list(meta.get("text")) if isinstance(meta, dict) else ():
            if isinstance(name, str) and name:
                return name
    return ""


def _studio(result: Any) -> Iterator[tuple[str, Any]]:
    for one in _list(result):
        value = one.get("value") if isinstance(one, dict) else None
        if not isinstance(value, dict) or "start" in value:
            continue  # words marked in the text: places in another text than ours
        found = next(
            (value[k] for k in ("choices", "rating", "text", "number") if k in value), None
        )
        if found is not None:
            yield str(one.get("from_name", "label")), _value(found)


def _prodigy(record: Record, field: str) -> Iterator[tuple[str, Any]]:
    taken = record["answer"] == "accept"
    if isinstance(record.get("accept"), list):
        if taken and record["accept"]:
            yield field, _value(record["accept"])
    elif record.get("label") is not None:
        yield field, str(record["label"]) if taken else f"not {record['label']}"
    if taken and isinstance(record.get("user_input"), str) and record["user_input"].strip():
        yield "comment", record["user_input"]


def _list(told: Any) -> list[Any]:
    """What stands in a list; nothing where there is none, as in a record nobody labeled."""
    return told if isinstance(told, list) else []


def _person(told: Any) -> str:
    """Who it was: an address or name where the export has one, else their number."""
    if isinstance(told, dict):
        told = told.get("email") or told.get("username") or told.get("id")
    return "" if told is None else str(told)


def _value(told: Any) -> Any:
    """One value as it stands, several as a JSON list, as labels of kind `many` are kept."""
    if isinstance(told, dict):
        told = told.get("value", told.get("choices"))
    if not isinstance(told, list):
        return told
    if any(isinstance(one, dict) for one in told):
        return None  # marks, or a ranking
    return told[0] if len(told) == 1 else json.dumps([str(one) for one in told]) if told else None
