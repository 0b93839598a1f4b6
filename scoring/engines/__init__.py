"""Where a scorer runs: batches of cases in, their rows out, the same rows wherever it is."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from time import perf_counter
from typing import Protocol

from pydantic import BaseModel

from scoring.scorer import Case, Model, Row, Scorer


@dataclass(frozen=True, slots=True)
class Task:
    """Which scorer (`module:Class`), on which model, with which settings."""

    place: str
    model: Model
    settings: BaseModel


@dataclass(frozen=True, slots=True)
class Batch:
    """Cases that are scored together; the first of them stands at place `first` of the job."""

    first: int
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of the `size` cases from place `first` on, and the seconds they took."""

    first: int
    size: int
    rows: Sequence[Row]
    seconds: float


class Engine(Protocol):
    """Runs a task over batches; results come in any order, each batch once.

    Batches are drawn as they are needed, so that whoever stops drawing results stops the work
    within the batches in hand.
    """

    def run(self, task: Task, batches: Iterable[Batch]) -> Generator[Result]:
        """The results of the batches."""


def load(task: Task) -> Scorer:
    """The scorer, its model loaded."""
    module, _, name = task.place.partition(":")
    made: Scorer = getattr(import_module(module), name)(task.model, task.settings)
    return made


def score(scorer: Scorer, batch: Batch) -> Result:
    """The rows of one batch."""
    started = perf_counter()
    rows = scorer(batch.cases)
    return Result(batch.first, len(batch.cases), rows, perf_counter() - started)
