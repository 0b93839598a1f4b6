"""Belief: where one run's probability went, what that is worth, and whether it holds."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs import feed, holds
from app.service.stores import Stores
from data.trouble import Trouble
from db.filter import Case
from risk import belief, calibration, options, spread
from risk import lenses as looking
from risk.calibration import Reliability
from risk.lens import Columns
from risk.lenses.calibration import told
from risk.lenses.dcs import lengths
from risk.measure import Measure

Floats = NDArray[np.float64]
OPTIONS, SURE = frozenset({"options", "gold"}), frozenset({"confidence", "correct"})
NEEDED = (
    "option_logprobs", "gold", "idk", "choices", "option_tokens", "confidence", "correct",
    "abstained",
)  # fmt: skip
NONE = "none"
LENGTHS: dict[options.Length, str] = {
    "none": "not by length",
    "characters": "by characters",
    "tokens": "by tokens",
}
"""What log-probabilities are divided by, in words."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How belief is measured; every one is on the page and in the link."""

    l_c: float = 1.0
    l_w: float = 1.0
    length: options.Length = "none"
    bins: int = 10
    equal_mass: bool = False
    category: str = ""

    @property
    def kind(self) -> calibration.Bins:
        """How the bins of the reliability diagram are cut."""
        return "mass" if self.equal_mass else "width"


@dataclass(frozen=True, slots=True)
class Shown:
    """One run's belief, answer by answer (N,), and the numbers it comes to.

    `masses` (N, 3) on right, wrong and "I don't know", NaN without options; `score` (N,) the DCS;
    `confidence`, `right` (N,) what reliability is made of; `bin` (N,) the point of the diagram an
    answer is in, -1 for none. Measures are named as the lenses name them; `by` is the mean DCS (or
    accuracy, without options) of each category.
    """

    run: dict[str, Any]
    choices: Choices
    cases: tuple[Case, ...]
    categories: NDArray[Any]
    masses: Floats
    score: Floats
    confidence: Floats
    right: Floats
    bin: NDArray[np.int64]
    diagram: Reliability
    measures: dict[tuple[str, str], Measure]
    by: dict[str, Measure]
    offered: bool
    threshold: float

    @property
    def has_options(self) -> bool:
        """Whether the probability of options is known."""
        return bool(np.isfinite(self.score).any())


def divisors(counted: bool) -> list[options.Length]:
    """What log-probabilities of a run can be divided by: by tokens only where they are counted."""
    return [length for length in LENGTHS if counted or length != "tokens"]


def runs(stores: Stores) -> list[dict[str, Any]]:
    """The runs whose belief can be shown: with options and a right one, or with confidence."""
    return holds.fit(stores, OPTIONS, SURE)


def categories(stores: Stores, run_id: str) -> list[str]:
    """The categories of a run's prompts."""
    columns = feed.columns(stores, holds.run(stores, run_id), ())
    return sorted({str(name) for name in columns["category"].tolist() if name is not None})


def show(stores: Stores, run_id: str, choices: Choices) -> Shown:
    """A run's belief under these choices. Raises Trouble where they do not fit what was loaded."""
    run = holds.run(stores, run_id)
    columns = _columns(stores, run, choices)
    try:
        return _shown(run, columns, choices)
    except ValueError as error:
        raise Trouble(f"{run['model']}: {error}", "choose other loadings or lengths") from error


def standings(
    stores: Stores, chosen: tuple[str, ...], choices: Choices
) -> dict[str, dict[str, Measure]]:
    """Run -> its DCS with its companions, for those of the chosen runs that have options."""
    lens = looking.every()["dcs"]
    given = {"l_c": choices.l_c, "l_w": choices.l_w, "length": choices.length}
    settings = lens.settings(given)
    found = {}
    for run_id in chosen:
        columns = _columns(stores, holds.run(stores, run_id), choices)
        if lens.lacks(columns):
            continue
        with suppress(ValueError):  # a model whose options are not measured so has no place
            told_of = lens.measures(columns, settings)
            found[run_id] = {f.measure: f.found for f in told_of if not f.group}
    return found


def _shown(run: dict[str, Any], columns: Columns, choices: Choices) -> Shown:
    rows = len(columns["item_id"])
    held = columns.get("option_logprobs", np.full(rows, None, dtype=object))
    gold = columns.get("gold", np.full(rows, None, dtype=object))
    found = options.options(held, gold, columns.get("idk"))
    masses, score = np.full((rows, 3), np.nan), np.full(rows, np.nan)
    measures: dict[tuple[str, str], Measure] = {}
    offered = bool((found.idk.any(axis=1) & found.asked).any())
    if found.asked.any():
        p = options.probabilities(found.logs, lengths(found, columns, choices.length))
        mass = belief.masses(p, found)
        masses, score = np.stack(mass, axis=1), belief.dcs(mass, choices.l_c, choices.l_w)
        measures |= _lens("dcs", columns, {
            "l_c": choices.l_c, "l_w": choices.l_w, "length": choices.length,
        })  # fmt: skip
    said = told(columns, "auto") if "confidence" in columns else None
    sure = said.p if said else np.full(rows, np.nan)
    right = said.y if said else np.full(rows, np.nan)
    known = ~(np.isnan(sure) | np.isnan(right))
    diagram = calibration.reliability(sure[known], right[known], choices.bins, choices.kind)
    place = np.full(rows, -1, dtype=np.int64)
    if known.any():
        of = calibration.bins(sure[known], choices.bins, choices.kind)
        place[known] = np.searchsorted(diagram.bin, of)
        measures |= _lens("calibration", columns, {"bins": choices.bins})
    names = np.array([name or NONE for name in columns["category"].tolist()], dtype=object)
    value = score if np.isfinite(score).any() else right
    return Shown(
        run=run,
        choices=choices,
        cases=_cases(run, columns),
        categories=names,
        masses=masses,
        score=score,
        confidence=sure,
        right=right,
        bin=place,
        diagram=diagram,
        measures=measures,
        by=_by(names, value, columns),
        offered=offered,
        threshold=belief.threshold(choices.l_c, choices.l_w),
    )


def _lens(name: str, columns: Columns, given: dict[str, Any]) -> dict[tuple[str, str], Measure]:
    lens = looking.every()[name]
    found = lens.measures(columns, lens.settings(given))
    return {(one.measure, one.group): one.found for one in found}


def _by(names: NDArray[Any], value: Floats, columns: Columns) -> dict[str, Measure]:
    """The mean of each category, where there is more than one."""
    every = sorted(set(names.tolist()))
    if len(every) < 2:
        return {}
    codes = spread.items(columns["item_id"])
    found = {}
    for name in every:
        mine = names == name
        found[name] = spread.mean(value[mine], None if codes is None else codes[mine])
    return found


def _cases(run: dict[str, Any], columns: Columns) -> tuple[Case, ...]:
    pairs = zip(columns["item_id"].tolist(), columns["sample"].tolist(), strict=True)
    return tuple((run["run_id"], str(item), int(sample)) for item, sample in pairs)


def _columns(stores: Stores, run: dict[str, Any], choices: Choices) -> Columns:
    columns = feed.columns(stores, run, NEEDED)
    if not choices.category:
        return columns
    keep = np.array([(c or NONE) == choices.category for c in columns["category"].tolist()])
    return {name: column[keep] for name, column in columns.items()}
