"""The lenses: every file here that declares LENS is one, found by looking in the folder."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from risk.lens import Lens


@cache
def every() -> dict[str, Lens]:
    """Every lens by name, in alphabetical order.

    >>> "sharp" in every()
    True
    """
    names = (module.name for module in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    lenses = sorted((m.LENS for m in modules), key=lambda lens: lens.name)
    return {lens.name: lens for lens in lenses}
