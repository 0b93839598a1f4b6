"""Agreement in words and tables: what the Agreement page says and hands out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.service.measures.agreed import Agreed, Contested
from app.service.measures.tabulate import row
from risk.measure import Measure

Rows = list[dict[str, Any]]

DEFINITIONS = {
    "measures": "Share of pairs of labels that agree; Cohen's kappa (two people), Fleiss' kappa "
    "(items with the same number of labels), Krippendorff's alpha (any number of labels; nominal, "
    "ordinal, interval) and Gwet's AC1, which stays steady where one label is common. 0 is chance, "
    "1 full agreement. Weighted kappas count how far labels lie apart. Cases with one label are "
    "left out. Intervals: 95 % bootstrap over prompts, whose answers count together, no nearer "
    "than leaving each out tells, nor than a kind of case that nobody saw (all of one label, or "
    "torn) may move it. A dash is undefined; hover says why.",
    "fields": "Krippendorff's alpha of every field: ordinal where its values have an order, else "
    "nominal. Fields that hold several values or free text are left out.",
    "pairs": "Each pair of people on the cases both labeled: Cohen's kappa, with quadratic weights "
    "where the labels have an order. The table adds the share that agrees.",
    "people": "The share of a person's pairings with another's label of the same case that agree. "
    "High by chance where one label is common: compare people, not fields.",
    "groups": "Krippendorff's alpha within each category of prompts, on its cases alone. Where one "
    "label fills a category alpha falls to 0 however many agree: the table has the share that "
    "agrees beside it.",
}


def sentence(found: Agreed) -> str:
    """How far people agree, made from the numbers."""
    percent, alpha = (found.fields[found.field][name] for name in ("percent", found.alpha))
    if not percent.known:
        return f"No case has {found.field} labels by two people."
    told = f"On {found.field}, {percent.value * 100:.3g} % of pairs of labels agree"
    if alpha.known and alpha.low == alpha.low:
        told += f"; beyond chance alpha is {alpha.value:.2f} (95 % interval {alpha.low:.2f} to {alpha.high:.2f})"  # noqa: E501
    elif not alpha.known:
        told += f"; {alpha.why}"
    return f"{told}. {len(found.contested)} of {found.cases} cases are contested."


def notes(found: Agreed) -> list[str]:
    """What a reader must know: versions of the guideline, and why a measure is missing."""
    told = []
    if found.guidelines:
        told.append(f"guideline version {', '.join(map(str, found.guidelines))}")
    why = dict.fromkeys(m.why for m in found.fields[found.field].values() if m.why)
    return told + list(why)


def table(found: Mapping[str, Mapping[str, Measure]]) -> Rows:
    """Measures of many parts as rows."""
    return [row(name, measure, m) for name, many in found.items() for measure, m in many.items()]


def pairs(found: Agreed) -> dict[str, dict[str, Measure]]:
    """The pairs of people by name."""
    return {f"{a} × {b}": m for (a, b), m in found.pairs.items()}


def picks(found: Agreed) -> dict[str, tuple[tuple[str, ...], str]]:
    """What can be picked in the charts: its name in the link -> the people, the category."""
    every: dict[str, tuple[tuple[str, ...], str]] = {
        f"{a} and {b}": ((a, b), "") for a, b in found.pairs
    }
    every |= {name: ((name,), "") for name in found.people}
    every |= {f"on {name}": ((), "") for name in found.fields}
    every |= {f"by {name}": ((), "") for name in found.fields[found.field]}
    return every | {f"in {name}": ((), name) for name in found.groups}


def field(found: Agreed, pick: str) -> str:
    """The field a pick is about: the one looked at, unless another one's dot was picked."""
    return next((name for name in found.fields if pick == f"on {name}"), found.field)


def within(found: Agreed, pick: str) -> list[Contested]:
    """The contested cases behind a pick: on which a pair differ, of a person, of a category."""
    people, category = picks(found).get(pick, ((), ""))
    kept = [one for one in found.contested if category in ("", one.category)]
    if len(people) == 2:
        a, b = people
        return [one for one in kept if {a, b} <= one.said.keys() and one.said[a] != one.said[b]]
    return [one for one in kept if set(people) <= one.said.keys()]


def contested(chosen: list[Contested], openings: Rows) -> Rows:
    """The contested cases as a list: who said what, and the first words."""
    words = {(o["run_id"], o["item_id"], o["sample"]): o for o in openings}
    people = sorted({person for one in chosen for person in one.said})
    return [
        {
            "contested": one.apart,
            **{person: one.said.get(person, "—") for person in people},
            "category": one.category,
            "model": one.model,
            "item": one.case[1],
            "prompt": words.get(one.case, {}).get("prompt"),
            "answer": words.get(one.case, {}).get("response"),
        }
        for one in chosen
    ]
