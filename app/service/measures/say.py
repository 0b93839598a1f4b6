"""The sentence a screen opens with, made from its numbers."""

from __future__ import annotations

from collections.abc import Mapping

from app.service.measures.tail import Members, Pick, Standing, Tail
from app.service.outputs.risks import Choices
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
    known = {name: share.value for name, share in tail.shares.items() if share.known}
    most = max(known, key=known.__getitem__, default="")
    if len(known) > 1 and known[most] > 0:
        parts.append(f"{known[most] * 100:.0f} % of that tail is {most}")
    return "; ".join(parts) + "."


def _place(tail: Standing, others: list[Standing], name: str) -> str:
    value = tail.measures[name].value
    return nth(1 + sum(other.measures[name].value > value for other in others))


def behind(pick: Pick, members: Members, choices: Choices) -> str:
    """Which answers a list holds: those behind the number a person picked."""
    n = f"{members.whole:,}".replace(",", "\u2009")
    n, level = f"{n} answer{'s' if members.whole != 1 else ''}", f"{choices.level * 100:g} %"
    where = f" in {pick.category}" if pick.category else ""
    of = f" of {pick.dimension}" if pick.dimension else ""
    under = f", made with {_setting(pick.under)}" if pick.under else ""
    if pick.of == "share":
        whose = f" that {pick.dimension} adds to" if pick.dimension else ""
        return f"{n}{where} in the joint tail{whose}"
    if pick.of == "var":
        return f"{n}{where} exactly at VaR{of} at {level}{under}"
    if pick.of == "mean":
        return f"{n}{where}, of which the mean{of} is made, the worst first{under}"
    if pick.worst:
        return f"{n}{where}: the worst {pick.worst * 100:g} %{of}{under}"
    return f"{n}{where} behind the CVaR{of} at {level}{under}"


def _setting(under: str) -> str:
    knob, _, label = under.partition(" ")
    if knob == "judge":
        return f"judge {label[1:]} left out" if label.startswith("-") else "all judges"
    named = {"mean": "the judges' mean", "max": "the worst judge"}
    return named.get(label, f"{'ε' if knob == 'eps' else 'τ'} {label}")


def cautions(tail: Tail) -> list[str]:
    """Which categories have too few prompts for a tail of their own."""
    few = [name for name, m in tail.categories.items() if m["cvar"].known and m["cvar"].why]
    return [f"fewer than 5 prompts make the CVaR of {', '.join(few)}"] if few else []


def flips(turned: list[tuple[str, str, str]]) -> str:
    """Whether leaving a judge out turns the order of two models in the tail."""
    if not turned:
        return "No two models change places in the tail when one judge is left out."
    said = [f"without {judge[1:]}, {b} is worse than {a}" for judge, a, b in turned[:3]]
    more = f"; and {len(turned) - 3} more" if len(turned) > 3 else ""
    return f"The order of models turns: {'; '.join(said)}{more}."


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
    name, there = names[tails[0].run["run_id"]], f"{tails[0].measures['cvar'].value:.3g} nats"
    if len(tails) == 1:
        return f"1 model: {name} has a mean log-risk of {there} {worst} of its answers."
    return f"{len(tails)} models; {worst} {name} is the riskiest, with a mean log-risk of {there}."


def level(choices: Choices) -> str:
    """The tail measure with its level, for an axis."""
    return f"CVaR at {choices.level * 100:g} %"
