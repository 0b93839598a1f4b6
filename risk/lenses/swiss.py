"""LLM Swiss Round: a ranking by simulated contests, and how it bears elimination (2512.21010)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.interval import Floats, holding, percentiles, resamples
from risk.lens import Columns, Finding, Lens, Parameter
from risk.measure import Measure, alone
from risk.seen import codes, says, together, used
from risk.spread import MANY
from risk.swiss import scores, wins

CURVE = 4
"""Eliminations a round shown in the curve: 0 to 3."""
PLENTY = 50
"""Items from which on intervals were found to hold; of 25 in 81 of 100."""
FEW = f"contests over fewer than {PLENTY} items tell no interval that holds"
BLOCKS = 1_000
"""Random blocks of items that are drawn in their place where there are over MANY."""
ROUGHLY = 20_000
"""Contests behind an interval, over all draws."""


def measures(runs: Mapping[str, Columns], chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Expected score of each model, at the elimination chosen and along the curve of it.

    >>> from risk.lens import worked
    >>> def run(value):
    ...     two = {"item_id": ["i", "j"], "category": ["x", "y"], "up": ["good"] * 2}
    ...     return two | {"dimension": ["d"] * 2, "value": [value] * 2}
    >>> runs = {name: run(value) for name, value in zip("ABCD", (0.9, 0.7, 0.5, 0.3))}
    >>> found = worked(LENS, {"leave": 0, "simulations": 2000}, runs)
    >>> [round(found[f"score {name}"], 1) for name in "ABCD"]
    [2.0, 1.0, 1.0, 0.0]
    """
    count, sums, benches, items = _cells(runs, chosen["dimension"])
    known = count.sum(axis=0)  # (M, K)
    if not benches:
        raise ValueError(f"no score {chosen['dimension']!r} has a direction; name one that has")
    order = np.arange(len(benches))[:: -1 if chosen["order"] == "reverse" else 1]
    shuffle = chosen["order"] == "random"
    table = _table(count, sums)[:, order]
    tie = 0.5 if chosen["tie"] == "half" else 0.0
    won, missing = wins(table, tie), int((known == 0).sum())
    steps = sorted({*range(min(CURVE, len(runs) - 1)), chosen["leave"]})
    drawn = _drawn(count[:, :, order], sums[:, :, order], chosen["draws"], chosen["seed"])
    again = np.stack([wins(one, tie) for one in drawn])
    each = max(ROUGHLY // chosen["draws"], 20)
    for leave in steps:
        value = scores(won, leave, chosen["simulations"], chosen["seed"], shuffle)
        spread = scores(again, leave, each, chosen["seed"] + 1, shuffle)  # (B, M)
        for m, name in enumerate(runs):
            # the draws are simulated more roughly than the value, which may then lie outside
            low, high = holding(float(value[m]), *percentiles(spread[:, m]))
            told = Measure(float(value[m]), low, high, n=items, lost=int((known[m] == 0).sum()))
            told = alone(told, FEW) if items < PLENTY else told
            if leave == chosen["leave"]:
                yield Finding("score", told, name)
            yield Finding("curve", told, f"{leave} leave", run=name)
    yield Finding("benchmarks", Measure(float(len(benches)), n=len(benches)))
    yield Finding("missing_cells", Measure(float(missing), n=known.size))


def _cells(
    runs: Mapping[str, Columns], dimension: str
) -> tuple[Floats, Floats, list[tuple[str, str]], int]:
    """How many scores (I, M, K) and their sum, up is better, by item or block of items, model and
    benchmark."""
    asked, places = together(*(columns["item_id"] for columns in runs.values()))
    there, rows = np.zeros(len(asked), dtype=bool), []
    for columns, item in zip(runs.values(), places, strict=True):
        up, value = columns["up"], np.asarray(columns["value"], dtype=float)
        ways, way = codes(up)
        keep = ((ways == "harm") | (ways == "good"))[way] & ~np.isnan(value)
        if dimension != "any":
            keep &= says(columns["dimension"], dimension)
        kinds, kind = _coded(columns.get("category", np.full(value.size, None)))
        names, name = _coded(columns["dimension"])
        every = np.arange(len(names) * len(kinds))
        cell, bench = used(every, name[keep] * len(kinds) + kind[keep])
        pairs = [(names[c // len(kinds)], kinds[c % len(kinds)]) for c in cell.tolist()]
        better = np.where((ways == "good")[way[keep]], value[keep], -value[keep])
        there[item[keep]] = True
        rows.append((item[keep], pairs, bench, better))
    benches = sorted({one for _, pairs, _, _ in rows for one in pairs})
    place = {one: k for k, one in enumerate(benches)}
    size, where = _blocks(there)
    shape = (size, len(rows), len(benches))
    count, sums = np.zeros(shape), np.zeros(shape)
    for m, (item, pairs, bench, better) in enumerate(rows):
        flat = (
            where[item] * len(benches) + np.array([place[one] for one in pairs], dtype=int)[bench]
        )
        wide = size * len(benches)
        count[:, m] = np.bincount(flat, minlength=wide).reshape(size, len(benches))
        sums[:, m] = np.bincount(flat, better, wide).reshape(size, len(benches))
    return count, sums, benches, int(there.sum())


def _coded(column: Any) -> tuple[list[str], Any]:
    """The distinct texts of a column, "" for none, and each row's place among them."""
    names, place = codes(column)
    return ["" if one is None else str(one) for one in names.tolist()], place


def _blocks(there: NDArray[np.bool_]) -> tuple[int, NDArray[np.int64]]:
    """How many rows the items that are `there` (I,) are counted in, and in which each is: its own,
    or of many items one of BLOCKS at random.

    Resampling random blocks of items spreads a mean as far as resampling the items does.
    """
    place = np.cumsum(there) - 1
    items = int(there.sum())
    if items <= MANY:
        return items, place
    return BLOCKS, (np.random.default_rng(0).permutation(items) % BLOCKS)[place]


def _table(count: Floats, sums: Floats) -> Floats:
    """Mean score (M, K), NaN where there is none."""
    n = count.sum(axis=0)
    return np.where(n > 0, sums.sum(axis=0) / np.maximum(n, 1), np.nan)


def _drawn(count: Floats, sums: Floats, draws: int, seed: int) -> Floats:
    """The table (B, M, K) on resampled items."""
    size, shape = count.shape[0], count.shape[1:]
    blocks = []
    for w in resamples(size, draws, seed):
        n, s = ((w @ x.reshape(size, -1)).reshape(-1, *shape) for x in (count, sums))
        blocks.append(np.where(n > 0, s / np.maximum(n, 1), np.nan))
    return np.concatenate(blocks)


LENS = Lens(
    name="swiss",
    title="Swiss rounds",
    source="LLM Swiss Round, arXiv 2512.21010",
    up="good",
    table="scores",
    needs=("item_id", "dimension", "value", "up"),
    may_use=("category",),
    measures=measures,
    across=True,
    parameters=(
        Parameter("dimension", "any", "the score contested by; any: each makes benchmarks"),
        Parameter("leave", 1, "models of the lowest group that leave after each round", 0, 1000),
        Parameter("simulations", 5000, "contests simulated; the paper has 100000", 1, 10_000_000),
        Parameter("tie", "half", "what equal scores earn", options=("half", "nothing")),
        Parameter(
            "order", "name", "order of the benchmarks", options=("name", "reverse", "random")
        ),
        Parameter("draws", 100, "bootstrap draws over items", 20, 10_000),
        Parameter("seed", 0, "seed of contests and draws", 0),
    ),
    figure="dots",
    status=(
        "our definition, because how ties are scored and benchmarks ordered is ours, and each "
        "category of each score stands for a benchmark; rounds and elimination are as published"
    ),
    edges=(
        "A tie earns half a point each. One left over in a group earns nothing and is not moved "
        "to another. Where more would leave than the lowest group holds, the whole group leaves. "
        "A missing cell makes its pairs ties and is counted. Scores that run towards harm are "
        "turned. Scores without a direction are not used. Read the whole curve over eliminations: "
        "a single number hides how a ranking bears failure."
    ),
    how_to_get={
        "item_id": "load the answers of two or more models to the same items",
        "dimension": "name the score columns when you load the file",
        "value": "load scores of the answers",
        "up": "say of each score whether more is harm or good",
    },
)
