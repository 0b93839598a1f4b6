"""Columns as a lens gets them, made by hand, and a lens looked through at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from risk.lenses import every


def text(*words: Any) -> Any:
    """An object column."""
    column = np.empty(len(words), dtype=object)
    column[:] = words
    return column


def look(name: str, columns: Any, **settings: Any) -> dict[tuple[str, str], Any]:
    """What a lens finds, by measure and group."""
    lens = every()[name]
    quick = {"draws": 100} if any(p.name == "draws" for p in lens.parameters) else {}
    found = lens.measures(columns, lens.settings(quick | settings))
    return {(f.measure, f.group): f.found for f in found}


def options(p: Any, gold: Any, idk: tuple[str, ...] = ("E",)) -> dict[str, Any]:
    """Columns of items whose options have these probabilities (N, 5)."""
    keys = "ABCDE"[: len(p[0])]
    with np.errstate(divide="ignore"):
        logs = [dict(zip(keys, np.log(row).tolist(), strict=True)) for row in p]
    n = len(p)
    items = text(*(f"i{i}" for i in range(n)))
    columns = {"item_id": items, "option_logprobs": text(*logs), "gold": text(*gold)}
    return columns | {"idk": text(*[idk] * n)}
