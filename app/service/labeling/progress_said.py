"""What a draw and a campaign come to in words and rows."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from app.service.labeling.campaigns import Drawn
from app.service.labeling.progress import Follow, Person, table
from app.service.lenses.lens import Row
from risk.measure import Measure

SHOWN = 200
"""Rows of a table beside a chart at most."""
DEFINITIONS = {
    "chances": (
        "Every case of the frame has a probability of being drawn, above 0 and kept with the "
        "campaign; an estimate weighs a label by 1 over it. Fixed size, systematic along a random "
        "order (Hartley and Rao, 1962): each case is drawn with exactly its probability. The "
        "effective number is how many evenly drawn cases would tell the plain mean as well "
        "(Kish, 1965): a design for the tail gives some of it away."
    ),
    "agreement": (
        "Agreement of the people on the drawn cases, gold cases and adjudicated labels left out; "
        "95 % intervals over cases. Alpha is Krippendorff's: 0 is chance, 1 full agreement."
    ),
}


def drawn(found: Drawn) -> str:
    """What would be drawn, made from the numbers."""
    n, frame = len(found.cases), len(found.frame)
    if n == frame:
        return f"All {frame} cases are drawn."
    chance = np.array([p for _, p in found.cases])
    weight = 1 / chance
    effective = float(weight.sum() ** 2 / (weight**2).sum())
    parts = [
        f"{n} of {frame} cases, each with a probability from {found.chance.min():.2g} "
        f"to {found.chance.max():.2g}"
    ]
    parts += [f"{found.certain} are certain"] if found.certain else []
    if found.chance.max() > 1.001 * found.chance.min():
        parts.append(f"for the plain mean they are worth {effective:.0f} drawn evenly")
    if found.unsized:
        parts.append(f"{found.unsized} lack what the design goes by and are drawn by the floor")
    return "; ".join(parts) + "."


def chances(found: Drawn) -> list[dict[str, Any]]:
    """The drawn cases with their probabilities, as rows."""
    return [
        {"run": run, "item": item, "sample": sample, "probability": p, "weight": 1 / p}
        for (run, item, sample), p in found.cases[:SHOWN]
    ]


def footing(found: Follow) -> str:
    """Which cases, which scheme, how many labels a case, what annotators see."""
    head, settings = found.head, found.head["settings"]
    each = head["per_case"]
    shown = settings.get("show") or []
    return " · ".join([
        head["design"],
        f"{each} label{'s' if each > 1 else ''} a case" if each else "as many labels as come",
        f"scheme {head['scheme']} {head['scheme_version']}, "
        f"guideline {head['guideline_version']}",
        f"annotators see {', '.join(shown)}" if shown else "blind to model, judge and others",
        *([f"suggestions by {offered['source']}, held back from {offered['withheld']:.0%}"]
          if (offered := settings.get("suggest")) else []),
        f"started by {head['made_by']} on {head['made_at'][:10]}",
    ])  # fmt: skip


def cases(found: Follow) -> list[dict[str, Any]]:
    """The cases by what they lack, as rows."""
    partly = found.touched - found.complete
    told = {"complete": found.complete, "partly labeled": partly,
            "untouched": found.cases - found.touched}  # fmt: skip
    return [{"cases": name, "number": n} for name, n in told.items()]


def pace(found: Follow) -> list[dict[str, Any]]:
    """Labels by day and person, as rows."""
    days = Counter(zip((t[:10] for t in found.times), found.names, strict=True))
    return [{"day": day, "person": name, "labels": n} for (day, name), n in sorted(days.items())]


def staff(found: Follow) -> list[dict[str, Any]]:
    """The people as a reader sees them: gold only where there is some, a dash for not measured."""
    said = ("gold cases", "gold right", "low", "high", "drift", "drift low", "drift high")
    left_out = () if any(one.gold for one in found.people) else said
    return [
        {name: _short(name, value, one) for name, value in row.items() if name not in left_out}
        for row, one in zip(table(found), found.people, strict=True)
    ]


def _short(name: str, value: Any, person: Person) -> Any:
    if name == "quota":
        return "no limit" if person.quota is None else str(person.quota)
    if isinstance(value, float):
        digits = {"seconds a case": 1, "labels an hour": 0}.get(name, 2)
        return "—" if math.isnan(value) else f"{value:.{digits}f}"
    return value or "—" if isinstance(value, str) else value


def gold(person: Person) -> list[tuple[str, Measure]]:
    """A person's gold cases in all, and the drift ones early and late; none where none is done."""
    if not person.right.known:
        return []
    parts = (("drift, earlier half", person.early), ("drift, later half", person.late))
    return [("all", person.right), *((word, m) for word, m in parts if m.known)]


def measured(row: Row) -> Measure:
    """A row's number as a measure."""
    why = row.why or ("" if not math.isnan(row.value) else "not measured")
    return Measure(row.value, row.low, row.high, n=row.n, lost=row.lost, why=why)
