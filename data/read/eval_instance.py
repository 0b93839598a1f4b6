"""One instance of Every Eval Ever as an answer: its scores, its messages as steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from typing import Any

from data import check
from data.answer import About, Answer, Score, Step
from data.read import told
from data.read.line import Line, refused

DIMENSION, SCORER = "score", "every_eval_ever"
META = ("evaluation_id", "sample_hash", "answer_attribution", "token_usage", "performance", "error",
        "metadata")  # fmt: skip


def key(row: Line) -> Hashable | None:
    """What tells one item's records from another's."""
    names = ("evaluation_id", "model_id", "evaluation_name", "sample_id")
    found = tuple(check.text(row.record.get(name)) for name in names)
    return found if found[3] is not None else None


def nameless(row: Line) -> Line:
    """The refusal of a record that does not say which sample it is."""
    return refused(row.number, "has no sample_id", row.record)


class Told:
    """The instances of one file; counts those with an error, which may be a refusal."""

    def __init__(self) -> None:
        self.runs: dict[tuple[str | None, str | None], int] = {}

    def answers(self, rows: list[Line]) -> Iterator[Answer]:
        """The answers of the records of one item: a sample each, unless they are one's scores.

        Records that differ in their `evaluation_result_id` and hold the same answer are scores of
        it; others are repeats.
        """
        samples: list[tuple[Answer, set[str | None]]] = []
        seen: Counter[str] = Counter()
        for row in rows:
            answer, result = _answer(row), check.text(row.record.get("evaluation_result_id"))
            run = (answer.model, answer.dataset)
            self.runs[run] = self.runs.get(run, 0) + bool(check.text(row.record.get("error")))
            same = next(
                (
                    (held, results)
                    for held, results in samples
                    if result and result not in results and _alike(held, answer)
                ),
                None,
            )
            if same:
                same[0].scores += [s._replace(scorer=f"{s.scorer}:{result}") for s in answer.scores]
                same[1].add(result)
                continue
            answer.sample = seen[""]
            seen[""] += 1
            samples.append((answer, {result}))
        yield from (answer for answer, _ in samples)

    def notes(self, dataset: Callable[[str | None], str | None]) -> Iterator[About]:
        """A note for each run with errors."""
        for (model, name), errors in self.runs.items():
            if errors:
                note = (
                    f"{errors} instances hold an error, which may be a refusal or a time-out: "
                    "their scores are kept as they stand."
                )
                yield About({}, (note,), model, None, dataset(name))


def _alike(one: Answer, other: Answer) -> bool:
    return one.response == other.response and one.steps == other.steps


def _answer(row: Line) -> Answer:
    record = row.record
    given, output = told.table(record.get("input")), told.table(record.get("output"))
    verdict = told.table(record.get("evaluation"))
    choices = [check.text(choice) or "" for choice in told.entries(given.get("choices"))]
    steps = list(_steps(record.get("messages")))
    return Answer(
        item_id=check.text(record.get("sample_id")) or "",
        number=row.number,
        model=check.text(record.get("model_id")),
        dataset=check.text(record.get("evaluation_name")),
        prompt=told.prompt(given.get("raw") or given.get("formatted")),
        target=told.one(given.get("reference")),
        choices=choices or None,
        response=told.one(output.get("raw")) or _last(record.get("messages")),
        n_tokens=told.tokens(told.table(record.get("token_usage")).get("output_tokens")),
        meta=told.small(
            [*((name, record.get(name)) for name in META),
             ("reasoning", output.get("reasoning_trace")), ("formatted", given.get("formatted"))]
        ),
        scores=list(_scores(verdict)),
        steps=steps,
    )  # fmt: skip


def _scores(verdict: dict[str, Any]) -> Iterator[Score]:
    value, right = told.number(verdict.get("score")), told.flag(verdict.get("is_correct"))
    yield Score(DIMENSION, SCORER, value, check.text(verdict.get("score")), "neither")
    if right is not None:
        yield Score("correct", SCORER, float(right))


def _steps(messages: Any) -> Iterator[Step]:
    for message in map(told.table, told.entries(messages)):
        calls = told.entries(message.get("tool_calls"))
        said = told.content(message.get("content"))
        called = check.text(calls) if calls else None
        text = "\n\n".join(filter(None, [said, called])) or None
        yield Step(check.text(message.get("role")), text, None, ("tool_call",) if calls else ())


def _last(messages: Any) -> str | None:
    """What the model said last."""
    said = [
        text
        for message in map(told.table, told.entries(messages))
        if message.get("role") == "assistant" and (text := told.content(message.get("content")))
    ]
    return said[-1] if said else None
