"""The comparison in words and tables: what the Compare page says and hands out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from app.service.measures.compare import Compared, Driver
from app.service.measures.tabulate import row
from app.service.outputs.losses import LOG_RISK
from risk.bounded import ASSUMED
from risk.dominance import Dominance

Rows = list[dict[str, Any]]
Names = Mapping[str, str]

DEFINITIONS = {
    "gaps": "Paired differences on the answers all chosen models share: the statistic of the first "
    "minus that of the second, with a 95 % interval of a bootstrap that draws the "
    "same prompts for both; that of a mean is no nearer than Student's and Hall's of the "
    "differences, as few skewed ones need it, that of CVaR no nearer than bootstrap-t and "
    f"Student's. {ASSUMED} The table adds p-values (the interval holds 0 just where p is above "
    ".05; Wilcoxon's signed ranks on prompt means, with its rank-biserial effect), each adjusted "
    "by Holm over all pairs.",
    "places": "A model's place by its mean and by its CVaR, 1 the riskiest. The interval holds for "
    "each model at 95 % also where models tie: simultaneous bootstrap intervals of its differences "
    "to the others say which lie surely above and surely below it (Mogstad, Romano, Shaikh and "
    "Wilhelm 2024, Inference for Ranks). Over all prompts: Friedman's test with Kendall's W.",
    "flips": "Pairs that the mean orders one way and CVaR the other: whoever decides by the mean "
    "decides against the tail. A flip is sure where neither 95 % interval reaches 0; p is the "
    "larger of both differences' p-values, adjusted by Holm over all pairs (our definition, after "
    "SHARP's finding, arXiv 2601.21235).",
    "first": "First-order stochastic dominance: the share of answers beyond each threshold, first "
    "model minus second. If it never falls below 0 the first is riskier whatever one's attitude to "
    "risk. The band holds at all thresholds together (95 %).",
    "second": "Second-order stochastic dominance (increasing convex order): the expected excess "
    "over each threshold, first model minus second. If it never falls below 0 the first has the "
    "larger CVaR at every level. The band holds at all thresholds together (95 %).",
}


def title(found: Compared) -> str:
    """What is compared, with its unit."""
    if found.what == LOG_RISK:
        return "log-risk, nats"
    return f"1 − {found.what}" if found.up == "good" else found.what


def direction(found: Compared) -> str:
    """Which way is worse, in words."""
    if found.up == "good":
        return f"{found.what} is good, so its loss 1 − {found.what} is compared: up is worse"
    if found.up == "harm":
        return "up is worse"
    return f"{found.what} is neither good nor bad: the tail is its upper end"


def more(found: Compared) -> str:
    """What the larger loss is called: riskier, or higher where up is neither good nor bad."""
    return "higher" if found.up == "neither" else "riskier"


def most(found: Compared) -> str:
    """What the largest loss is called."""
    return "highest" if found.up == "neither" else "riskiest"


def flip_title(found: Compared, shown: int) -> str:
    """How many pairs flip for sure, how many more may, and how many of them are shown."""
    sure = sum(flip.sure for flip in found.flips)
    doubt = len(found.flips) - sure
    more = f", {doubt} more in doubt" if doubt else ""
    few = f"; the surest {shown}" if shown < len(found.flips) else ""
    return f"Decision flips: {sure} of {len(found.pairs)} pairs for sure{more}{few}"


def sentence(found: Compared, names: Names) -> str:
    """What the comparison shows first: flips, else who is clearly worst."""
    n = f"On {found.shared.n} answers that all {len(found.runs)} models share"
    sure = [flip for flip in found.flips if flip.sure]
    if sure:
        first = sure[0]
        a, b = (names[found.runs[k]] for k in (first.a, first.b))
        many = f"{len(sure)} of {len(found.pairs)} pairs flip"
        less, worse = ("lower", "higher") if found.up == "neither" else ("better", "worse")
        return (
            f"{n}, {many}: {a} is {less} than {b} at the mean and {worse} in the "
            f"{worst(found)}, both for sure."
        )
    places = found.places["cvar"]
    top = min(range(len(places)), key=lambda k: places[k].value)
    alone = places[top].high == 1
    count = len(found.flips)
    some = "one pair flips, not for sure" if count == 1 else f"{count} pairs flip, none for sure"
    flips = f"; {some}" if count else "; no pair flips"
    if places[top].value > 1:
        level = [names[run] for run, m in zip(found.runs, places, strict=True) if m == places[top]]
        return f"{n}, {' and '.join(level)} share the {most(found)} {worst(found)}{flips}."
    clear = "for sure" if alone else f"though place {places[top].high:g} cannot be ruled out"
    return (
        f"{n}, {names[found.runs[top]]} is the {most(found)} in the {worst(found)}, {clear}{flips}."
    )


def worst(found: Compared) -> str:
    """The tail in words."""
    end = "upper" if found.up == "neither" else "worst"
    return f"{end} {(1 - found.choices.level) * 100:g} %"


def footing(found: Compared, names: Names) -> str:
    """What the comparison stands on, and what was left out."""
    parts = [f"n {found.shared.n} shared answers", f"left out {found.apart}", direction(found)]
    if len(found.runs) == 2:
        parts.append(f"Wilcoxon {_p(found.pairs[0].signed.p)}")
    elif found.ranks.p == found.ranks.p:
        parts.append(f"Friedman {_p(found.ranks.p)}, Kendall's W {found.ranks.effect:.2f}")
    parts.append(f"{found.choices.draws} bootstrap draws")
    if found.absent:
        parts.append(f"without this score: {', '.join(names[run] for run in found.absent)}")
    return " · ".join(parts)


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def dominates(found: Dominance, a: str, b: str, more: str = "riskier") -> str:
    """The verdict of a dominance curve in words."""
    what = "at every threshold" if found.order == 1 else "in every tail"
    told = {
        "a above b": f"{a} is {more} than {b} {what}",
        "b above a": f"{b} is {more} than {a} {what}",
        "they cross": f"neither is {more} {what}: the curves cross",
        "no difference": "both are the same",
    }[found.verdict]
    return f"{told} ({'for sure' if found.sure else 'in this sample; the band allows otherwise'})"


def pairs(found: Compared, names: Names) -> Rows:
    """Every pair and statistic: difference, interval, p-values as found and adjusted."""
    rows: Rows = []
    for pair in found.pairs:
        a, b = (names[found.runs[k]] for k in (pair.a, pair.b))
        for name, gap in pair.gaps.items():
            p, holm = pair.p[name]
            rows.append(row(f"{a} − {b}", name, gap) | {"p": p, "p (Holm)": holm})
        signed = pair.signed
        rows.append({
            "of": f"{a} − {b}", "measure": "Wilcoxon, rank-biserial", "value": signed.effect,
            "n": signed.n, "left out": signed.lost, "note": signed.why, "p": signed.p,
            "p (Holm)": pair.holm,
        })  # fmt: skip
    return rows


def places(found: Compared, names: Names) -> Rows:
    """Every model's place by mean, VaR and CVaR."""
    return [
        row(names[run], f"place by {name}", found.places[name][k])
        for k, run in enumerate(found.runs)
        for name in found.places
    ]


