"""Details of lighteval: a Parquet file a task, its rows joined with the results of the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from data.answer import About, Reported
from data.check import Refused
from data.mapping import Up
from data.read.formats import Entry, Format
from data.read.lighteval import row as lighteval_row
from data.read.lighteval.results import Results, left, of_details, open_results, pointer, task_of
from data.read.line import refused
from data.read.look import Look
from data.read.source import Source
from data.trouble import Trouble

ROWS = 200
"""Rows held at a time: one may hold the tokens of many long answers."""
COLUMNS = (
    "doc.query", "doc.choices", "doc.gold_index", "doc.instruction", "doc.id", "doc.task_name",
    "doc.specific", "doc.sampling_methods",
    "model_response.input", "model_response.text", "model_response.text_post_processed",
    "model_response.reasonings", "model_response.logprobs", "model_response.output_tokens",
    "model_response.argmax_logits_eq_gold", "model_response.truncated_tokens_count", "metric",
)  # fmt: skip
"""What is read; logits and the tokens of prompts are left where they are."""
NAMES = {"__doc__": "doc", "__model_response__": "model_response", "__metric__": "metric"}


@dataclass(slots=True)
class Task:
    """Whose answers to what a file holds, and what is learned on the way."""

    model: str | None = None
    revision: str | None = None
    name: str | None = None
    better: dict[str, bool] = field(default_factory=dict)
    samples: int = 1
    truncated: int = 0
    options: bool = False

    def up(self, metric: str) -> Up:
        """Whether more of a metric is good; less being better does not make more of it harm."""
        known = metric in lighteval_row.GOOD or metric.startswith("pass@")
        return "good" if self.better.get(metric, known) else "neither"


def knows(seen: Look) -> bool:
    """Whether it is a details file, or the pointer to one."""
    if seen.kind == "parquet":
        return seen.has(*NAMES) or seen.has(*NAMES.values())
    pointing = any(path.startswith("version https://git-lfs") for path in seen.paths)
    return pointing and seen.name.startswith("details_") and seen.name.endswith(".parquet")


def parts(path: Path) -> tuple[Path, ...]:
    """The results file of the run, where all it tells is of tasks with details."""
    results = of_details(path)[1]
    if results is None or pointer(path):
        return ()
    try:
        return () if left(open_results(Source(results)), results) else (results,)
    except Trouble:
        return ()  # on its own it will say what is wrong with it


def read(source: Source) -> Iterator[Entry]:
    """The answers of a details file, then the numbers its results file has for the task."""
    if pointer(source.path):
        raise Trouble(
            f"{source.name} is no data but a pointer to a large file that was not downloaded",
            "fetch the file itself: git lfs pull, or download it from the hub again",
        )
    results, task, notes = _named(source)
    yield from _rows(source, task)
    if task.options:
        notes.append(
            "The model wrote nothing where it had options: the answer shown is the most probable "
            "option."
        )
    if task.samples > 1:
        notes.append(
            f"Up to {task.samples} answers a document: a score of the document as a whole stands "
            "on the first."
        )
    if task.truncated:
        notes.append(
            f"The prompt was cut to fit the model for {task.truncated} documents "
            "(truncated_tokens_count in their details)."
        )
    params = results.params(task.name or "") if results else {}
    yield About(params, tuple(notes), task.model, task.revision, task.name)
    if results and task.name:
        yield from results.reported(task.name, "", task.name)
        if (count := results.samples(task.name)) is not None:
            yield Reported(
                "samples", count * task.samples, "count", "", "", task.model, task.revision,
                task.name,
            )  # fmt: skip


def _named(source: Source) -> tuple[Results | None, Task, list[str]]:
    name, (model, path) = task_of(source.name), of_details(source.path)
    task = Task(model, None, name)
    if path is None:
        return None, task, ["No results file of the run was found: totals cannot be compared."]
    try:
        results = open_results(Source(path))
    except Trouble as trouble:
        return None, task, [f"Its totals cannot be compared: {trouble.what}."]
    task.model, task.revision = results.model or model, results.revision
    if name not in results.tasks:
        return results, task, [f"{path.name} has no numbers for this task."]
    task.better = {metric: up for metric, up, _ in results.metrics(name or "") if up is not None}
    return results, task, []


def _rows(source: Source, task: Task) -> Iterator[Entry]:
    for number, record in enumerate(_records(source), start=1):
        row = {NAMES.get(name, name): value for name, value in record.items()}
        try:
            yield from lighteval_row.answers(number, row, task)
        except Refused as error:
            yield refused(number, str(error), row)


def _records(source: Source) -> Iterator[dict[str, Any]]:
    try:
        with parquet.ParquetFile(_place(source)) as file:
            total, done = max(file.metadata.num_rows, 1), 0
            for batch in file.iter_batches(ROWS, columns=_wanted(file.schema_arrow)):
                yield from batch.to_pylist()
                done += batch.num_rows
                source.position = done / total
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise Trouble(
            f"{source.name} is not whole Parquet: {error}", "write or download it again"
        ) from error


def _place(source: Source) -> Any:
    if not source.gzipped:
        return source.path
    with source.binary() as stream:
        return pa.BufferReader(stream.read())


def _wanted(schema: pa.Schema) -> list[str]:
    """The columns to read, as this file names them."""
    theirs = {ours: name for name, ours in NAMES.items() if name in schema.names}
    found = []
    for path in COLUMNS:
        head, _, tail = path.partition(".")
        head = theirs.get(head, head)
        if head not in schema.names:
            continue
        kind = schema.field(head).type
        if not tail or not pa.types.is_struct(kind):
            found.append(head)
        elif kind.get_field_index(tail) >= 0:
            found.append(f"{head}.{tail}")
    return list(dict.fromkeys(found))


FORMAT = Format("lighteval", "lighteval details", knows, read, parts=parts)
