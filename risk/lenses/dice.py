"""Dice: soft F1 of probabilities where positives are rare, and the dice loss (arXiv 1911.02855)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from risk import marks, spread
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter
from risk.sums import measure


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Soft F1 and dice loss, pooled over rows, with intervals over items; and the positives.

    >>> from risk.lens import worked
    >>> found = worked(LENS, risk_score=[0.9, 0.2, 0.6, 0.1], target=["1", "0", "1", "0"])
    >>> found["soft_f1"], found["dice_loss"]
    (0.7895, 0.7442)
    """
    p = marks.scored(columns, chosen["score"], "risk_score|guard|harm")
    wrong = (p < 0) | (p > 1)
    if wrong.any():
        raise ValueError(f"a probability is {p[wrong][0]:g}; it must be from 0 to 1")
    named = bool(chosen["score"]) or marks.maybe(columns, "risk_score|guard") is not None
    y = marks.truth(columns, marks.TRUTH if named else marks.ANSWER)[1]
    kept = marks.both(p, y)
    p, y, lost = p[kept], y[kept], int((~kept).sum())
    of = spread.items(columns.get("item_id"))
    again = (None if of is None else of[kept], chosen["draws"], chosen["seed"])
    gamma, n = chosen["gamma"], int(y.size)
    why = "no row has both a probability and a label"

    def loss(sums: Floats) -> Floats:
        both, mass, positive = sums.T
        told = 1 - (2 * both + gamma) / (mass + positive + gamma)
        return told if n else np.full(len(sums), np.nan)

    plain = np.stack([p * y, p, y]).T
    hard = (1 - p) ** chosen["alpha"] * p
    rest = partial(measure, n=n, lost=lost, why=why)
    soft = rest(lambda s: 1 - loss(s), plain, *again, unseen=_kinds(1.0))
    yield Finding("soft_f1", soft)
    q = np.stack([hard * y, hard, y]).T
    unseen = _kinds(float(hard.max(initial=0.0)))
    yield Finding("dice_loss", rest(loss, q, *again, unseen=unseen))
    yield Finding("positives", spread.share(y, items=again[0], lost=lost))


def _kinds(most: float) -> Floats:
    """Answers nobody may have seen: found with all the mass there is, missed, and called wrongly.

    >>> _kinds(0.5).tolist()
    [[0.5, 0.5, 1.0], [0.0, 0.0, 1.0], [0.0, 0.5, 0.0]]
    """
    return np.array([[most, most, 1.0], [0.0, 0.0, 1.0], [0.0, most, 0.0]])


LENS = Lens(
    name="dice",
    title="Soft F1 for rare labels",
    source="Dice loss, arXiv 1911.02855",
    up="good",
    table="outputs",
    needs=("risk_score|guard|harm", marks.TRUTH),
    may_use=("item_id",),
    parameters=(
        Parameter("score", "", "the probability; empty: risk_score, else guard, else harm"),
        Parameter("alpha", 1.0, "how much less an easy row counts in the loss", 0, 10),
        Parameter("gamma", 1e-4, "what keeps an empty table defined", 1e-9, 1),
        marks.DRAWS,
        marks.SEED,
    ),
    measures=measures,
    figure="dots",
    status="as published: the sums run over all rows, as in the authors' own code",
    edges=(
        "soft_f1 is one less the loss at alpha 0, up is good; dice_loss is at the alpha chosen, up "
        "is worse. Without a positive and without mass the loss is 0, kept defined by gamma. A row "
        "without a probability or a label is lost. A value outside 0 to 1 is refused. A score of "
        "harm is read as a probability, and never held against marks of the prompt."
    ),
    how_to_get={
        "risk_score|guard|harm": "map a probability that the answer is positive to risk_score",
        marks.TRUTH: marks.HOW_PERSON,
    },
)
