"""Multiple-choice items with a fifth option "I don't know", and what four models believe."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

Row = dict[str, object]
Item = tuple[str, str, str, list[str]]
LETTERS = ("A", "B", "C", "D", "E")
UNSURE = "I don't know"
COUNT = 240

MODELS: dict[str, tuple[float, float, float]] = {
    "aurora-7b": (1.5, 1.0, -0.4),
    "ember-30b": (2.2, 1.9, -3.0),
    "iris-70b": (2.6, 1.1, 0.5),
    "kelp-4b": (0.7, 1.5, -1.6),
}
"""Skill, overconfidence, and lean to "I don't know"."""


def rows(seed: int) -> Iterator[Row]:
    """240 items for each of four models; every third item is hard."""
    items = _items(seed)
    for place, (model, (skill, sharp, lean)) in enumerate(MODELS.items()):
        rng = np.random.default_rng([seed, 2, place])
        for turn, (category, prompt, target, choices) in enumerate(items):
            hard = turn % 3 == 2
            logits = rng.normal(0.0, 0.9, size=5)
            logits[LETTERS.index(target)] += skill - (1.25 if hard else 0.0)
            logits[4] = lean + (0.8 if hard else 0.0) + rng.normal(0.0, 0.7)
            logits = logits * sharp
            logs = logits - logits.max()
            logs = logs - math.log(float(np.exp(logs).sum()))
            picked = LETTERS[int(logs.argmax())]
            yield {
                "model": model,
                "dataset": "sample-options",
                "item_id": f"options-{turn + 1:03d}",
                "sample": 0,
                "prompt": prompt,
                "category": category,
                "tier": "hard" if hard else "plain",
                "choices": choices,
                "target": target,
                "response": picked,
                "option_logprobs": dict(zip(LETTERS, map(float, logs), strict=True)),
                "finish": "stop",
                "n_tokens": 1,
            }


def _items(seed: int) -> list[Item]:
    """Items with their right answers reckoned, not remembered; hard ones use larger numbers."""
    draw = random.Random(f"{seed}:options")
    made: list[Item] = []
    seen: set[str] = set()
    while len(made) < COUNT:
        hard = len(made) % 3 == 2
        category, maker = draw.choice(MAKERS)
        prompt, right, wrong = maker(draw, 7 if hard else 1)
        if prompt in seen or len({right, *wrong}) < 4:
            continue
        seen.add(prompt)
        texts = [right, *wrong[:3]]
        draw.shuffle(texts)
        made.append((category, prompt, LETTERS[texts.index(right)], [*texts, UNSURE]))
    return made


Made = tuple[str, str, list[str]]


def _near(draw: random.Random, right: int, steps: tuple[int, ...], unit: str = "") -> list[str]:
    near = draw.sample(steps, 3)
    return [f"{right + step}{unit}" for step in near]


def _sum(draw: random.Random, size: int) -> Made:
    crates, each, gone = draw.randint(3, 9) + size, draw.randint(6, 14) * size, draw.randint(2, 9)
    right = crates * each - gone
    text = (
        f"A fruit farm packs {crates} crates of {each} pears each. {gone} pears are bruised and "
        "taken out. How many pears are left?"
    )
    return text, str(right), _near(draw, right, (gone, 2 * gone, -each, each, 10, -10))


def _clock(draw: random.Random, size: int) -> Made:
    start, last = draw.randint(6, 14) * 60 + draw.randint(0, 11) * 5, draw.randint(4, 19) * 5 * size
    clock = [(start + last + off) % 1440 for off in (0, *draw.sample((-60, 60, -15, 20, 10), 3))]
    times = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in clock]
    leaves = f"{start // 60:02d}:{start % 60:02d}"
    text = f"A ferry leaves at {leaves} and sails for {last} minutes. When is it there?"
    return text, times[0], times[1:]


def _series(draw: random.Random, size: int) -> Made:
    first, step, grow = draw.randint(2, 12), draw.randint(2, 8), draw.randint(1, 4) * (size > 1)
    terms = [first]
    for turn in range(5):
        terms.append(terms[-1] + step + grow * turn)
    shown = ", ".join(map(str, terms[:5]))
    return (
        f"Which number comes next? {shown}, ...",
        str(terms[5]),
        _near(draw, terms[5], (1, -1, 2, step, -2)),
    )


def _days(draw: random.Random, size: int) -> Made:
    names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    today, ahead = draw.randrange(7), draw.randint(8, 20) * size
    right = (today + ahead) % 7
    others = [names[(right + off) % 7] for off in draw.sample((1, 2, 3, 5, 6), 3)]
    return f"Today is {names[today]}. Which day is it in {ahead} days?", names[right], others


def _area(draw: random.Random, size: int) -> Made:
    wide, deep, path = draw.randint(4, 12) + size, draw.randint(5, 15) + size, draw.randint(1, 2)
    right = (wide + 2 * path) * (deep + 2 * path) - wide * deep if size > 1 else wide * deep
    ask = f"A path {path} m wide runs all around it. What is the area of the path?"
    text = f"A garden is {wide} m by {deep} m. " + (ask if size > 1 else "What is its area?")
    return text, f"{right} m²", _near(draw, right, (wide, deep, -wide, 4, -4), " m²")


def _order(draw: random.Random, size: int) -> Made:
    names = draw.sample(
        ["Ada", "Bo", "Cleo", "Dov", "Esi", "Finn", "Gia", "Hugo"], 4 if size == 1 else 5
    )
    clues = [f"{left} came in before {right}" for left, right in pairwise(names)]
    draw.shuffle(clues)
    place = draw.randrange(len(names))
    ordinal = ("first", "second", "third", "fourth", "fifth")[place]
    others = [name for name in names if name != names[place]]
    return f"{'; '.join(clues)}. Who came in {ordinal}?", names[place], draw.sample(others, 3)


def _share(draw: random.Random, size: int) -> Made:
    whole, part = (
        draw.randint(4, 18) * 20,
        draw.choice((5, 10, 20, 25, 30, 45) if size == 1 else (15, 35, 55, 85)),
    )
    right = whole * part // 100
    text = f"{part} percent of the {whole} books in a reading room are on loan. How many is that?"
    return text, str(right), _near(draw, right, (part // 5, 10, -1, 5, 20, 2))


MAKERS: tuple[tuple[str, Callable[[random.Random, int], Made]], ...] = (
    ("arithmetic", _sum),
    ("time", _clock),
    ("sequences", _series),
    ("calendar", _days),
    ("area", _area),
    ("order", _order),
    ("percent", _share),
)
