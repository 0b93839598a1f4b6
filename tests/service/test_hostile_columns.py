"""Every lens on columns nobody would wish for: numbers, or words that say why there are none."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from app.service import stores as opened
from app.service.lenses import example, through
from app.service.loading import load
from app.service.outputs import known, tables
from app.service.stores import Stores
from app.settings import Settings
from data.mapping import Mapping as Rule
from data.samples import signals
from data.samples.signals import Made
from db import runs
from risk import lenses
from risk.lens import Columns, Lens

KEYS = ("item_id", "sample", "step", "place")
QUICK = ("draws", "simulations", "splits", "iterations")
FEW = {"swiss": {"dimension": "bias"}}
"""Settings that keep a lens from contesting by all there is."""
NOISE = ("could not convert", "broadcast", "zero-size", "out of bounds", "axis ", "operands")
"""Words of the libraries, which tell a person nothing."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Two models' answers for every lens, and three revisions of one."""
    home = tmp_path_factory.mktemp("hostile")
    stores = opened.connect(Settings(home=home / "stores"))
    rule = Rule.model_validate(signals.mapping(next(signals.rows("a", 1, 1))))
    two = [(model, "1") for model in signals.MODELS]
    sets = [(Made(), two), (Made("trend"), [("aster", str(n)) for n in (1, 2, 3)])]
    sets += [(Made(name, variants), two) for name, variants in example.VARIANTS.items()]
    sets += [(Made("first_token", options=example.CODES), two)]
    for of, some in sets:
        for seed, (model, revision) in enumerate(some, start=1):
            path = home / f"{of.dataset}-{model}-{revision}.jsonl"
            path.write_bytes(signals.lines(signals.rows(model, 40, seed, revision, of)))
            load.load(stores, path, mapping=rule, by="a test")
    yield stores
    stores.warehouse.close()
    stores.ledger.dispose()


@cache
def fed(stores: Stores, name: str) -> list[tuple[dict[str, Any], Columns]]:
    """The runs made for a lens with the columns it would be given."""
    lens = lenses.every()[name]
    every = [run for run in runs.every(stores.warehouse) if run["model"]]
    own = [run for run in every if run["dataset"] == name]
    some = own or [run for run in every if run["dataset"] == "signals"]
    wanted = {*lens.needs, *lens.may_use}
    return [(run, tables.columns(known.of(stores, run), lens.table, wanted)) for run in some]


def nothing(column: Any) -> Any:
    """The column with every cell missing."""
    kind = column.dtype.kind
    return np.full_like(column, {"f": np.nan, "O": None}[kind]) if kind in "fO" else column


def constant(column: Any) -> Any:
    """The column with its first known value in every cell."""
    said = next((v for v in column.tolist() if v is not None and v == v), None)
    found = column.copy()
    for at in range(len(found) if said is not None else 0):
        found[at] = said
    return found


def infinite(column: Any) -> Any:
    """The column with its ends infinite, where it is one of numbers."""
    found = column.copy()
    if column.dtype.kind == "f":
        found[0], found[-1] = np.inf, -np.inf
    return found


def half(column: Any) -> Any:
    """The column with every other cell missing."""
    found = nothing(column).copy()
    found[::2] = column[::2]
    return found


def _all(change: Callable[[Any], Any], columns: Columns, *but: str) -> Columns:
    return {n: c if n in (*KEYS, *but) else change(c) for n, c in columns.items()}


def _rows(columns: Columns, kept: Any) -> Columns:
    return {name: column[kept] for name, column in columns.items()}


def _acted(columns: Columns, act: str) -> Columns:
    told = np.full(len(columns["item_id"]), act, dtype=object)
    return {**columns, "act": told} if "act" in columns else columns


def _needs(lens: Lens) -> tuple[str, ...]:
    return tuple(part for name in lens.needs for part in name.split("|"))


HOSTILE: Mapping[str, Callable[[Lens, Columns], Columns]] = {
    "nothing known": lambda _, c: _all(nothing, c),
    "nothing but the needed": lambda lens, c: _all(nothing, c, *_needs(lens)),
    "nothing optional there": lambda lens, c: {
        n: one for n, one in c.items() if n in (*KEYS, *_needs(lens))
    },
    "half known": lambda _, c: _all(half, c),
    "one row": lambda _, c: _rows(c, np.arange(len(c["item_id"])) < 1),
    "one item": lambda _, c: _rows(c, c["item_id"] == c["item_id"][0]),
    "constant": lambda _, c: _all(constant, c),
    "infinite": lambda _, c: _all(infinite, c),
    "all abstained": lambda _, c: _acted(c, "abstained"),
    "none could act": lambda _, c: _acted(c, "could_not_act"),
}


