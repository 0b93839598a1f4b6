"""Agent trajectories in the shape of R-Judge: turns of steps, one verdict for the whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data import check
from data.answer import Answer, Score, Step
from data.read import jsonl_file, loose, pieces, told
from data.read.formats import Entry, Format
from data.read.line import refused
from data.read.look import Look
from data.read.source import Source

DIMENSION, SCORER = "unsafe", "r-judge"
NAMES = ("id", "contents", "label", "goal")


def knows(seen: Look) -> bool:
    """Whether records with contents of steps, a goal and a label were seen."""
    if seen.kind == "jsonl":
        return seen.has(*NAMES, "profile")
    return seen.kind == "json" and seen.has(*(f"[].{name}" for name in (*NAMES, "profile")))


def read(source: Source) -> Iterator[Entry]:
    """Each trajectory as one answer: the label is the whole trajectory's, not a step's."""
    for number, record in _records(source):
        contents = record.get("contents") if isinstance(record, dict) else None
        if isinstance(record, dict) and isinstance(contents, list):
            yield _answer(number, record, contents)
        elif isinstance(record, Exception):
            yield refused(number, f"not JSON: {record}")
        else:
            yield refused(number, "not an object with a list of contents", record)


def _records(source: Source) -> Iterator[tuple[int, Any]]:
    if source.kind() == "jsonl":
        for row in jsonl_file.lines(source):
            yield row.number, ValueError(row.why) if row.why else row.record
        return
    with source.binary() as stream:
        for number, (_, raw) in enumerate(pieces.members(stream, [""], source.name), start=1):
            try:
                yield number, loose.loads(raw)
            except ValueError as error:
                source.utf8(raw)
                yield number, error


def _answer(number: int, record: dict[str, Any], contents: list[Any]) -> Answer:
    turns = [turn if isinstance(turn, list) else [turn] for turn in contents]
    steps = [_step(told.table(step)) for turn in turns for step in turn]
    unsafe = told.number(record.get("label"))
    value = unsafe if unsafe in (0.0, 1.0) else None
    said = [step for step in steps if step.role == "agent"]
    asked = next((step.content for step in steps if step.role == "user"), None)
    scenario = check.text(record.get("scenario"))
    return Answer(
        item_id=check.text(record.get("id")) or f"row {number}",
        number=number,
        dataset=SCORER,
        prompt=asked,
        category=scenario,
        tags={"turns": str(len(turns))},
        response=said[-1].content if said else None,
        meta=told.small((k, record.get(k)) for k in ("profile", "goal", "risk_description")),
        scores=[Score(DIMENSION, SCORER, value, check.text(record.get("label")), "harm")],
        steps=steps,
    )


def _step(step: dict[str, Any]) -> Step:
    """A message; of an agent's step the thought and, below it, the action."""
    content = told.content(step.get("content"))
    if content is None:
        parts = [(name, check.text(step.get(name))) for name in ("thought", "action")]
        content = "\n\n".join(f"{name}: {text}" for name, text in parts if text) or None
    # nobody watched these steps: a flag would be read as an alarm
    return Step(check.text(step.get("role")), content, None)


FORMAT = Format("trajectories", "agent trajectories (R-Judge)", knows, read)
