"""The answers behind a number: those that make a tail, or stand at a quantile, by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from app.service.outputs.risks import NONE, Choices, one, pivoted
from app.service.stores import Stores
from db import tails
from db.filter import Case
from risk.harm import chosen
from risk.sensitivity import settings
from risk.worst import TIE, tail_rank, top_weights

Floats = NDArray[np.float64]
Of = Literal["cvar", "var", "mean", "share", "at or beyond"]
MOST = 1000
"""Answers named at most where a number is made by all of them."""


@dataclass(frozen=True, slots=True)
class Member:
    """One answer: its weight in CVaR, its log-risk in all and by dimension."""

    case: Case
    weight: float
    total: float
    parts: tuple[float, ...]
    category: str


@dataclass(frozen=True, slots=True)
class Members:
    """Answers of one run, the worst first; `whole` says how many there are in all."""

    run_id: str
    item: NDArray[Any]  # (K,)
    sample: NDArray[np.int64]  # (K,)
    weight: Floats  # (K,) from 0 to 1; NaN where nothing is weighted
    total: Floats  # (K,)
    parts: Floats  # (K, D)
    category: NDArray[Any]  # (K,)
    place: NDArray[np.int64]  # (K,) row in the whole run
    whole: int

    def __len__(self) -> int:
        """How many are named."""
        return len(self.item)

    def __getitem__(self, row: int) -> Member:
        """One of them."""
        return Member(
            (self.run_id, str(self.item[row]), int(self.sample[row])),
            float(self.weight[row]),
            float(self.total[row]),
            tuple(self.parts[row].tolist()),
            str(self.category[row]),
        )

    def __iter__(self) -> Iterator[Member]:
        """All of them, the worst first."""
        return (self[row] for row in range(len(self)))

    @property
    def cases(self) -> list[Case]:
        """Who they are, the worst first."""
        pairs = zip(self.item.tolist(), self.sample.tolist(), strict=True)
        return [(self.run_id, str(item), int(sample)) for item, sample in pairs]

    def only(self, rows: Any) -> Members:
        """Those of a mask or in an order; `whole` becomes their number."""
        kept = {
            name: getattr(self, name)[rows]
            for name in ("item", "sample", "weight", "total", "parts", "category", "place")
        }
        return replace(self, **kept, whole=len(kept["item"]))


@dataclass(frozen=True, slots=True)
class Pick:
    """A number a person picked: which measure, of which category and dimension (empty: of all).

    `share` asks for the part of the joint tail that lies in a category and a dimension; `worst`
    above 0 for that share of the answers instead of those beyond the level. `under` names another
    setting the tail is made with, as "eps 0.001", "tau mean", "judge -fox".
    """

    of: Of = "cvar"
    category: str = ""
    dimension: str = ""
    worst: float = 0.0
    under: str = ""

    def text(self) -> str:
        """The pick as it stands in a link; the usual tail is nothing.

        >>> Pick("cvar", dimension="bias").text(), Pick().text()
        ('["cvar", "", "bias", 0.0, ""]', '')
        """
        return "" if self == Pick() else json.dumps(astuple(self))


def picked(text: str) -> Pick:
    """The pick a link names; the usual tail where it names none that can be.

    >>> picked('["var", "", "bias", 0, ""]').of, picked("garbled") == Pick()
    ('var', True)
    """
    with suppress(ValueError, TypeError):
        of, category, dimension, worst, under = json.loads(text)
        fits = of in get_args(Of) and 0 <= float(worst) < 1
        if fits and all(isinstance(word, str) for word in (category, dimension, under)):
            return Pick(of, category, dimension, float(worst), under)
    return Pick()


def on_curve(point: Any) -> str:
    """What a click on the survival curve asks for: a share of the worst, VaR or CVaR.

    >>> picked(on_curve(["share", 0.1])).worst, on_curve(17), on_curve(["var"])
    (0.1, '', '["var", "", "", 0.0, ""]')
    """
    if not isinstance(point, list | tuple) or not point:
        return ""
    if point[0] == "share":
        return Pick(worst=float(point[1])).text()
    return Pick("var").text() if point[0] == "var" else ""


def on_shares(segment: Any) -> str:
    """What a click on a segment of the tail's shares asks for: its category and dimension."""
    if not segment:
        return ""
    category, dimension = segment
    return Pick("share", category or "", dimension or "").text()


