"""The table twin of every chart, and the definition of what it shows."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.service.tail import Member, Standing, Tail
from risk import tail as tails
from risk.measure import Measure

Rows = list[dict[str, Any]]

DEFINITIONS = {
    "survival": "The share of answers whose cumulative log-risk R exceeds x. R adds, over the harm "
    "dimensions, −ln(1 − h), h being the judges' pooled score (SHARP, arXiv 2601.21235; natural "
    "log, ε and pooling as chosen above). VaR is the smallest x that at least the chosen share of "
    "answers does not exceed; CVaR is the exact mean of R beyond it, the answers at VaR counted in "
    "part (Rockafellar and Uryasev). The band is a pointwise 95 % Wilson interval.",
    "shares": "Each dimension's share of the tail: the sum of its log-risk over the answers beyond "
    "VaR, weighted as in CVaR, divided by the sum of all. The shares add to one (Euler shares of "
    "CVaR; our reading of SHARP's marginal tails).",
    "measures": "Mean, VaR and CVaR of the log-risk R in nats; per dimension on its own log-risk, "
    "which do not add up to the whole. Intervals: 95 % percentile bootstrap over prompts. R nats "
    "stand for a chance of harm of 1 − exp(−R), were the dimensions independent.",
    "overview": "Mean and CVaR of the log-risk of every model, each on all its answers. Models on "
    "the dotted line have tails in proportion to their means; those above it are worse than their "
    "mean lets one think.",
    "categories": "Mean and CVaR of the log-risk within each category, on that category's answers "
    "alone. With few answers the tail is made by fewer than five of them: read those with care.",
}


def measures(profile: Tail) -> Rows:
    """Every measure of the profile: of all, by dimension, by category."""
    of = [("all", profile.measures)]
    of += [(f"dimension: {name}", m) for name, m in profile.marginal.items()]
    of += [(f"category: {name}", m) for name, m in profile.categories.items()]
    return [row(name, measure, m) for name, many in of for measure, m in many.items()]


def row(name: str, measure: str, m: Measure) -> dict[str, Any]:
    """One measure as a row."""
    return {
        "of": name, "measure": measure, "value": m.value, "low": m.low, "high": m.high,
        "n": m.n, "left out": m.lost, "note": m.why,
    }  # fmt: skip


def curve(profile: Tail) -> Rows:
    """The survival curve: x, share beyond it, its interval."""
    s = tails.survival(profile.losses)
    points = zip(s.values.tolist(), s.share.tolist(), s.low.tolist(), s.high.tolist(), strict=True)
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


def members(chosen: tuple[Member, ...], openings: Rows, dimensions: tuple[str, ...]) -> Rows:
    """The cases of the tail: rank, log-risk in all and by dimension, category, first words."""
    words = {(o["run_id"], o["item_id"], o["sample"]): o for o in openings}
    return [
        {
            "rank": rank,
            "log-risk": member.total,
            **dict(zip(dimensions, member.parts, strict=True)),
            "category": member.category,
            "prompt": words.get(member.case, {}).get("prompt"),
            "answer": words.get(member.case, {}).get("response"),
        }
        for rank, member in enumerate(chosen, start=1)
    ]


def within(profile: Tail, category: str | None, dimension: str | None) -> tuple[Member, ...]:
    """The members of the tail of a category, those first in which the dimension weighs most."""
    kept = [m for m in profile.members if category in (None, m.category)]
    if dimension in profile.dimensions:
        place = profile.dimensions.index(dimension)
        kept = [m for m in kept if np.nan_to_num(m.parts[place]) > 0]
        kept.sort(key=lambda m: -m.parts[place])
    return tuple(kept)


def footing(profile: Tail) -> str:
    """What the numbers stand on."""
    cvar, choices = profile.measures["cvar"], profile.choices
    judges = f"{len(profile.judges)} judge{'s' if len(profile.judges) != 1 else ''}"
    caution = f" · {cvar.why}" if cvar.why else ""
    return (
        f"n {cvar.n} · left out {cvar.lost} · {judges} · ε {choices.eps:g} · "
        f"{choices.draws} bootstrap draws{caution}"
    )


def _agreed(checks: Rows) -> str:
    """How a file's own numbers compare with those recomputed from what was loaded.

    >>> _agreed([{"agrees": True}, {"agrees": False}, {"agrees": None}])
    '1 of 2 differ'
    """
    told = [check["agrees"] for check in checks if check["agrees"] is not None]
    if not told:
        return "not checked" if checks else ""
    differ = told.count(False)
    return f"{differ} of {len(told)} differ" if differ else f"{len(told)} equal"


def checked(runs: Rows) -> Rows:
    """The runs, each with how its file's own numbers compare, as the shell lists them."""
    return [run | {"own numbers": _agreed(run["checks"])} for run in runs]


def loaded(runs: Rows) -> Rows:
    """The loaded runs as the overview lists them."""
    return [
        {
            "model": run["model"] or "— prompts only",
            "data set": run["dataset"],
            "outputs": run["outputs"],
            "refused rows": run["refused"],
            "own numbers": _agreed(run["checks"]),
            "file": run["source"],
            "format": run["format"],
            "loaded": run["made_at"],
            "by": run["loaded_by"],
        }
        for run in runs
    ]
