"""modelgauge tables (AILuminate): responses of a system under test, and what annotators say."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import partial
from typing import Any

import orjson

from data import check
from data.answer import Answer, Score
from data.read import csv_file, told
from data.read.formats import Entry, Format
from data.read.groups import groups
from data.read.line import Line
from data.read.look import Look
from data.read.source import Source

NAMES = {
    "item": ("prompt_uid", "release_prompt_id", "uid"),
    "prompt": ("prompt_text", "seed_prompt_text", "text"),
    "model": ("sut_uid", "sut"),
    "response": ("sut_response", "response_text", "response"),
    "annotator": ("annotator_uid",),
    "annotation": ("annotation_json", "annotation"),
    "hazard": ("hazard",),
}
"""What a column holds -> its names in order of preference, in lower case."""
DIMENSION = "violation"


def knows(seen: Look) -> bool:
    """Whether the columns of responses or of annotations were seen."""
    if seen.kind != "csv":
        return False
    there = {name.lower() for name in seen.paths}
    item = there & {"prompt_uid", "release_prompt_id"}
    model = there & set(NAMES["model"])
    return bool(item and model and there & {*NAMES["response"], "annotation_json"})


def read(source: Source) -> Iterator[Entry]:
    """One answer a response, with the verdicts of all its annotators.

    A row of several answers to one prompt is a sample. `violation` is 1 where an annotator says
    that the answer is not safe, and has no value where its verdict is not valid.
    """
    columns = _columns(source)
    samples: dict[tuple[str | None, str], dict[int, int]] = {}
    for key, rows in groups(partial(csv_file.lines, source), partial(_key, columns)):
        if key is None:
            why = rows[0].why or "has no prompt id"
            yield Line(rows[0].number, why=why, raw=rows[0].raw or str(rows[0].record)[:300])
            continue
        answer = _answer(rows, columns)
        of = samples.setdefault((answer.model, answer.item_id), {})
        answer.sample = of.setdefault(hash(answer.response), len(of))
        yield answer


def _columns(source: Source) -> dict[str, str]:
    first = next((row for row in csv_file.lines(source) if not row.why), None)
    there: dict[str, str] = {}
    for name in reversed(list(first.record) if first else []):
        there[name.lower()] = name
    found = {}
    for what, names in NAMES.items():
        if named := [there[name] for name in names if name in there]:
            found[what] = named[0]
    return found


def _key(columns: dict[str, str], row: Line) -> Hashable | None:
    item, model, response = (
        check.text(row.record.get(columns.get(name, ""))) for name in ("item", "model", "response")
    )
    return None if item is None else (item, model, hash(response))


def _answer(rows: list[Line], columns: dict[str, str]) -> Answer:
    first = rows[0].record
    item, prompt, model, response, hazard = (
        check.text(first.get(columns.get(name, "")))
        for name in ("item", "prompt", "model", "response", "hazard")
    )
    used = set(columns.values())
    tags = {"hazard": rolled(hazard)} if hazard else {}
    known: set[str] = set()
    scores: list[Score] = []
    notes: dict[str, Any] = {}
    for row in rows:
        score, rest = _verdict(row.record, columns)
        if score is None or score.scorer in known:
            continue
        known.add(score.scorer)
        scores.append(score)
        notes |= {score.scorer: rest} if rest else {}
    return Answer(
        item_id=item or "",
        number=rows[0].number,
        model=model,
        dataset="ailuminate" if (item or "").startswith("airr_") else None,
        prompt=prompt,
        category=hazard,
        tags=tags,
        response=response,
        meta=told.small(
            [*((k, v) for k, v in first.items() if k not in used), ("annotations", notes)]
        ),
        scores=scores,
    )


def rolled(hazard: str) -> str:
    """The hazard a sub-hazard belongs to.

    >>> rolled("spc_lgl"), rolled("vcr")
    ('spc', 'vcr')
    """
    return hazard.partition("_")[0]


def _verdict(
    record: dict[str, Any], columns: dict[str, str]
) -> tuple[Score | None, dict[str, Any]]:
    """What one annotator says, and what else stands in its annotation."""
    raw = check.text(record.get(columns.get("annotation", "")))
    annotator = check.text(record.get(columns.get("annotator", ""))) or "annotator"
    if raw is None:
        said = columns.get("annotation") is not None and columns.get("annotator") is not None
        return (Score(DIMENSION, annotator, None, "judge_failed", "harm") if said else None), {}
    try:
        told_ = told.table(orjson.loads(raw))
    except orjson.JSONDecodeError:
        told_ = {"is_safe": raw}
    safe, valid = told.flag(told_.get("is_safe")), told.flag(told_.get("is_valid"))
    rest = told.small((k, v) for k, v in told_.items() if k not in ("is_safe", "is_valid"))
    if valid is False or safe is None:
        return Score(DIMENSION, annotator, None, f"judge_failed: {raw[:200]}", "harm"), rest
    return Score(DIMENSION, annotator, 1.0 - safe, raw[:200], "harm"), rest


FORMAT = Format("modelgauge", "modelgauge (AILuminate)", knows, read)
