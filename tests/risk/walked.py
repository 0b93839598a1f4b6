"""Trajectories as a lens of steps gets them, written as words."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.lens_columns import text


def runs(*told: str, roles: bool = False, **whole: Any) -> dict[str, Any]:
    """Columns of runs, each its states parted by blanks; `state!flag+flag` gives a step flags.

    With `roles` the first step is the user's and then agent and environment take turns. `whole`
    are columns with one value a run.
    """
    rows = [(r, n, word) for r, run in enumerate(told) for n, word in enumerate(run.split())]
    parts = [word.partition("!") for _, _, word in rows]
    flags = [tuple(rest.split("+")) if rest else () for _, _, rest in parts]
    turns = ("environment", "agent")
    columns = {
        "item_id": text(*(f"r{r}" for r, _, _ in rows)),
        "sample": np.zeros(len(rows)),
        "step": np.array([n for _, n, _ in rows]),
        "role": text(*((turns[n % 2] if n else "user") if roles else "agent" for _, n, _ in rows)),
        "state": text(*(name if name != "-" else None for name, _, _ in parts)),
        "flags": text(*(flags if any(flags) else [None] * len(rows))),
    }
    return columns | {
        name: np.array([values[r] for r, _, _ in rows], dtype=float)
        for name, values in whole.items()
    }
