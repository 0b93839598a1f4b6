"""Inspect AI logs: `.eval` archives and `.json` documents, old and new, also unfinished ones.

Read by the format itself, not through the package that writes it, so that old logs and newer
layouts (messages in pools, samples in chunks) open without it. Limits: a sample of a `.json` log
may take pieces.LIMIT bytes, the messages of one inspect_member.CONVERSATION bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from data.answer import Answer
from data.read import loose, pieces
from data.read.formats import Entry, Format
from data.read.inspect import member as inspect_member
from data.read.inspect import pool as inspect_pool
from data.read.inspect import sample as inspect_sample
from data.read.inspect.head import Head
from data.read.inspect.score import Tallies
from data.read.inspect.text import Resolve, table
from data.read.line import refused
from data.read.look import Look
from data.read.packed import Archive
from data.read.source import Source
from data.trouble import Trouble

HEADER, START, SUMMARIES = "header.json", "_journal/start.json", "summaries.json"
HEADS = ("version", "status", "eval", "plan", "results", "error", "invalidated")
"""The members of a log that hold for all of it."""
PLACE = re.compile(r"samples/(.*)_epoch_([0-9]{1,9})(?:/sample)?\.json", re.DOTALL)
CUT = "(content truncated)"
"""How the list of samples ends a text that it shortens."""


def knows(look: Look) -> bool:
    """Whether this is an Inspect log: told by the members of the archive, the names in the JSON."""
    if look.kind == "zip":
        beside = ("samples/", "_journal/", SUMMARIES, "reductions.json")
        return START in look.paths or (
            HEADER in look.paths
            and (look.name.endswith(".eval") or any(p.startswith(beside) for p in look.paths))
        )
    if look.has("eval.task", "eval.model"):
        return not look.paths.isdisjoint(("status", "plan", "eval.run_id", "eval.created"))
    return look.has("samples.[].id", "samples.[].epoch", "samples.[].input")


def read(source: Source) -> Iterator[Entry]:
    """The samples of a log, what it says of its run, and its own numbers."""
    return _zipped(source) if source.zipped else _written(source)


FORMAT = Format("inspect", "Inspect AI log", knows, read)


@dataclass(slots=True)
class _Log:
    """What has been seen of a log so far."""

    head: Head
    tallies: Tallies = field(default_factory=Tallies)
    errors: int = 0
    epochs: int = 0

    def __post_init__(self) -> None:
        self.tallies.accurate = self.head.accurate()

    def answer(self, body: Any, number: int, resolve: Resolve | None = None) -> Answer:
        """One sample. Raises ValueError where it is none."""
        if not isinstance(body, dict):
            raise ValueError("it is no object")
        told = self.head.name(inspect_sample.answer(body, number, self.tallies, resolve))
        self.errors += bool(body.get("error"))
        self.epochs = max(self.epochs, told.sample + 1)
        return told

    def close(self) -> Iterator[Entry]:
        """What holds for the whole run."""
        yield self.head.about()
        yield from self.head.reported(self.tallies, self.errors, self.epochs)


def _zipped(source: Source) -> Iterator[Entry]:
    archive = Archive(source.path, source.name)
    log = _Log(_head(archive, source))
    samples = inspect_member.names(archive)
    parts = inspect_pool.chunks(archive.names())
    total, done = sum(map(archive.size, samples)) or 1, 0
    for number, name in enumerate(samples, 1):
        try:
            body, resolve = inspect_member.body(archive, name, parts)
            answer: Entry = log.answer(body, number, resolve)
        except (Trouble, ValueError) as error:
            answer = refused(number, f"member {name!r}: {_why(error)}", name)
        done += archive.size(name)
        source.position = done / total
        yield answer
    yield from _listed(archive, samples, log)
    yield from log.close()


def _head(archive: Archive, source: Source) -> Head:
    """The head of an archive; that of an unfinished one stands in its journal."""
    name = HEADER if HEADER in archive else START
    try:
        told = loose.loads(archive.read(name, inspect_pool.CHUNK))
    except ValueError as error:
        raise Trouble(
            f"{source.name}: its member {name!r} is not JSON: {error}", "copy the log again"
        ) from error
    if not isinstance(told, dict):
        raise Trouble(f"{source.name}: its member {name!r} is no object", "copy the log again")
    if name == HEADER:
        return Head(told)
    return Head({"status": "started", **told}, ["it has no header: read from its journal"])


def _listed(archive: Archive, samples: list[str], log: _Log) -> Iterator[Entry]:
    """Samples that only the list of samples knows: scored, but their answers were not kept."""
    lists = [SUMMARIES] if SUMMARIES in archive else [
        name for name in archive.names() if name.startswith("_journal/summaries/")
    ]  # fmt: skip
    have = {(m[1], m[2]) for m in map(PLACE.fullmatch, samples) if m}
    number, missed = len(samples), 0
    for name in lists:
        try:
            with archive.open(name) as stream:
                for _, raw in pieces.members(stream, [""], name):
                    body = table(loose.loads(raw))
                    place = (str(body.get("id")), str(body.get("epoch")))
                    if place in have or not _done(body):
                        continue
                    number, missed = number + 1, missed + 1
                    yield _shortened(log.answer(body, number))
        except (Trouble, ValueError) as error:
            yield refused(number + 1, f"member {name!r}: {_why(error)}", name)
    if missed:
        log.head.notes.append(
            f"of {missed:,} samples there is only the list: their scores, not their answers"
        )


def _done(body: dict[str, Any]) -> bool:
    return bool(body.get("scores") or body.get("completed") or body.get("error"))


def _shortened(told: Answer) -> Answer:
    """A prompt that was cut is not the prompt; it goes to `meta`."""
    told.meta["listed_only"] = True
    if told.prompt and CUT in told.prompt:
        told.meta["prompt_begins"], told.prompt = told.prompt, None
    return told


def _written(source: Source) -> Iterator[Entry]:
    told: dict[str, Any] = {}
    log: _Log | None = None
    number = 0
    with source.binary() as stream:
        for path, raw in pieces.members(stream, ("samples", "reductions"), source.name):
            if path in HEADS:
                told[path] = _loaded(path, raw, source)
            if path != "samples":
                continue
            if log is None:
                log = _Log(Head(told if "eval" in told else _heads(source)))
            number += 1
            try:
                answer: Entry = log.answer(inspect_member.loaded(raw), number)
            except (Trouble, ValueError) as error:
                answer = refused(number, f"sample {number}: {_why(error)}", raw[:1000])
            yield answer
    log = log or _Log(Head(told))
    log.head.told.update(told)
    yield from log.close()


def _heads(source: Source) -> dict[str, Any]:
    """What holds for a log whose samples stand before it."""
    told: dict[str, Any] = {}
    with Source(source.path, source.name).binary() as stream:
        for path, raw in pieces.members(stream, ("samples", "reductions"), source.name):
            if path in HEADS:
                told[path] = _loaded(path, raw, source)
    return told


def _loaded(path: str, raw: bytes, source: Source) -> Any:
    try:
        return loose.loads(raw)
    except ValueError as error:
        raise Trouble(
            f"{source.name}: its {path!r} is not JSON: {error}", "write or download it again"
        ) from error


def _why(error: Exception) -> str:
    return error.what if isinstance(error, Trouble) else str(error)
