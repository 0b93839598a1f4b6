"""Conformal sets of a run: coverage and size by method, by size of set, and the cases behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs import feed
from app.service.stores import Stores
from data.trouble import Trouble
from db import runs
from db.filter import Case
from risk import lenses
from risk.conformal import Evaluate, Quantile, Rule, trials
from risk.lens import Columns
from risk.measure import Measure
from risk.sets import METHODS, Method, Questions, Samples, drawn, members, questions
from risk.tested import by_size, summary

Floats = NDArray[np.float64]
Rows = list[dict[str, Any]]
NEEDED = ("option_logprobs", "gold")
NAMES: dict[Method, str] = {"lac": "LAC", "aps": "APS", "raps": "RAPS"}

DEFINITIONS = {
    "splits": "Each question's options are kept while they are not stranger than a threshold. LAC: "
    "strangeness is 1 − p. APS: the probability of the options ranked at or above (arXiv "
    "2006.02544). RAPS: APS plus a penalty for late ranks, with one uniform draw a question (arXiv "
    "2009.14193). The threshold is the k-th smallest strangeness of the right option among the "
    "calibration questions, k = ⌈(n + 1)(1 − α)⌉. Coverage is the share of held-out questions "
    "whose set holds the right option, size the mean number of options. The hill shows every "
    "random split and the bar below it the middle 95 % of them: what one split may show. The line "
    "through the mean is its 95 % interval, for as many new answers: a delete-d jackknife over the "
    "splits (Shao and Wu 1989), no shorter than that of a share of as many answers, and as far as "
    "thresholds lead that so many answers leave possible (Woodruff 1952).",
    "sizes": "Coverage among the held-out questions whose set has this many options, pooled over "
    "the splits. The guarantee is marginal: it holds over all questions, not within a size.",
    "cases": "The sets at the median threshold over the splits, for every question of the run.",
}


@dataclass(frozen=True, slots=True)
class Choices:
    """How sets are made and judged; every one is on the page and in the link."""

    alpha: float = 0.1
    splits: int = 1000
    seed: int = 0
    share: float = 0.5
    quantile: Quantile = "exact"
    evaluate: Evaluate = "test"
    keep: bool = True
    randomized: str = "usual"
    lam: float = 0.02
    k_reg: int = 1
    samples: Samples = "average"
    category: str = ""

    def rule(self, method: Method) -> Rule:
        """The rule of one method under these choices."""
        draws = drawn(self.randomized, method)
        return Rule(self.alpha, method, self.quantile, self.keep, self.lam, self.k_reg, draws)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One method over the splits: measures, the same by size of set, and every split's numbers.

    `coverage` and `size` (S,) are each split's; `threshold` is the median over splits, infinite
    where there are too few calibration rows.
    """

    measures: dict[str, Measure]
    sizes: dict[int, dict[str, Measure]]
    coverage: Floats
    size: Floats
    threshold: float


@dataclass(frozen=True, slots=True)
class Panel:
    """Conformal sets of one run by method; `prompts` could be used, `lost` not."""

    run: dict[str, Any]
    choices: Choices
    outcomes: dict[Method, Outcome]
    prompts: int
    lost: int


@dataclass(frozen=True, slots=True)
class Member:
    """One question and its set: the options in it, likeliest first, and the right one."""

    case: Case
    options: tuple[str, ...]
    gold: str
    covered: bool
    p_gold: float
    category: str


def fits(stores: Stores, run_id: str) -> bool:
    """Whether sets can be made for a run: it has probabilities of options and a right one."""
    columns = feed.columns(stores, _run(stores, run_id), NEEDED, peek=True)
    return not lenses.every()["conformal"].lacks(columns)


def categories(stores: Stores, run_id: str) -> list[str]:
    """The categories of a run's questions."""
    told = _columns(stores, run_id)["category"].tolist()
    return sorted({str(name) for name in told if name is not None})


def panel(stores: Stores, run_id: str, choices: Choices) -> Panel:
    """Every method on the same splits. Raises Trouble where there are too few questions."""
    asked = _asked(_columns(stores, run_id), choices)
    outcomes = {method: _outcome(asked, choices, method) for method in METHODS}
    return Panel(_run(stores, run_id), choices, outcomes, len(asked), asked.lost)


