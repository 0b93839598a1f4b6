"""Runs a scorer on this machine: in this process, or in one process for every device."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import replace
from multiprocessing import connection

from scoring.engines import Batch, Result, Task, load, score
from scoring.scorer import Scorer

AHEAD = 2
"""Batches a process has before it: one in hand, one waiting."""


class Local:
    """This machine. With several `devices` (`cuda:0`, `cuda:1`) each has a process of its own."""

    def __init__(self, devices: Sequence[str] = ()) -> None:
        self._devices = devices

    def run(self, task: Task, batches: Iterable[Batch]) -> Generator[Result]:
        """The results of the batches; what a scorer raises is raised here."""
        if len(self._devices) < 2:
            device = task.model.device or next(iter(self._devices), "")
            scorer = load(replace(task, model=task.model.model_copy(update={"device": device})))
            yield from (score(scorer, batch) for batch in batches)
            return
        yield from _spread(task, batches, self._devices)


def _spread(task: Task, batches: Iterable[Batch], devices: Sequence[str]) -> Generator[Result]:
    context = multiprocessing.get_context("spawn")
    pools = [
        ProcessPoolExecutor(
            1, context, _begin,
            (replace(task, model=task.model.model_copy(update={"device": device})),),
        )
        for device in devices
    ]  # fmt: skip
    source = iter(batches)
    waiting: dict[Future[Result], ProcessPoolExecutor] = {}

    def give(pool: ProcessPoolExecutor) -> None:
        if (batch := next(source, None)) is not None:
            waiting[pool.submit(_score, batch)] = pool

    try:
        for pool in pools * AHEAD:
            give(pool)
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                pool = waiting.pop(future)
                yield future.result()
                give(pool)
    finally:
        for pool in pools:
            pool.shutdown(wait=True, cancel_futures=True)


_scorer: Scorer


def _begin(task: Task) -> None:
    """Once a process: loads the scorer, and ends with the process that started it."""
    global _scorer  # noqa: PLW0603  a pool hands its processes no other place to keep it
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    _scorer = load(task)


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def _score(batch: Batch) -> Result:
    return score(_scorer, batch)