def on_numbers(point: Any) -> str:
    """What a click on a dot of the numbers asks for: its measure, and its dimension if any."""
    named: dict[str, Of] = {"mean": "mean", "var": "var", "cvar": "cvar"}
    of = named.get(str(point[0]).lower()) if point else None
    return Pick(of, dimension=point[1] or "").text() if of else ""


def on_categories(point: Any) -> str:
    """What a click on a category's dot asks for: that category's own tail, or its mean."""
    if not point:
        return ""
    return Pick("mean" if point[1] == "mean" else "cvar", category=str(point[0])).text()


def on_sway(point: Any) -> str:
    """What a click on a setting asks for: the tail made with it."""
    return Pick(under=str(point[0])).text() if point else ""


def behind(stores: Stores, run_id: str, choices: Choices, pick: Pick) -> Members:
    """The answers that make the picked number: beyond VaR for a CVaR (each with its weight), at it
    for a VaR, the worst thousand of all for a mean. Raises Trouble where a choice does not fit."""
    run = one(stores, run_id)
    asked = choices if pick.of == "share" else replace(
        choices, category=pick.category or choices.category
    )  # fmt: skip
    with pivoted(stores, run, asked) as (table, pool):
        made = _under(table, pool, asked, pick) if pick.under else pool
        if pick.dimension not in ("", *table.dimensions):
            pick = replace(pick, dimension="")
        if pick.of == "share":
            return _part(top(table, made, run_id, asked, Pick()), table.dimensions, pick)
        return top(table, made, run_id, asked, pick)


def _under(table: tails.Cells, pool: tails.Pool, choices: Choices, pick: Pick) -> tails.Pool:
    """The pool of the setting the pick names; the page's own where there is none such."""
    around = settings(table.judges, choices.judge, choices.pooling, choices.tau, choices.eps)
    for it in around:
        if f"{it.knob} {it.label}" == pick.under:
            return tails.Pool(chosen(table.judges, it.judge), it.how, it.tau, it.eps)
    return pool


def _part(members: Members, dimensions: tuple[str, ...], pick: Pick) -> Members:
    """Those of a category to whose tail a dimension adds, the heaviest in it first."""
    keep = np.full(len(members), True)
    if pick.category:
        keep &= members.category == pick.category
    if not pick.dimension:
        return members.only(keep)
    part = members.parts[:, dimensions.index(pick.dimension)]
    rows = np.flatnonzero(keep & (part > 0))
    return members.only(rows[np.argsort(-part[rows], kind="stable")])


def top(table: tails.Cells, pool: tails.Pool, run_id: str, choices: Choices, pick: Pick) -> Members:
    """`behind` on a run that is pivoted already; the category is that of `choices`."""
    score = pick.dimension or "all"
    chosen = choices.category or None
    n = tails.count(table, pool, score, chosen)
    level = 1 - pick.worst if pick.worst else choices.level
    rank = min(n, MOST) if pick.of == "mean" else tail_rank(n, level)
    found = tails.worst(table, pool, rank, score, chosen)
    scored: Floats = np.asarray(found["score"], dtype=float)
    parts = [np.asarray(found[f"r{d}"], dtype=float) for d in range(len(table.dimensions))]
    members = Members(
        run_id,
        found["item_id"],
        found["sample"],
        np.full(scored.size, np.nan),
        np.asarray(found["total"], dtype=float),
        np.stack(parts, axis=1),
        np.array([c or NONE for c in found["category"].tolist()], dtype=object),
        found["place"],
        n,
    )
    if pick.of in ("mean", "at or beyond") or n == 0:
        return members
    if pick.of == "var":
        return members.only(np.abs(scored - scored[rank - 1]) <= TIE)
    weight = top_weights(scored, n, level)
    return replace(members, weight=weight).only(weight * scored > 0)
