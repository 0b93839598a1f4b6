"""Abstention: did one run keep silent where it should, and what would a higher bar bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs import feed, holds
from app.service.stores import Stores
from data.trouble import Trouble
from db.filter import Case
from risk import abstain, coverage, spread
from risk import lenses as looking
from risk.abstain import Matrix
from risk.coverage import Curve, Ranked
from risk.interval import rate
from risk.lens import Columns
from risk.measure import Measure

Floats = NDArray[np.float64]
SILENT, SURE = frozenset({"answerable", "abstained"}), frozenset({"confidence", "correct"})
NEEDED = ("answerable", "abstained", "correct", "confidence", "forced_correct", "should_abstain")
NONE = "none"
FORMS: dict[coverage.Form, str] = {
    "mean": "mean over answers",
    "trapezoid": "trapezoid over coverage",
}
"""How AURC is summed, in words."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How abstention is measured; every one is on the page and in the link."""

    form: coverage.Form = "mean"
    coverage: float = 0.8
    risk: float = 0.1
    bar: float = 0.0
    category: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One run's abstentions, answer by answer (N,), and the numbers they come to.

    `cells` (N,) the cell of each answer, None where it has none; `confidence` and `correct` (N,),
    NaN where unknown or the model abstained; `at` the numbers at the chosen bar; `by` the
    abstention rate of each category.
    """

    run: dict[str, Any]
    choices: Choices
    cases: tuple[Case, ...]
    categories: NDArray[Any]
    cells: NDArray[Any]
    abstained: Floats
    confidence: Floats
    correct: Floats
    matrix: Matrix | None
    curve: Curve | None
    measures: dict[tuple[str, str], Measure]
    at: dict[str, Measure]
    by: dict[str, Measure]


def runs(stores: Stores) -> list[dict[str, Any]]:
    """The runs with acts over answerable and unanswerable items, or with confidence and verdict."""
    return holds.fit(stores, SILENT, SURE)


def categories(stores: Stores, run_id: str) -> list[str]:
    """The categories of a run's prompts."""
    columns = feed.columns(stores, holds.run(stores, run_id), ())
    return sorted({str(name) for name in columns["category"].tolist() if name is not None})


def show(stores: Stores, run_id: str, choices: Choices) -> Shown:
    """A run's abstentions under these choices. Raises Trouble where they cannot be measured."""
    run = holds.run(stores, run_id)
    columns = feed.columns(stores, run, NEEDED)
    if choices.category:
        names = columns["category"].tolist()
        keep = np.array([(name or NONE) == choices.category for name in names])
        columns = {name: column[keep] for name, column in columns.items()}
    try:
        return _shown(run, columns, choices)
    except ValueError as error:
        raise Trouble(f"{run['model']}: {error}", "correct the file or its mapping") from error


def curve(stores: Stores, run_id: str, choices: Choices) -> tuple[Curve, Measure] | None:
    """A run's risk-coverage curve and its AURC; None where it has none. The bar plays no part."""
    try:
        shown = show(stores, run_id, choices)
    except Trouble:
        return None  # one that cannot be measured keeps no other out
    return None if shown.curve is None else (shown.curve, shown.measures["aurc", ""])


def _shown(run: dict[str, Any], columns: Columns, choices: Choices) -> Shown:
    rows = len(columns["item_id"])

    def column(name: str) -> Floats:
        return np.asarray(columns.get(name, np.full(rows, np.nan)), dtype=float)

    silent, sure = column("abstained"), column("confidence")
    right = np.where(silent == 1, np.nan, column("correct"))
    measures: dict[tuple[str, str], Measure] = {}
    cells = np.full(rows, None, dtype=object)
    matrix = None
    kinds = columns.get("answerable", np.full(rows, None, dtype=object))
    if any(kind is not None for kind in kinds.tolist()) and not np.isnan(silent).all():
        cells = abstain.cells(kinds, silent, column("correct"))
        matrix = abstain.matrix(cells)
        measures |= _lens("aucm", columns, {})
    ranked = coverage.rank(sure, right)
    curve = None
    if ranked.loss.size:
        curve = coverage.curve(ranked)
        measures |= _lens("risk_coverage", columns, {
            "form": choices.form, "coverage": choices.coverage, "risk": choices.risk,
        })  # fmt: skip
    pairs = zip(columns["item_id"].tolist(), columns["sample"].tolist(), strict=True)
    names = np.array([name or NONE for name in columns["category"].tolist()], dtype=object)
    return Shown(
        run=run,
        choices=choices,
        cases=tuple((run["run_id"], str(item), int(sample)) for item, sample in pairs),
        categories=names,
        cells=cells,
        abstained=silent,
        confidence=sure,
        correct=right,
        matrix=matrix,
        curve=curve,
        measures=measures,
        at=_at(ranked, choices.bar),
        by=_by(names, silent, spread.items(columns["item_id"])),
    )


def _lens(name: str, columns: Columns, given: dict[str, Any]) -> dict[tuple[str, str], Measure]:
    lens = looking.every()[name]
    found = lens.measures(columns, lens.settings(given))
    return {(one.measure, one.group): one.found for one in found}


def _at(ranked: Ranked, bar: float) -> dict[str, Measure]:
    """What answering from this confidence on would come to: coverage, and the risk that is left."""
    n = ranked.loss.size
    kept = ranked.confidence[ranked.of] >= bar - 1e-12
    wrong = round(float(ranked.loss[kept].sum()))
    return {
        "coverage": rate(int(kept.sum()), n, ranked.lost),
        "risk": rate(wrong, int(kept.sum()), ranked.lost),
    }


def _by(names: NDArray[Any], silent: Floats, items: Any) -> dict[str, Measure]:
    """The abstention rate of each category, where there is more than one."""
    found = {}
    for name in sorted(set(names.tolist())):
        found[name] = spread.share(silent, names == name, items)
    return found if len(found) > 1 else {}
