"""How often the intervals of every lens hold what the lens says of a whole made-up population.

Prints the measures whose intervals do not, and whether they say so; judges none. Thresholds and
fits that depend on how many answers there are (LEARNED) are held against what as many find.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.service.lenses import example, through
from app.service.loading import load
from app.service.outputs import known, tables
from app.service.stores import Stores
from app.service.stores import connect as opened
from app.settings import Settings
from data.mapping import Mapping as Rule
from data.samples import signals
from data.samples.signals import Made
from db import runs
from risk import lenses
from risk.lens import Columns

ITEMS = 1_200
SAMPLES = 120
HELD, SAID, SILENT = WORDS = ("held", "held less, which it says", "held less without a word")
QUICK = {"draws": 200, "splits": 5, "simulations": 300, "iterations": 300}
FEW: dict[str, dict[str, Any]] = {"swiss": {"dimension": "bias"}, "multiplicity": {"eps": 10}}
"""Settings of some lenses; with so wide an eps the same models compete in every sample, which is
what the intervals of multiplicity are about."""
LEARNED = ("added_value", "cap", "conformal", "drift", "dual_threshold", "selective_judge")
"""Lenses whose numbers are about what so many answers teach: a model, a threshold. They are held
against the mean of what other samples of as many answers find."""
Fed = list[tuple[dict[str, Any], Columns]]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Two models' answers for every lens, and three revisions of one."""
    home = tmp_path_factory.mktemp("population")
    made = opened(Settings(home=home / "stores"))
    rule = Rule.model_validate(signals.mapping(next(signals.rows("a", 1, 1))))
    two = [(model, "1") for model in signals.MODELS]
    sets = [(Made(), two), (Made("trend"), [("aster", str(n)) for n in (1, 2, 3)])]
    sets += [(Made(name, variants), two) for name, variants in example.VARIANTS.items()]
    sets += [(Made("first_token", options=example.CODES), two)]
    for of, some in sets:
        for seed, (model, revision) in enumerate(some, start=1):
            path = home / f"{of.dataset}-{model}-{revision}.jsonl"
            path.write_bytes(signals.lines(signals.rows(model, ITEMS, seed, revision, of)))
            load.load(made, path, mapping=rule, by="a bench")
    yield made
    made.warehouse.close()
    made.ledger.dispose()


def fed(stores: Stores, name: str) -> Fed:
    """The runs made for a lens with the columns it would be given; one unless it looks across."""
    lens = lenses.every()[name]
    every = [run for run in runs.every(stores.warehouse) if run["model"]]
    own = [run for run in every if run["dataset"] == name]
    some = own or [run for run in every if run["dataset"] == "signals"]
    wanted = {*lens.needs, *lens.may_use}
    told = [(run, tables.columns(known.of(stores, run), lens.table, wanted)) for run in some]
    return told if lens.across else told[:1]


def units(columns: Columns) -> dict[str, NDArray[np.int64]]:
    """The rows of each prompt, or of each pair of prompts where there are pairs."""
    names = columns.get("pair_id", columns["item_id"]).tolist()
    rows: dict[str, list[int]] = defaultdict(list)
    for row, (name, item) in enumerate(zip(names, columns["item_id"].tolist(), strict=True)):
        rows[str(item if name is None else name)].append(row)
    return {name: np.array(told) for name, told in rows.items()}


def drawn(columns: Columns, of: dict[str, NDArray[np.int64]], names: list[str]) -> Columns:
    """The rows of the units drawn; one drawn twice is another prompt the second time."""
    rows = np.concatenate([of[name] for name in names])
    turn = np.repeat(np.arange(len(names)), [of[name].size for name in names])
    found = {name: column[rows] for name, column in columns.items()}
    for key in ("item_id", "pair_id"):
        if key in found:
            told = [
                None if x is None else f"{x}~{k}" for x, k in zip(found[key], turn, strict=True)
            ]
            found[key] = np.array([*told, None], dtype=object)[:-1]
    return found


def looking(name: str, given: dict[str, Any]) -> Callable[[Fed], list[through.Row]]:
    """What a lens finds in columns, with few draws."""
    lens = lenses.every()[name]
    quick: dict[str, Any] = {p.name: QUICK[p.name] for p in lens.parameters if p.name in QUICK}
    settings = lens.settings(quick | FEW.get(name, {}) | given)

    def look(some: Fed) -> list[through.Row]:
        some = [(run, columns) for run, columns in some if not lens.lacks(columns, settings)]
        if lens.across:
            return list(through.several(lens, some, settings, "")) if some else []
        return [row for run, told in some for row in through.one(lens, run, told, settings, "")]

    return look


