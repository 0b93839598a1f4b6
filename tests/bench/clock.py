"""A stopwatch for benchmarks: repeats a piece of work and prints the median, never judging it."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any


def timed(what: str, work: Callable[[], Any], times: int = 5, rows: int = 0) -> None:
    """Prints the median time of `times` runs of `work`, and rows a second where `rows` is told."""
    took = []
    for _ in range(times):
        began = perf_counter()
        work()
        took.append(perf_counter() - began)
    middle = median(took)
    pace = f"{rows / middle:12,.0f} rows/s" if rows else ""
    print(f"\n{what:48} {1000 * middle:12,.1f} ms  (median of {times}){pace}", end="")