def _outcome(asked: Questions, choices: Choices, method: Method) -> Outcome:
    c = choices
    try:
        found = trials(asked, c.rule(method), c.splits, c.seed, c.share, c.evaluate)
    except ValueError as error:
        raise Trouble(str(error), "choose all categories, another run, or load more") from error
    middle = float(np.sort(found.threshold)[(len(found.threshold) - 1) // 2])
    return Outcome(summary(found), by_size(found), found.coverage, found.size, middle)


def cases(
    stores: Stores, run_id: str, choices: Choices, method: Method, size: int | None = None
) -> list[Member]:
    """The questions whose set has `size` options (any size: None), the missed and least sure first.

    The sets are those at the median threshold over the splits.
    """
    columns = _columns(stores, run_id)
    asked = _asked(columns, choices)
    q = _outcome(asked, choices, method).threshold
    scores = choices.rule(method).scores(asked, choices.seed)
    sets = members(scores, q, asked.best if choices.keep else None)
    first = _first(columns)
    found = []
    for row in np.flatnonzero(sets.sum(axis=1) == size) if size is not None else range(len(asked)):
        item, keys, gold = asked.items[row], asked.keys[row], int(asked.gold[row])
        inside = sets[row] & ~np.isnan(asked.p[row])
        ranked = [k for k in np.argsort(-asked.p[row], kind="stable").tolist() if inside[k]]
        sample, category = first[item]
        found.append(
            Member(
                (run_id, item, sample), tuple(keys[k] for k in ranked), keys[gold],
                bool(inside[gold]), float(asked.p[row, gold]), category,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.covered, one.p_gold, one.case[1]))


def sentence(shown: Panel) -> str:
    """What is seen, in words made from the numbers: the smallest sets that keep the promise."""
    promise = 1 - shown.choices.alpha
    told = {m: one.measures for m, one in shown.outcomes.items()}
    best = min(told, key=lambda m: told[m]["set_size"].value)
    m = told[best]
    wide = max(told, key=lambda m: told[m]["set_size"].value)
    where = "held-out questions" if shown.choices.evaluate == "test" else "all questions"
    said = (
        f"{NAMES[best]} has the smallest sets: {m['set_size'].value:.2f} options on average, "
        f"holding the right one for {100 * m['coverage'].value:.1f} % of {where} "
        f"(promised: {100 * promise:g} %)"
    )
    if told[wide]["set_size"].value > m["set_size"].value + 0.005:
        said += f"; {NAMES[wide]} needs {told[wide]['set_size'].value:.2f}"
    return said + "."


def table(shown: Panel) -> Rows:
    """The table twin: every measure by method, then by size of set."""
    rows = [
        {"method": NAMES[method], "size": None} | _row(name, m)
        for method, one in shown.outcomes.items()
        for name, m in one.measures.items()
    ]
    rows += [
        {"method": NAMES[method], "size": size} | _row(name, m)
        for method, one in shown.outcomes.items()
        for size, told in one.sizes.items()
        for name, m in told.items()
    ]
    return rows


def _row(name: str, m: Measure) -> dict[str, Any]:
    return {
        "measure": name, "value": m.value, "low": m.low, "high": m.high,
        "n": m.n, "left out": m.lost, "note": m.why,
    }  # fmt: skip


def _asked(columns: Columns, choices: Choices) -> Questions:
    if choices.category:
        keep = columns["category"] == choices.category
        columns = {name: column[keep] for name, column in columns.items()}
    return questions(columns, choices.samples)


def _first(columns: Columns) -> dict[str, tuple[int, str]]:
    """Each prompt's first sample and its category."""
    found: dict[str, tuple[int, str]] = {}
    told = (columns["item_id"], columns["sample"], columns["category"])
    for item, sample, category in zip(*(column.tolist() for column in told), strict=True):
        found.setdefault(str(item), (int(sample), str(category or "")))
    return found


def _columns(stores: Stores, run_id: str) -> Columns:
    columns = feed.columns(stores, _run(stores, run_id), NEEDED)
    lacks = lenses.every()["conformal"].lacks(columns)
    if lacks:
        how = lenses.every()["conformal"].how_to_get
        raise Trouble(f"the run has no {', '.join(lacks)}", "; ".join(how[n] for n in lacks))
    return columns


def _run(stores: Stores, run_id: str) -> dict[str, Any]:
    for run in _answering(stores):
        if run["run_id"] == run_id:
            return run
    raise Trouble(f"there is no run {run_id!r}", "choose one of those listed: tailscope runs")


def _answering(stores: Stores) -> list[dict[str, Any]]:
    found = [run for run in runs.every(stores.warehouse) if run["model"] is not None]
    return sorted(found, key=lambda run: (run["dataset"], run["model"], run["run_id"]))
