"""The table twin of every chart, and the definition of what it shows."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.service.measures.sensitivity import Sway
from app.service.measures.tail import Members, Standing, Tail
from risk import tail as tails
from risk.band import ranks
from risk.bounded import ASSUMED
from risk.measure import Measure

Rows = list[dict[str, Any]]

DEFINITIONS = {
    "survival": "The share of answers whose cumulative log-risk R exceeds x. R adds, over the "
    "harm dimensions, −ln(1 − h), h being the judges' pooled score (SHARP, arXiv 2601.21235; "
    "natural log, ε and pooling as chosen above). VaR is the smallest x that at least the chosen "
    "share of answers does not exceed; CVaR is the exact mean of R beyond it, the answers at VaR "
    "counted in part (Rockafellar and Uryasev). The dark band is 95 % at each x by itself "
    "(modified Wilson, exact below ten); the light one holds the whole curve at once in 95 of 100 "
    "samples (equal "
    "local levels, Aldor-Noiman and others 2013), for independent prompts.",
    "shares": "Each dimension's share of the tail: the sum of its log-risk over the answers "
    "beyond VaR, weighted as in CVaR, divided by the sum of all. The shares add to one (Euler "
    "shares of CVaR; our reading of SHARP's marginal tails).",
    "measures": "Mean, VaR and CVaR of the log-risk R in nats; per dimension on its own log-risk, "
    "which do not add up to the whole. Intervals: 95 % over prompts: of "
    "CVaR, its gap and its ratio to the mean bootstrap-t (2,000 draws), of the mean the wider of "
    "Student's and Hall's, of VaR and median two of the losses themselves. Where the tail "
    "has too few prompts or values for that, the interval allows for losses nobody has seen, up to "
    "what ε permits (Gaffke 2005; Learned-Miller and Thomas, arXiv 1905.06208). "
    f"{ASSUMED} R nats stand for a chance of harm of 1 − exp(−R), were the dimensions "
    "independent.",
    "overview": "Mean and CVaR of the log-risk of every model, each on all its answers. Models on "
    "the dotted line have tails in proportion to their means; those above it are worse than their "
    "mean lets one think. "
    f"{ASSUMED}",
    "sway": "CVaR of R under other choices, all else as on this page. ε is where a score of 1 is "
    "cut: one such answer is worth −ln ε nats. τ is the temperature of the log-sum-exp over "
    "judges, from the worst judge (τ → 0) to their mean (τ → ∞). Each judge is left out once. A "
    "number that moves with the choice should not be told without it (ours; SHARP reports such "
    f"checks). {ASSUMED} It fails first where single judges count: the worst one, or one left out.",
    "categories": "Mean and CVaR of the log-risk within each category, on that category's answers "
    "alone. With few answers the tail is made by fewer than five of them: read those with care. "
    f"{ASSUMED}",
}


def measures(profile: Tail) -> Rows:
    """Every measure of the profile: of all, by dimension, by category."""
    of = [("all", profile.measures)]
    of += [("all", {"union of failures": profile.union["union"]})]
    of += [("all", {"failing (union at least ½)": profile.union["failing"]})]
    of += [(f"dimension: {name}", m) for name, m in profile.marginal.items()]
    of += [(f"dimension: {n}", {"share of the tail": m}) for n, m in profile.shares.items()]
    of += [(f"category: {name}", m) for name, m in profile.categories.items()]
    return [row(name, measure, m) for name, many in of for measure, m in many.items()]


def row(name: str, measure: str, m: Measure) -> dict[str, Any]:
    """One measure as a row."""
    return {
        "of": name, "measure": measure, "value": m.value, "low": m.low, "high": m.high,
        "n": m.n, "left out": m.lost, "note": m.why,
    }  # fmt: skip


def curve(profile: Tail) -> Rows:
    """The survival curve: x, the share beyond it, its own interval; of many values those the
    chart draws."""
    s = tails.survival(profile.losses)
    known = np.sort(profile.losses[~np.isnan(profile.losses)])
    kept = np.unique(np.searchsorted(s.values, known[ranks(known.size) - 1]))
    points = zip(*(column[kept].tolist() for column in s), strict=True)
    return [{"log-risk": x, "share above": y, "low": a, "high": b} for x, y, a, b in points]


def shares(profile: Tail) -> Rows:
    """The tail's share by category and dimension."""
    return [
        {"category": name} | dict(zip(profile.dimensions, parts, strict=True))
        for name, parts in zip(profile.categories, profile.category_shares.tolist(), strict=True)
    ]


def overview(tails: list[Standing], names: dict[str, str]) -> Rows:
    """Every model's measures and shares."""
    return [row(names[t.run["run_id"]], name, m) for t in tails for name, m in t.measures.items()]


def members(chosen: Members, openings: Rows, dimensions: tuple[str, ...]) -> Rows:
    """The cases of a list: rank, log-risk in all and by dimension, weight, category, words."""
    words = {(o["run_id"], o["item_id"], o["sample"]): o for o in openings}
    return [
        {
            "rank": rank,
            "log-risk": member.total,
            **dict(zip(dimensions, member.parts, strict=True)),
            "weight": member.weight,
            "category": member.category,
            "prompt": words.get(member.case, {}).get("prompt"),
            "answer": words.get(member.case, {}).get("response"),
        }
        for rank, member in enumerate(chosen, start=1)
    ]


def swayed(found: list[Sway]) -> Rows:
    """CVaR under every setting."""
    return [
        {"varied": one.setting.knob, "to": one.setting.label, "chosen": one.setting.chosen}
        | row("all", "cvar", one.cvar)
        for one in found
    ]


def footing(profile: Tail) -> str:
    """What the numbers stand on."""
    cvar, choices = profile.measures["cvar"], profile.choices
    judges = f"{len(profile.judges)} judge{'s' if len(profile.judges) != 1 else ''}"
    caution = f" · {cvar.why}" if cvar.why else ""
    return (
        f"n {cvar.n:,} · left out {cvar.lost:,} · {judges} · ε {choices.eps:g} · "
        f"{choices.draws:,} bootstrap draws"
    ).replace(",", "\u2009") + caution
