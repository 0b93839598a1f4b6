"""Deference: what asking a person is worth, case by case (The Off-Switch Game, FL-22)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from risk import marks, spread
from risk.interval import Floats
from risk.lens import Columns, Finding, Lens, Parameter


def worth(
    p: Any, gain: float = 1.0, loss: float = 1.0, miss: float = 0.0, halt: float = 0.0
) -> Floats:
    """What asking adds (N,) to the better of acting and not: U is `gain` with chance p, else -loss.

    A person stops the bad but for the share `miss`, and the good with the share `halt`: asking is
    worth p gain (1 - halt) - (1 - p) loss miss. Negative where the person errs too much.

    >>> worth([0.5, 0.9], 2, 1).round(4).tolist()
    [0.5, 0.1]
    """
    good = np.asarray(p, dtype=float)
    asked = good * gain * (1 - halt) - (1 - good) * loss * miss
    alone = np.maximum(good * gain - (1 - good) * loss, 0.0)
    return np.asarray(asked - alone)


def measures(columns: Columns, chosen: Mapping[str, Any]) -> Iterator[Finding]:
    """Mean worth of asking, of the cases worth asking about, and what acting alone yields."""
    p = marks.scored(columns, chosen["score"], "p_good|confidence")
    wrong = (p < 0) | (p > 1)
    if wrong.any():
        raise ValueError(f"a probability is {p[wrong][0]:g}; it must be from 0 to 1")
    stakes = [chosen[name] for name in ("gain", "loss", "miss", "halt")]
    gain, loss, price = stakes[0], stakes[1], chosen["price"]
    value = worth(p, *stakes)
    # straight on both sides of where acting breaks even: the least and the most are at the ends
    turns = worth([0.0, loss / (gain + loss) if gain + loss else 0.0, 1.0], *stakes)
    least, most = float(turns.min()), float(turns.max())
    of = spread.items(columns.get("item_id"))
    yield Finding("value", spread.mean(value, of, 0, least, most))
    pays = np.where(np.isnan(value), np.nan, (value > price + marks.EDGE).astype(float))
    yield Finding("worth_asking", spread.share(pays, items=of))
    net = np.maximum(value - price, 0.0)
    yield Finding("net", spread.mean(net, of, 0, max(least - price, 0.0), max(most - price, 0.0)))
    alone = np.maximum(p * gain - (1 - p) * loss, 0.0)
    yield Finding("alone", spread.mean(alone, of, 0, 0.0, gain))


LENS = Lens(
    name="deference",
    title="Worth of asking a person",
    source="The Off-Switch Game, arXiv 1611.08219",
    up="neither",
    table="outputs",
    needs=("p_good|confidence",),
    may_use=("item_id",),
    parameters=(
        Parameter("score", "", "the chance that acting is good; empty: p_good, else confidence"),
        Parameter("gain", 1.0, "what acting brings where it is good", 0, 1e9),
        Parameter("loss", 1.0, "what it costs where it is not", 0, 1e9),
        Parameter("miss", 0.0, "share of the bad a person lets pass", 0, 1),
        Parameter("halt", 0.0, "share of the good a person stops", 0, 1),
        Parameter("price", 0.0, "what asking once costs", 0, 1e9),
    ),
    measures=measures,
    figure="dots",
    status=(
        "our definition, because the paper's utilities are continuous and here they are two: a "
        "gain and a loss, both settings; the value is E[max(U, 0)] - max(E[U], 0) as in the paper"
    ),
    edges=(
        "Up is ask first. With a person who never errs the value is 0 or more, 0 where the system "
        "is sure; one who errs lowers it, below 0 where the system alone does better. All rests on "
        "the system's own belief: an overconfident one finds nothing worth asking. An answer "
        "without a probability is lost, one outside 0 to 1 is refused."
    ),
    how_to_get={"p_good|confidence": "map a confidence, or load option log-probabilities"},
)
