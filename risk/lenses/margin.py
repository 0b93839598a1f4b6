"""Margin: how far the right option leads all others (the GREAT score, arXiv 2304.09875)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import marks, spread
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens
from risk.options import Options, options, probabilities
from risk.verdict import slices

SCALE = math.sqrt(math.pi / 2)


def margins(of: Options) -> tuple[Floats, Floats]:
    """Gold margin p_gold - max other and top margin p(1) - p(2) of each item (N,).

    NaN where there is one option or none; the gold margin also where no option is right.

    >>> logs = [{"a": math.log(0.7), "b": math.log(0.2), "c": math.log(0.1)}]
    >>> gold, top = margins(options(logs, ["a"]))
    >>> round(float(gold[0]), 4), round(float(top[0]), 4)
    (0.5, 0.5)
    """
    p = probabilities(of.logs)
    n = len(p)
    if p.shape[1] < 2:
        return np.full(n, np.nan), np.full(n, np.nan)
    held = np.where(np.isnan(p), -1.0, p)
    ranked = -np.sort(-held, axis=1)
    several = ranked[:, 1] >= 0
    top = np.where(several, ranked[:, 0] - ranked[:, 1], np.nan)
    right = np.where(of.gold, held, -1.0).max(axis=1)
    other = np.where(of.gold, -1.0, held).max(axis=1)
    known = several & (right >= 0) & (other >= 0)
    return np.where(known, right - other, np.nan), top


def measures(columns: Columns, _: Mapping[str, Any]) -> Iterator[Finding]:
    """The margin score, mean gold and top margin, and the share led by a wrong option."""
    gold, top = margins(options(columns["option_logprobs"], columns["gold"]))
    of = spread.items(columns.get("item_id"))
    every = ("", np.ones(gold.size, dtype=bool))
    for group, rows in (every, *slices(columns, "category")):
        own = None if of is None else of[rows]
        score = SCALE * np.maximum(gold[rows], 0)
        yield Finding("score", spread.mean(score, own, 0, 0.0, SCALE), group)
        if group:
            continue
        yield Finding("gold_margin", spread.mean(gold, of, 0, -1.0, 1.0))
        yield Finding("top_margin", spread.mean(top, of, 0, 0.0, 1.0))
        behind = np.where(np.isnan(gold), np.nan, (gold < -marks.EDGE).astype(float))
        yield Finding("behind", spread.share(behind, items=of))


LENS = Lens(
    name="margin",
    title="Margin of the right option",
    source="GREAT score, arXiv 2304.09875",
    up="good",
    table="outputs",
    needs=("option_logprobs", "gold"),
    may_use=("item_id", "category"),
    measures=measures,
    figure="dots",
    status=(
        "as published for the score, sqrt(pi / 2) times the positive part of the margin; the "
        "paper's certificate is about images and does not carry over to text"
    ),
    edges=(
        "score (0 to sqrt(pi / 2)), gold_margin and top_margin up are good; behind, the share of "
        "items in which another option leads, up is worse. A margin is no robustness: nothing was "
        "perturbed. Fewer than two options, or none that is right, is lost. A tie has margin 0 "
        "and is not behind."
    ),
    how_to_get={
        "option_logprobs": "load a multiple-choice log with option log-probabilities",
        "gold": "load the right option of each item as its target",
    },
)