Key = tuple[str, str, str]
Seen = dict[Key, list[tuple[bool, str]]]
"""Of every number, sample by sample: whether its interval holds the truth, and its caution."""


def sampled(stores: Stores, name: str, n: int, samples: int, seed: int, **given: Any) -> Seen:
    """The intervals of a lens on so many samples of n prompts, held against all prompts."""
    whole, look = fed(stores, name), looking(name, given)
    rows = [units(columns) for _, columns in whole]
    every = sorted(set.intersection(*(set(one) for one in rows)))
    truth = {(r.run, r.measure, r.group): r.value for r in look(whole)}
    rng = np.random.default_rng([n, seed])
    found: list[list[through.Row]] = []
    for _ in range(samples):
        names = [every[k] for k in rng.integers(0, len(every), n)]
        some = [(run, drawn(told, of, names)) for (run, told), of in zip(whole, rows, strict=True)]
        with suppress(ValueError):  # so few answers may lack what the lens needs, which it says
            found.append(look(some))
    if name in LEARNED:
        truth = means(found)
    seen: Seen = defaultdict(list)
    for row in (row for rows_of in found for row in rows_of):
        key = (row.run, row.measure, row.group)
        if not math.isnan(true := truth.get(key, math.nan)) and not math.isnan(row.low):
            seen[key].append((row.low - 1e-9 <= true <= row.high + 1e-9, row.why))
    return {key: told for key, told in seen.items() if len(told) >= samples // 8}


def means(found: list[list[through.Row]]) -> dict[Key, float]:
    """The mean of each number over the samples where it is known."""
    told: dict[Key, list[float]] = defaultdict(list)
    for row in (row for rows in found for row in rows):
        if not math.isnan(row.value):
            told[row.run, row.measure, row.group].append(row.value)
    return {key: float(np.mean(values)) for key, values in told.items()}


def verdict(told: list[tuple[bool, str]]) -> str:
    """Whether an interval held, held less but says so, or held less without a word.

    A caution speaks of the interval: other words beside a number are none.
    """
    if enough([held for held, _ in told]):
        return HELD
    silent = [held for held, why in told if "interval" not in why]
    return SAID if len(silent) < len(told) // 8 or enough(silent) else SILENT


def enough(held: list[bool]) -> bool:
    """Whether as many hold as so many samples of 95 % ask."""
    return float(np.mean(held)) >= 0.95 - 2.6 * math.sqrt(0.95 * 0.05 / len(held))


@pytest.mark.parametrize("n", [25, 50, 100, 200])
@pytest.mark.parametrize("name", lenses.every())
def test_coverage_of_the_intervals_of_a_lens(stores: Stores, name: str, n: int) -> None:
    """What seems to hold less is looked at again on four times as many samples of its own."""
    tell(stores, name, n)


@pytest.mark.parametrize("n", [25, 50, 100, 200, 400])
def test_coverage_of_sharp_where_nothing_is_assumed(stores: Stores, n: int) -> None:
    """Where judges now and then come near the bound, and most samples show none of it."""
    tell(stores, "sharp", n, assume="nothing")


def tell(stores: Stores, name: str, n: int, **given: Any) -> None:
    """Prints how many intervals of a lens hold, and which do not."""
    seen = sampled(stores, name, n, SAMPLES, 0, **given)
    told = {key: verdict(one) for key, one in seen.items()}
    less = {key for key, word in told.items() if word != HELD}
    again = sampled(stores, name, n, 4 * SAMPLES, 1, **given) if less else {}
    for key in less & set(again):
        seen[key], told[key] = again[key], verdict(again[key])
    counts = ", ".join(f"{list(told.values()).count(word)} {word}" for word in WORDS)
    print(f"\n{name}, n = {n}: {counts}", end="")
    for key in (key for key in told if told[key] != HELD):
        print(f"\n  {key[1]} {key[2]:24} {told[key]} {shares(seen[key])}", end="")


def shares(told: list[tuple[bool, str]]) -> str:
    """How often the intervals of a number hold, and how often those without a word."""
    silent = [held for held, why in told if "interval" not in why]
    alone = f", without a word {np.mean(silent):.3f} of {len(silent)}" if silent else ""
    return f"{np.mean([held for held, _ in told]):.3f}{alone}"
