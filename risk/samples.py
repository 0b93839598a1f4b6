"""Several samples of one item made one: their option probabilities averaged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.belief import top
from risk.options import options, probabilities


def averaged(columns: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Columns with one row an item: its options' probabilities averaged over the samples.

    Confidence, correct and abstained are then those of the averaged top option. A sample whose
    options or right one differ from the item's first is left out. ValueError without options.

    >>> rows = np.array([{"A": np.log(0.6), "B": np.log(0.4)}, {"A": 0.0, "B": -np.inf}])
    >>> same = np.array(["i", "i"], dtype=object)
    >>> found = averaged({"item_id": same, "option_logprobs": rows, "gold": np.array(["A", "A"])})
    >>> round(float(found["confidence"][0]), 4), float(found["correct"][0])
    (0.8, 1.0)
    """
    if "option_logprobs" not in columns or "gold" not in columns:
        raise ValueError("there are no option probabilities to average; take each sample")
    found = options(columns["option_logprobs"], columns["gold"], columns.get("idk"))
    p = probabilities(found.logs)
    first: dict[str, int] = {}
    kept: dict[str, list[int]] = {}
    for row, item in enumerate(columns["item_id"].tolist()):
        if not found.asked[row]:
            continue
        name = str(item)
        at = first.setdefault(name, row)
        same = found.keys[row] == found.keys[at] and bool((found.gold[row] == found.gold[at]).all())
        if same:
            kept.setdefault(name, []).append(row)
    rows = np.array(list(first.values()), dtype=np.int64)
    mean = np.array([p[some].mean(axis=0) for some in kept.values()]).reshape(len(rows), -1)
    logs = np.full(len(rows), None, dtype=object)
    with np.errstate(divide="ignore"):
        told = np.log(mean)
    for place, row in enumerate(rows.tolist()):
        keys = found.keys[row]
        logs[place] = dict(zip(keys, told[place, : len(keys)].tolist(), strict=True))
    one = {name: column[rows] for name, column in columns.items()} | {"option_logprobs": logs}
    again = options(logs, one["gold"], one.get("idk"))
    best = top(probabilities(again.logs), again)
    right = np.where(best.unsure == 1, np.nan, best.right)
    one |= {"confidence": best.p, "correct": right}
    return one | ({"abstained": best.unsure} if found.idk.any() else {})
