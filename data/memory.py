"""Memory: given back where the C library would keep it, and not searched while time counts."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SELDOM = 70_000
"""Objects more than before, after which cycles are looked for; Python itself takes 700."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Python looks for no cycles meanwhile; what nobody holds is freed by its count as always.

    Each look stops all threads and goes through every object there is.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def seldom() -> None:
    """Looks for cycles a hundred times less often: imports alone make many thousand objects."""
    gc.set_threshold(SELDOM)


def leave() -> None:
    """Spares a process that ends the last search for cycles: a tenth to a quarter of a second."""
    gc.freeze()


def give_back() -> None:
    """Gives back what was freed; does nothing where the C library has no such call.

    glibc keeps what many small pieces left behind: 330 MB after near-duplicates of a million texts.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
