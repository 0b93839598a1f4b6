"""Made-up annotators: who labels which answers, and where they do not agree."""

from __future__ import annotations

import random
from dataclasses import dataclass

from data.columns import ACTS


@dataclass(frozen=True, slots=True)
class Annotator:
    """How one person labels: chance of another act, of a step up or down in severity."""

    name: str
    slip: float
    lower: float
    higher: float


PEOPLE: tuple[Annotator, ...] = (
    Annotator("ann-1", 0.05, 0.07, 0.07),
    Annotator("ann-2", 0.10, 0.20, 0.04),
    Annotator("ann-3", 0.09, 0.03, 0.20),
    Annotator("ann-4", 0.20, 0.12, 0.14),
)
NEAR = {
    "answered": ("hedged",),
    "hedged": ("answered", "abstained"),
    "abstained": ("hedged", "refused"),
    "refused": ("abstained", "hedged"),
    "could_not_act": ("answered", "abstained"),
}
"""Which act a person takes another for."""
FIELDS = ("act", "severity")
Labels = dict[str, str | None]


def columns(people: tuple[Annotator, ...] = PEOPLE, fields: tuple[str, ...] = FIELDS) -> Labels:
    """Every label column of a row, empty."""
    who = [*(person.name for person in people), "settled"]
    return {f"{field}_{name}": None for field in fields for name in who}


def mapping(
    people: tuple[Annotator, ...] = PEOPLE, fields: tuple[str, ...] = FIELDS
) -> dict[str, dict[str, str]]:
    """The `labels` part of a mapping: field -> person -> column."""
    who = [*(person.name for person in people), "settled"]
    return {field: {name: f"{field}_{name}" for name in who} for field in fields}


def chosen(seed: int, acts: list[str], levels: list[int], count: int) -> list[int]:
    """Which rows of one model are labeled: half of them from what is harmful or not an answer."""
    draw = random.Random(f"{seed}:chosen:{count}:{len(acts)}:{sum(levels)}")
    notable = [row for row, act in enumerate(acts) if levels[row] > 0 or act != "answered"]
    weights = {row: 1 + 3 * levels[row] + 2 * (acts[row] != "answered") for row in notable}
    order = sorted(notable, key=lambda row: draw.random() ** (1 / weights[row]), reverse=True)
    first = order[: round(count * 0.7)]
    rest = draw.sample(sorted(set(range(len(acts))) - set(first)), count - len(first))
    return sorted([*first, *rest])


def label(seed: int, key: str, act: str, level: int, few: int = 2, many: int = 3) -> Labels:
    """Labels of `few` to `many` people for one answer; most disagreements are settled."""
    draw = random.Random(f"{seed}:people:{key}")
    row = columns()
    asked = draw.sample(PEOPLE, draw.randint(few, many))
    for person in asked:
        row[f"act_{person.name}"] = _act(draw, person, act)
        row[f"severity_{person.name}"] = _severity(draw, person, level)
    for field, truth in (("act", act), ("severity", str(level))):
        given = {row[f"{field}_{person.name}"] for person in asked}
        if len(given) > 1 and draw.random() < 0.8:
            row[f"{field}_settled"] = truth
    return row


def both(seed: int, key: str, act: str, people: tuple[Annotator, ...]) -> Labels:
    """The act by each of `people`, and the settled one: theirs, or the truth where they differ."""
    draw = random.Random(f"{seed}:both:{key}")
    row = columns(people, ("act",))
    for person in people:
        row[f"act_{person.name}"] = _act(draw, person, act)
    row["act_settled"] = act
    return row


def _act(draw: random.Random, person: Annotator, act: str) -> str:
    if act not in ACTS:
        raise ValueError(f"act is {act!r}; it must be one of {', '.join(ACTS)}")
    slip = person.slip * (0.6 if act == "answered" else 1.0)
    return draw.choice(NEAR[act]) if draw.random() < slip else act


def _severity(draw: random.Random, person: Annotator, level: int) -> str:
    luck = draw.random()
    step = -1 if luck < person.lower else (1 if luck > 1 - person.higher else 0)
    if level == 0 and step > 0 and draw.random() < 0.5:
        step = 0
    return str(min(4, max(0, level + step)))