def flips(found: Compared, names: Names) -> Rows:
    """Every flip: both differences with intervals, p, and whether it is sure."""
    rows: Rows = []
    for flip in found.flips:
        of = f"{names[found.runs[flip.a]]} − {names[found.runs[flip.b]]}"
        for name, gap in (("mean", flip.mean), ("cvar", flip.tail)):
            rows.append(row(of, name, gap) | {"p (Holm)": flip.p, "sure": flip.sure})
    return rows


def curve(found: Dominance) -> Rows:
    """The dominance curve with its band."""
    columns = (found.at, found.gap, found.low, found.high)
    return [
        {"threshold": t, "difference": y, "low": low, "high": high}
        for t, y, low, high in zip(*(column.tolist() for column in columns), strict=True)
    ]


def driven(chosen: tuple[Driver, ...], openings: Rows, a: str, b: str) -> Rows:
    """The answers that drive a gap: both losses, what each adds, category, first words."""
    words = {(o["run_id"], o["item_id"], o["sample"]): o for o in openings}
    return [
        {
            a: one.a, b: one.b, "adds to the tail's gap": one.tail, "adds to the mean's": one.mean,
            "category": one.category, "prompt": words.get(one.case, {}).get("prompt"),
        }
        for one in chosen
    ]  # fmt: skip


def threshold(link: str) -> float | None:
    """The threshold a link names; None where it names none.

    >>> threshold("0.25"), threshold("nan"), threshold("")
    (0.25, None, None)
    """
    try:
        told = float(link)
    except ValueError:
        return None
    return told if math.isfinite(told) else None


def beyond(chosen: list[Driver], threshold: float | None) -> list[Driver]:
    """Those on different sides of a threshold: what a point of a dominance curve is made of."""
    if threshold is None:
        return chosen
    return [one for one in chosen if (one.a > threshold) != (one.b > threshold)]
