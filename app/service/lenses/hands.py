"""Threads that read and look at the same time, and how they share Python's lock meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

from data.memory import uncollected

READERS, LOOKERS = 2, 2
"""Of three that look one waits for Python's lock, or for what is read: two would leave a core idle
for a fifth of the time."""
SOON, USUAL = 0.0005, sys.getswitchinterval()
"""Seconds after which a thread hands over Python's lock: with a tenth of the usual time who comes
back from a short question to NumPy does not wait longer than the question took."""


@contextmanager
def alone() -> Iterator[None]:
    """One core for matrices: they are small, and more threads would wait for one another."""
    with threadpool_limits(1, "blas"):
        yield


@contextmanager
def hands() -> Iterator[tuple[Executor, Executor]]:
    """Threads to read by and threads to look by; when left, all that was asked of them is done."""
    # DuckDB and NumPy work outside Python's lock; matrices must not take a core each beside
    with (
        alone(), uncollected(),
        ThreadPoolExecutor(READERS) as readers, ThreadPoolExecutor(LOOKERS) as lookers,
    ):  # fmt: skip
        sys.setswitchinterval(SOON)
        try:
            yield readers, lookers
        finally:
            sys.setswitchinterval(USUAL)
