"""LLM Comparator JSON: two models' answers side by side, and who raters prefer."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from data import check
from data.answer import About, Answer, Reported, Score
from data.read import loose, pieces, told
from data.read.formats import Entry, Format
from data.read.line import refused
from data.read.look import Look
from data.read.source import Source
from data.trouble import Trouble

LISTS = ("examples", "models", "metadata.custom_fields_schema")
DIMENSION, SCORER = "preference", "llm_comparator"
CLOSE = 1e-6
PICTURES = ("image_path", "image_byte")
PER_MODEL = ("per_model_boolean", "per_model_number", "per_model_category")


def knows(seen: Look) -> bool:
    """Whether models and examples with two outputs were seen."""
    names = ("input_text", "output_text_a", "output_text_b")
    return seen.kind == "json" and seen.has("models", *(f"examples.[].{name}" for name in names))


def read(source: Source) -> Iterator[Entry]:
    """Each example as two answers, one a model; `preference` above 0 says that it was preferred.

    The second model's preference is the first one's with its sign turned. Raises Trouble where
    the file names other than two models.
    """
    models, schema = _models(source)
    turned = _Turned()
    seen: Counter[str] = Counter()
    number = 0
    with source.binary() as stream:
        for path, raw in pieces.members(stream, LISTS, source.name):
            if path != "examples":
                continue
            number += 1
            try:
                example = loose.loads(raw)
            except ValueError as error:
                source.utf8(raw)
                yield refused(number, f"not JSON: {error}", raw)
                continue
            if not isinstance(example, dict):
                yield refused(number, "not an object", raw)
                continue
            item = _id(example, schema)
            for side, model in enumerate(models):
                answer = _answer(example, schema, side, model, number)
                answer.item_id, answer.sample = item, seen[item]
                yield answer
            turned.see(example)
            seen[item] += 1
    note = turned.note()
    for model in models:
        yield About({}, (note,) if note else (), model=model)
        yield Reported("samples", number, "count", model=model)


def _models(source: Source) -> tuple[list[str], dict[str, str]]:
    names: list[str] = []
    schema: dict[str, str] = {}
    with source.binary() as stream:
        for path, raw in pieces.members(stream, LISTS, source.name):
            if path == "examples":
                continue
            try:
                value = told.table(loose.loads(raw))
            except ValueError:
                continue
            if path == "models":
                names.append(check.text(value.get("name")) or f"model {len(names) + 1}")
            elif path == LISTS[2]:
                schema[str(value.get("name"))] = str(value.get("type"))
    if len(names) != 2:
        raise Trouble(
            f"{source.name} compares {len(names)} models, not two", "export one pair at a time"
        )
    if names[0] == names[1]:
        names = [f"{name} ({side})" for name, side in zip(names, "AB", strict=True)]
    return names, schema


def _id(example: dict[str, Any], schema: dict[str, str]) -> str:
    """The first custom field of type string; else a hash of the input."""
    fields = told.table(example.get("custom_fields"))
    for name, kind in schema.items():
        if kind == "string" and (found := check.text(fields.get(name))):
            return found
    text = check.text(example.get("input_text")) or ""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _answer(
    example: dict[str, Any], schema: dict[str, str], side: int, model: str, number: int
) -> Answer:
    fields = told.table(example.get("custom_fields"))
    meta: dict[str, Any] = {}
    for name, value in fields.items():
        kind = schema.get(name, "")
        if kind in PICTURES:
            meta[name] = "[image]"  # named, never opened
        elif kind in PER_MODEL and isinstance(value, list) and len(value) == 2:
            meta[name] = value[side]
        else:
            meta[name] = value
    tags = [text for tag in told.entries(example.get("tags")) if (text := check.text(tag))]
    raters = _raters(example)
    reasons = [text for rater in raters if (text := check.text(rater.get("rationale")))]
    return Answer(
        item_id="",
        number=number,
        model=model,
        prompt=check.text(example.get("input_text")),
        category=tags[0] if len(tags) == 1 else None,
        tags={"tags": ", ".join(tags)} if tags else {},
        response=_text(example.get("output_text_b" if side else "output_text_a")),
        meta=told.small([*meta.items(), ("rationales", reasons)]),
        scores=list(_scores(example, raters, -1.0 if side else 1.0)),
    )


def _text(value: Any) -> str | None:
    """An output: text, or the pieces of one."""
    if isinstance(value, list):
        return check.text("".join(check.text(told.table(v).get("text", v)) or "" for v in value))
    return check.text(value)


def _raters(example: dict[str, Any]) -> list[dict[str, Any]]:
    return [told.table(rater) for rater in told.entries(example.get("individual_rater_scores"))]


def _scores(example: dict[str, Any], raters: list[dict[str, Any]], sign: float) -> Iterator[Score]:
    def score(value: Any, scorer: str, raw: str | None = None) -> Score:
        found = told.number(value)
        turned = None if found is None else sign * found + 0.0  # + 0.0: no negative zero
        return Score(DIMENSION, scorer, turned, raw or check.text(value), "neither")

    yield score(example.get("score"), SCORER)
    for place, rater in enumerate(raters, start=1):
        flipped = "; saw the models in reverse order" if rater.get("is_flipped") is True else ""
        raw = f"{check.text(rater.get('score')) or 'no score'}{flipped}"
        yield score(rater.get("score"), f"rater {place}", raw)


class _Turned:
    """Whether the scores of raters who saw the models in reverse order were turned back."""

    def __init__(self) -> None:
        self.straight = self.reverse = self.neither = self.told = 0

    def see(self, example: dict[str, Any]) -> None:
        """Compares one example's score with the mean of its raters', as stored and turned."""
        total, raters = told.number(example.get("score")), _raters(example)
        pairs = [
            (value, rater.get("is_flipped") is True)
            for rater in raters
            if (value := told.number(rater.get("score"))) is not None
        ]
        if total is None or not any(flipped and value for value, flipped in pairs):
            return
        stored = sum(value for value, _ in pairs) / len(pairs)
        turned = sum(-value if flipped else value for value, flipped in pairs) / len(pairs)
        fits = abs(stored - total) < CLOSE, abs(turned - total) < CLOSE
        self.told += fits != (True, True)
        self.straight += fits == (True, False)
        self.reverse += fits == (False, True)
        self.neither += fits == (False, False)

    def note(self) -> str:
        """The finding in a sentence; empty where no rater saw the models in reverse order."""
        if not self.told:
            return ""
        if self.straight == self.told:
            return "Raters' scores are stored turned back to the order of the models."
        if self.reverse == self.told:
            return (
                "Scores of raters who saw the models in reverse order are stored as they gave "
                "them: turn them before use. The example's own score is right."
            )
        return (
            f"In {self.neither + min(self.straight, self.reverse)} of {self.told} examples the "
            "score is not the mean of its raters' in one and the same way: compare before use."
        )


FORMAT = Format("llm_comparator", "LLM Comparator", knows, read)
