"""The answers of an assessment's runs as columns, and which of them a card is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.service.outputs import cases, feed, risks
from app.service.outputs.cases import Case, Chosen, Filter
from app.service.outputs.risks import Choices
from app.service.stores import Stores
from data.card import Card, Rule
from data.trouble import Trouble
from risk import tail
from risk.bounded import ceiling
from risk.interval import rate
from risk.measure import Measure, missing

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Answers:
    """Every answer of some runs, one a row (N,).

    `means` holds the mean of the judges' scores by dimension, `risk` the log-risk in nats of the
    harm dimensions ("" for all of them together); NaN where there is none. `act` is empty where
    nobody settled it. `own` marks the answers to the assessment's own prompts; `sets` is the data
    set of each run.
    """

    stores: Stores
    runs: tuple[str, ...]
    cases: list[Case]
    category: NDArray[Any]
    act: NDArray[Any]
    own: Mask
    means: dict[str, Floats]
    risk: dict[str, Floats]
    sets: dict[str, str]
    kept: dict[tuple[str, bytes], tuple[Measure, Measure]] = field(default_factory=dict)

    def about(self, card: Card) -> Mask:
        """The answers that can show a card: to its own prompts, and those its rules are about.

        A rule's score and act are left out here: they say which of these answers do show it.
        """
        found: Mask = self.own & (self.category == card.card)
        for rule in card.proposes:
            if not rule.empty:
                found = found | (self._where(rule) & self._scored(rule))
        return found

    def flagged(self, card: Card) -> Measure:
        """The share of answers the card's rules flag, among those of which it can be known.

        A rule with a score knows answers that were scored, one with an act those of which it is
        settled what the model did; the others are lost.
        """
        every = known = hits = np.zeros(len(self.cases), dtype=bool)
        for rule in card.proposes:
            if not (rule.dimension or rule.act):
                continue
            here = self._where(rule) & ~self.own & self._asked(rule)
            told = here & self._scored(rule)
            shows = told.copy()
            if rule.act:
                told = told & (self.act != "")
                shows = told & (self.act == rule.act)
            if rule.dimension:
                shows = shows & (np.round(self._mean(rule.dimension), 12) >= rule.over)
            every, known, hits = every | here, known | told, hits | shows
        if not every.any():
            return missing("no rule of the card about scores or acts fits a loaded answer")
        return rate(int((hits & known).sum()), int(known.sum()), lost=int((every & ~known).sum()))

    def measures(self, card: Card) -> tuple[Measure, Measure]:
        """Mean and CVaR at 95 % of the log-risk of the card's cases, resampled by prompt.

        In the dimension its rules name; missing where they name none, or no case was scored.
        """
        named = [rule for rule in card.proposes if rule.dimension in self.risk and rule.dimension]
        if not named:
            none = missing("no rule of the card names a scored harm dimension")
            return none, none
        rows, dimension = self.about(card), named[0].dimension
        same = dimension, rows.tobytes()
        if same not in self.kept:  # many cards are about the same answers
            self.kept[same] = self._measured(rows, self.risk[dimension][rows])
        return self.kept[same]

    def _measured(self, rows: Mask, loss: Floats) -> tuple[Measure, Measure]:
        if not len(loss) or np.isnan(loss).all():
            none = missing("no case of the card has harm scores", lost=len(loss))
            return none, none
        prompts: dict[tuple[str, str], int] = {}  # of all runs: one model may answer one twice
        found = [self.cases[place] for place in np.flatnonzero(rows).tolist()]
        asked = [(self.sets[run], item) for run, item, _ in found]
        codes = [prompts.setdefault(prompt, len(prompts)) for prompt in asked]
        told = tail.profile(loss, draws=1000, clusters=np.array(codes), most=ceiling(Choices().eps))
        return told["mean"], told["cvar"]

    def _where(self, rule: Rule) -> Mask:
        found = np.ones(len(self.cases), dtype=bool)
        if rule.categories:
            found &= np.isin(self.category, rule.categories)
        if rule.words:
            wanted = Filter(runs=self.runs, categories=rule.categories, words=rule.words)
            there = set(cases.keys(self.stores, Chosen(wanted))) if self.runs else set()
            found &= np.array([case in there for case in self.cases], dtype=bool)
        return found

    def _asked(self, rule: Rule) -> Mask:
        """The answers of runs in which anything was scored in the rule's dimension."""
        runs = np.array([case[0] for case in self.cases], dtype=object)
        return np.isin(runs.astype(str), np.unique(runs[self._scored(rule)].astype(str)))

    def _scored(self, rule: Rule) -> Mask:
        if not rule.dimension:
            return np.ones(len(self.cases), dtype=bool)
        return ~np.isnan(self._mean(rule.dimension))

    def _mean(self, dimension: str) -> Floats:
        return self.means.get(dimension, np.full(len(self.cases), np.nan))


def read(stores: Stores, runs: Iterable[str], own: str) -> Answers:
    """The answers of these runs; those of the data set `own` answer the assessment's prompts."""
    parts: list[dict[str, Any]] = []
    kept = tuple(runs)
    for run_id in kept:
        try:
            parts.append(_run(stores, risks.one(stores, run_id), own))
        except Trouble:
            continue  # the run is gone from the warehouse: it has no answers
    keys = [key for part in parts for key in part["cases"]]
    size = [len(part["cases"]) for part in parts]

    def column(name: str, empty: Any) -> NDArray[Any]:
        told = [part.get(name, np.full(n, empty)) for part, n in zip(parts, size, strict=True)]
        return np.concatenate(told) if told else np.array([])

    def by_name(kind: str) -> dict[str, Floats]:
        told = list(zip((part[kind] for part in parts), size, strict=True))
        return {
            name: np.concatenate([one.get(name, np.full(n, np.nan)) for one, n in told])
            for name in sorted({name for part in parts for name in part[kind]})
        }

    return Answers(
        stores, kept, keys, _said(column("category", None)),
        _said(column("act", None)), column("own", False).astype(bool), by_name("means"),
        by_name("risk"), {run: dataset for part in parts for run, dataset in part["set"].items()},
    )  # fmt: skip


def _said(column: NDArray[Any]) -> NDArray[Any]:
    """A column of texts as texts, empty where there is none."""
    return np.array(["" if one is None else str(one) for one in column.tolist()], dtype=str)


def _run(stores: Stores, run: dict[str, Any], own: str) -> dict[str, Any]:
    columns = feed.columns(stores, run, ())
    items, samples = columns["item_id"].tolist(), columns["sample"].tolist()
    keys = [(run["run_id"], item, int(sample)) for item, sample in zip(items, samples, strict=True)]
    told: dict[str, Any] = {
        "cases": keys,
        "set": {run["run_id"]: run["dataset"]},
        "own": np.full(len(keys), run["dataset"] == own),
        "means": {name: one for name, one in columns.items() if one.dtype.kind == "f"},
        "risk": {},
    }
    told |= {name: columns[name] for name in ("category", "act") if name in columns}
    try:
        found = risks.risks(stores, run["run_id"], Choices())
    except Trouble:
        return told  # no harm in it, or out of scale
    place = {key: row for row, key in enumerate(keys)}
    rows = np.array([place[key] for key in found.cases], dtype=int)
    names = ("", *found.vector.dimensions)
    for name, part in zip(names, (found.risk.total, *found.risk.parts.T), strict=True):
        told["risk"][name] = np.full(len(keys), np.nan)
        told["risk"][name][rows] = part
    return told
