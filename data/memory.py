"""Memory that is free again, given back to the system where its C library would keep it."""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Gives back what was freed; does nothing where the C library has no such call.

    glibc keeps what many small pieces left behind: 330 MB after near-duplicates of a million texts.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
