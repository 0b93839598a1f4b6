"""SciPy's special functions, brought in at the first one asked for.

They take a quarter of a second, which every command of the shell would wait for at its start.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """The function of that name in `scipy.special`. Raises AttributeError where there is none."""
    return getattr(import_module("scipy.special"), name)
