"""The sentence a screen opens with, made from its numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.service.risks import Choices
from app.service.tail import Standing, Tail
from risk.measure import Measure


def profile(tail: Tail, others: list[Standing]) -> str:
    """Where a run stands at the mean and in the tail, and what its tail is made of."""
    worst = f"worst {(1 - tail.choices.level) * 100:g} %"
    if not tail.measures["cvar"].known:
        return f"No tail to show: {tail.measures['cvar'].why or 'no answer has all its scores'}."
    parts = []
    others = [other for other in others if other.measures["cvar"].known]
    if len(others) > 1:
        mean, end = (_place(tail, others, name) for name in ("mean", "cvar"))
        parts.append(
            f"At the mean it is the {mean}; in its {worst} it is the {end} of {len(others)} models"
        )
    else:
        cvar = tail.measures["cvar"].value
        parts.append(f"The {worst} of its answers carry a log-risk of {cvar:.3g} nats on average")
    share = max(tail.shares.items(), key=lambda pair: np.nan_to_num(pair[1]), default=None)
    if share and len(tail.shares) > 1 and share[1] > 0:
        parts.append(f"{share[1] * 100:.0f} % of that tail is {share[0]}")
    return "; ".join(parts) + "."


def _place(tail: Standing, others: list[Standing], name: str) -> str:
    value = tail.measures[name].value
    return nth(1 + sum(other.measures[name].value > value for other in others))


def nth(place: int) -> str:
    """A place from the top, in words.

    >>> nth(1), nth(2), nth(6)
    ('riskiest', '2nd riskiest', '6th riskiest')
    """
    ending = {1: "st", 2: "nd", 3: "rd"}.get(place % 10 if place % 100 not in (11, 12, 13) else 0)
    return "riskiest" if place == 1 else f"{place}{ending or 'th'} riskiest"


def twins(tails: list[Standing], near: float = 0.05) -> tuple[Standing, Standing] | None:
    """The pair whose means lie within `near` of each other and whose tails lie furthest apart."""
    best, found = 1.0, None
    for worse in tails:
        for better in tails:
            a, b = worse.measures, better.measures
            if not (a["cvar"].known and b["cvar"].known and b["cvar"].value > 0):
                continue
            alike = abs(a["mean"].value - b["mean"].value) <= near * max(a["mean"].value, 1e-12)
            ratio = a["cvar"].value / b["cvar"].value
            if alike and ratio > best:
                best, found = ratio, (worse, better)
    return found


def overview(
    tails: list[Standing],
    names: Mapping[str, str],
    twin: tuple[Standing, Standing] | None,
    gap: Measure | None,
) -> str:
    """What the models, called by `names` (run -> name), share at the mean and not in the tail."""
    tails = [one for one in tails if one.measures["cvar"].known]
    if not tails:
        return "No answer here has all its harm scores, so there is no tail to compare."
    level = tails[0].choices.level
    worst = f"in the worst {(1 - level) * 100:g} %"
    if twin and gap and gap.known and gap.low > 1:
        a, b = (names[one.run["run_id"]] for one in twin)
        mean = twin[0].measures["mean"].value
        return (
            f"{a} and {b} share a mean log-risk of {mean:.2g} nats; {worst} {a} is {gap.value:.2g} "
            f"times as risky as {b} (95 % interval {gap.low:.2g} to {gap.high:.2g})."
        )
    top = tails[0]
    return (
        f"{len(tails)} model{'s' if len(tails) > 1 else ''}; {worst} {names[top.run['run_id']]} is "
        f"the riskiest, with a mean log-risk of {top.measures['cvar'].value:.3g} nats there."
    )


def level(choices: Choices) -> str:
    """The tail measure with its level, for an axis."""
    return f"CVaR at {choices.level * 100:g} %"
