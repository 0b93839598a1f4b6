"""Samples of lm-evaluation-harness 0.4: one line a document and filter, with its results beside.

Lines under several filters become one answer with the scores of all. The harness writes a block of
lines a filter, so such a file is read twice: first for where each line stands (about 150 bytes a
document are held, 8 more a further filter), then for what it says, with one reader a filter, each
moving forward only. A file with one filter is read once, after a quick search for filters.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from data.answer import About, Reported
from data.check import Refused
from data.read import look, loose
from data.read.formats import Entry, Format
from data.read.line import refused
from data.read.lm_eval import line as lm_eval_line
from data.read.lm_eval import list as lm_eval_list
from data.read.lm_eval.line import Line, Task
from data.read.lm_eval.numbers import Results, open_results
from data.read.lm_eval.results import beside, left, task_of
from data.read.look import Look
from data.read.source import Source
from data.trouble import Trouble

LONGEST = 256 * 2**20
"""Bytes of one line; it is held in memory whole."""
FILTERS = 32
"""Filters of one file: each is read through a reader of its own."""
NOWHERE = -1
_FILTER = re.compile(rb'"filter"\s*:\s*("(?:[^"\\]|\\.)*")')
_FOLDER = re.compile(r"(?:pretrained__)?([\w.\-]+?)__([\w.\-]+)")


def knows(seen: Look) -> bool:
    """Whether it is a samples file; a line may be longer than what is looked at."""
    told = seen.has("resps") or seen.has("arguments.gen_args_0.arg_0")
    lines = told and seen.has("doc_id", "arguments")
    return seen.kind in ("json", "jsonl") and (lines or _listed(seen))


def _listed(seen: Look) -> bool:
    return seen.has("[].doc_id", "[].arguments", "[].resps", "[].filtered_resps")


def parts(path: Path) -> tuple[Path, ...]:
    """The results file of the run, where all it tells is of tasks with samples beside it."""
    results = beside(path)
    if results is None:
        return ()
    try:
        return () if left(open_results(Source(results)), results) else (results,)
    except Trouble:
        return ()  # on its own it will say what is wrong with it


def read(source: Source) -> Iterator[Entry]:
    """The answers of a samples file, then the numbers its results file has for the task."""
    results, task, notes = _named(source)
    if _listed(look.into(source)):
        known = results.filters(task.name) if results and task.name else []
        yield from lm_eval_list.answers(source, task, known)
    elif len(_filters(source)) > 1:
        yield from _joined(source, task)
    else:
        yield from _each(source, task)
    yield _about(results, task, notes)
    if results is not None and task.name is not None:
        yield from _reported(results, task)


def _named(source: Source) -> tuple[Results | None, Task, list[str]]:
    path = beside(source.path)
    folder = _FOLDER.fullmatch(source.path.parent.name)
    model = f"{folder[1]}/{folder[2]}" if folder else None
    task = Task(model, None, task_of(source.name))
    if path is None:
        return None, task, ["No results file lies beside it: its totals cannot be compared."]
    try:
        results = open_results(Source(path))
    except Trouble as trouble:
        return None, task, [f"Its totals cannot be compared: {trouble.what}."]
    if task.name is None:  # before 0.4.3 the file was named <model>_<task>.jsonl
        stem = source.path.name.partition(".jsonl")[0]
        ends = [known for known in results.tasks if stem.endswith(f"_{known}")]
        task.name = max(ends, key=len, default=None)
    task.model, task.revision = results.model or task.model, results.revision
    if task.name not in results.tasks:
        return results, task, [f"{path.name} has no numbers for this task."]
    task.better = results.higher_is_better(task.name)
    return results, task, []


def _about(results: Results | None, task: Task, notes: list[str]) -> About:
    if "options" in task.kinds:
        notes.append(
            "The model wrote nothing where it had options: the answer shown is the most probable "
            "option."
        )
    if "likelihood" in task.kinds:
        notes.append("The model wrote nothing: a given text was measured, and is in the details.")
    if task.repeats > 1:
        notes.append(
            f"Up to {task.repeats} answers a document: a score of the document as a whole stands "
            "on the first."
        )
    told = results.about(task.name, ()) if results and task.name else About()
    params = {**told.params}
    if task.settings is not None:
        params.setdefault("generation_kwargs", task.settings)
    return About(params, tuple(notes), task.model, task.revision, task.name)


def _reported(results: Results, task: Task) -> Iterator[Reported]:
    name = task.name or ""
    yield from results.reported(name)
    if (count := results.samples(name)) is not None:
        yield Reported(
            "samples", count * task.repeats, "count", "", "", task.model, task.revision, name
        )


def _lines(stream: BinaryIO, name: str) -> Iterator[tuple[int, int, bytes]]:
    """Number, place and bytes of each line that is not blank."""
    place, number = stream.tell(), 0
    while raw := stream.readline(LONGEST + 1):
        number += 1
        if len(raw) > LONGEST:
            raise Trouble(
                f"{name}, line {number}: longer than {LONGEST:,} bytes", "split or shorten it"
            )
        if not raw.isspace():
            yield number, place, raw
        place += len(raw)


def _filters(source: Source) -> set[bytes]:
    """How filters are written in the file; a document may hold such words too, which costs time."""
    found: set[bytes] = set()
    with source.binary() as stream:
        for _, _, raw in _lines(stream, source.name):
            found.update(_FILTER.findall(raw))
            if len(found) > FILTERS:
                break
    return found


def _parsed(raw: bytes, source: Source) -> dict[str, Any]:
    """The object on a line. Raises Refused where there is none, Trouble where it is not UTF-8."""
    try:
        line = loose.loads(raw)
    except ValueError as error:
        source.utf8(raw)
        raise Refused(f"not JSON: {error}") from error
    if not isinstance(line, dict):
        raise Refused(f"not an object but {type(line).__name__}")
    return line


def _each(source: Source, task: Task) -> Iterator[Entry]:
    with source.binary() as stream:
        for number, _, raw in _lines(stream, source.name):
            try:
                yield from lm_eval_line.answers(number, _parsed(raw, source), (), task)
            except Refused as error:
                yield refused(number, str(error), raw)


class _Places:
    """Where each document stands under each filter, by its first line."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.of: dict[str, array[int]] = {}

    def note(self, doc: str, filter: str, place: int) -> None:
        row = self.rows.setdefault(doc, len(self.rows))
        held = self.of.setdefault(filter, array("q"))
        if len(held) <= row:
            held.extend([NOWHERE] * (row + 1 - len(held)))
        if held[row] == NOWHERE:
            held[row] = place

    def found(self, doc: str) -> dict[str, int]:
        """Filter -> place of the document's line, in the order of the file."""
        row = self.rows[doc]
        there = {name: held[row] for name, held in self.of.items() if row < len(held)}
        return {name: place for name, place in there.items() if place != NOWHERE}


