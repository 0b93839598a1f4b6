"""The native formats: which one a file is, told by its content, and its answers as batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from data import read
from data.answer import About, Answer, Gather, Reported
from data.batch import Batch
from data.check import Refused
from data.read import look
from data.read.line import Line
from data.read.look import Look
from data.read.source import Source

Entry = Answer | Reported | About | Line | Batch
"""What a reader yields: an answer, a run's own number, what holds for a run, a refused row; or rows
of the contract as they are."""

ROWS = 2_000
"""Answers of a batch."""


def alone(path: Path) -> Path:
    """The file itself: a log that is one file."""
    return path


def nothing(_: Path) -> tuple[Path, ...]:
    """No other file."""
    return ()


@dataclass(frozen=True, slots=True)
class Format:
    """One tool's own format.

    `knows` tells it by what a file holds, never by its name alone. `read` yields the entries of a
    log and moves `source.position`; it raises Trouble for a log that cannot be read at all, and
    yields a refused Line for an answer that cannot. `main` gives, for any file of a log that is
    several files, the one the log is read from; `parts` the files that `read` takes in with it.
    """

    name: str
    title: str
    knows: Callable[[Look], bool]
    read: Callable[[Source], Iterator[Entry]]
    main: Callable[[Path], Path] = alone
    parts: Callable[[Path], tuple[Path, ...]] = nothing


@cache
def every() -> dict[str, Format]:
    """The native formats by name: every module of this folder that holds a `FORMAT`."""
    names = sorted(module.name for module in walk_packages(read.__path__, f"{read.__name__}."))
    modules = [import_module(name) for name in names]
    found: list[Format] = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return {one.name: one for one in found}


def recognize(source: Source, seen: Look | None = None) -> Format | None:
    """The native format of a file; None where it is a table."""
    if source.format:
        return every().get(source.format)
    seen = seen or look.into(source)
    return next((one for one in every().values() if one.knows(seen)), None)


def batches(format: Format, source: Source, gather: Gather) -> Iterator[Batch]:
    """The log as batches of contract rows; the last one has `position` 1."""
    batch, total = Batch(runs=gather.runs), 0
    for entry in format.read(source):
        if isinstance(entry, Reported):
            gather.report(entry, batch)
            continue
        if isinstance(entry, About):
            gather.note(entry)
            continue
        if isinstance(entry, Batch):
            gather.runs.update(entry.runs)
            total += sum(map(len, entry.rows.values()))
            entry.runs, entry.lines = gather.runs, total
            yield entry
            continue
        total += 1
        if isinstance(entry, Line):
            batch.rows["refused"].append((entry.number, entry.why, entry.raw))
        else:
            try:
                gather.add(entry, batch)
            except Refused as error:
                why = str(error)
                batch.rows["refused"].append((entry.number, why, f"item {entry.item_id}"))
        if total % ROWS == 0:
            batch.lines, batch.position = total, min(source.position, 0.99)
            yield batch
            batch = Batch(runs=gather.runs)
    batch.lines, batch.position = total, 1.0
    yield batch