def look(lens: Lens, some: list[tuple[dict[str, Any], Columns]]) -> list[through.Row]:
    """What a lens finds as the page looks through it; none where it lacks what it needs."""
    quick = {p.name: int(p.low or 1) for p in lens.parameters if p.name in QUICK}
    settings = lens.settings(quick | FEW.get(lens.name, {}))
    some = [(run, columns) for run, columns in some if not lens.lacks(columns, settings)]
    if lens.across:
        return list(through.several(lens, some, settings, "")) if some else []
    return [row for run, columns in some for row in through.one(lens, run, columns, settings, "")]


def fit(row: through.Row) -> bool:
    """Whether a row is honest: a number inside its interval, or none and why."""
    known = row.value == row.value
    ends = (row.low, row.high)
    inside = not known or all(e != e for e in ends) or row.low <= row.value <= row.high
    counted = row.n >= 0 and row.lost >= 0
    return inside and counted and not math.isinf(row.value) and (known or bool(row.why))


def wrong(lens: Lens, some: list[tuple[dict[str, Any], Columns]]) -> str:
    """What the lens says of columns it cannot use, which the page shows with a way out."""
    try:
        assert [row for row in look(lens, some) if not fit(row)] == []
    except ValueError as error:
        return str(error) or "nothing"
    return ""


@pytest.mark.parametrize("name", lenses.every())
def test_a_lens_finds_numbers_in_hostile_columns_or_says_why_there_are_none(
    made: Stores, name: str
) -> None:
    lens, whole = lenses.every()[name], fed(made, name)
    assert look(lens, whole), "the columns as they were made feed it"
    for change in HOSTILE.values():
        hostile = [(run, change(lens, columns)) for run, columns in whole]
        # every run, and for a lens across runs also one beside good ones
        for some in (hostile, [hostile[0], *whole[1:]]) if lens.across else (hostile[:1],):
            said = wrong(lens, some)
            assert said == "" or (len(said) > 12 and not any(word in said for word in NOISE))


TIMES = 4
ALONE = {
    "added_value": "copies change which answers are nearest, and with them the number",
    "drift": "a state's own chance is smoothed toward the others, less so by more moves",
    "label_words": "words are counted, and texts are the same in every copy",
    "segments": "gaps are counted among segments, not among prompts",
}
"""Lenses that do not count answers to one prompt together, and why."""


def copies(columns: Columns) -> Columns:
    """Every answer four times, as samples of the same prompt."""
    rows = np.tile(np.arange(len(columns["item_id"])), TIMES)
    found = _rows(columns, rows)
    if "sample" in columns:
        number = np.nan_to_num(np.asarray(columns["sample"], dtype=float))
        found["sample"] = (number.max() + 1) * (np.arange(rows.size) // number.size) + found[
            "sample"
        ]
    return found


RESAMPLED = (
    "abstention", "aucm", "availability", "bouncer", "guard", "mash", "self_assessment",
    "strictness",
)  # fmt: skip
"""Lenses with a bootstrap that are tried as well; it would take too long with every one."""


def _shares() -> list[str]:
    """The lenses of answers that do not resample, and those named above."""
    slow = {"draws", "simulations", "splits"}
    return [
        name
        for name, lens in lenses.every().items()
        if name in RESAMPLED
        or (
            (lens.table == "outputs" and not lens.across and name not in ALONE)
            and not slow & {p.name for p in lens.parameters}
        )
    ]


@pytest.mark.parametrize("name", _shares())
def test_answers_copied_to_the_same_prompt_make_no_number_surer(made: Stores, name: str) -> None:
    lens = lenses.every()[name]
    run, columns = fed(made, name)[0]
    settings = lens.settings({"draws": 300} if name in RESAMPLED else {})
    once = {(r.measure, r.group): r for r in through.one(lens, run, columns, settings, "")}
    for row in through.one(lens, run, copies(columns), settings, ""):
        before = once[row.measure, row.group]
        wide, now = before.high - before.low, row.high - row.low
        # an interval that is not there says why; four times the rows would have halved it
        assert not now < 0.7 * wide - 1e-9, (row.measure, row.group, wide, now)