def _placed(source: Source) -> _Places:
    places = _Places()
    with source.binary() as stream:
        for number, place, raw in _lines(stream, source.name):
            try:
                doc, filter = lm_eval_line.key(_parsed(raw, source))
            except Refused:
                continue  # it is told when the line is read
            places.note(doc, filter, place)
            if len(places.of) > FILTERS:
                raise Trouble(
                    f"{source.name}, line {number}: more than {FILTERS} filters",
                    "split the file by filter",
                )
    return places


def _joined(source: Source, task: Task) -> Iterator[Entry]:
    places = _placed(source)
    with ExitStack() as stack:
        streams = {name: stack.enter_context(source.binary()) for name in places.of}
        for number, place, raw in _lines(stack.enter_context(source.binary()), source.name):
            try:
                line = _parsed(raw, source)
                doc, filter = lm_eval_line.key(line)
                found = places.found(doc)
                if found[filter] != place:
                    raise Refused(
                        f"document {doc} stands twice under the filter {filter}: another run was "
                        "appended to the file"
                    )
                if min(found, key=found.__getitem__) != filter:
                    continue  # its scores went with the document's first line
                more = [_at(streams[name], found[name], source) for name in found if name != filter]
                yield from lm_eval_line.answers(number, line, more, task)
            except Refused as error:
                yield refused(number, str(error), raw)


def _at(stream: BinaryIO, place: int, source: Source) -> Line:
    stream.seek(place)
    return _parsed(stream.readline(LONGEST), source)


FORMAT = Format("lm_eval", "lm-evaluation-harness samples", knows, read, parts=parts)
