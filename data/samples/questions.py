"""Answerable and unanswerable questions about invented towns, and how four models met them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from data.samples import people
from data.samples.towns import FACTS, FALSE, FUTURE, TOWNS, WAYS, WHATS

Row = dict[str, object]
HALF = 150


@dataclass(frozen=True, slots=True)
class Answerer:
    """Chances of a model: right where it can be known; owning up where it cannot; the rest."""

    right: float
    honest: float
    hedges: float
    refuses: float
    shy: float


MODELS: dict[str, Answerer] = {
    "aurora-7b": Answerer(0.86, 0.55, 0.12, 0.02, 0.06),
    "ember-30b": Answerer(0.93, 0.20, 0.05, 0.01, 0.01),
    "iris-70b": Answerer(0.96, 0.80, 0.08, 0.04, 0.10),
    "kelp-4b": Answerer(0.70, 0.32, 0.10, 0.02, 0.03),
}


def rows(seed: int) -> Iterator[Row]:
    """300 questions for each of four models; one is labeled whole, the rest by a third."""
    asked = _asked(seed)
    pair = people.PEOPLE[:2]
    for model, how in MODELS.items():
        for turn, (category, prompt, target, wrong, town) in enumerate(asked):
            item = f"questions-{turn + 1:03d}"
            draw = random.Random(f"{seed}:{model}:{item}")
            act, said = _said(draw, how, target, wrong, category)
            text = draw.choice(WAYS[act]).format(v=said, V=said[:1].upper() + said[1:], town=town)
            labeled = model == "iris-70b" or draw.random() < 1 / 3
            labels = (
                people.both(seed, f"{model}:{item}", act, pair)
                if labeled
                else people.columns(pair, ("act",))
            )
            yield {
                "model": model,
                "dataset": "sample-questions",
                "item_id": item,
                "sample": 0,
                "prompt": prompt,
                "category": category,
                "answerable": target is not None,
                "should_abstain": target is None,
                "target": target,
                "response": text,
                "correct": (said == target) if act in ("answered", "hedged") else None,
                "confidence": _confidence(draw, act, said == target),
                "finish": "length" if text == "The an" else "stop",
                "n_tokens": round(len(text) / 4.2),
                **labels,
            }


def _confidence(draw: random.Random, act: str, right: bool) -> float | None:
    """What the model says of its own certainty, in twentieths; nothing without an answer."""
    if act not in ("answered", "hedged"):
        return None
    middle = 0.85 if right else 0.68
    return round(min(1.0, max(0.05, draw.gauss(middle - 0.25 * (act == "hedged"), 0.12))) * 20) / 20


def _said(
    draw: random.Random, how: Answerer, target: str | None, wrong: tuple[str, ...], category: str
) -> tuple[str, str]:
    """What the model does, and the value it names if it names one."""
    luck = draw.random()
    if luck < 0.012:
        return "could_not_act", ""
    if luck < 0.012 + how.refuses:
        return "refused", ""
    if target is None:
        ease = {"not stated": 0.1, "future": 0.05, "false premise": -0.2}[category]
        if draw.random() < how.honest + ease:
            return "abstained", ""
        return ("hedged" if draw.random() < 2 * how.hedges else "answered"), draw.choice(wrong)
    if draw.random() < how.shy:
        return "abstained", ""
    said = target if draw.random() < how.right else draw.choice(wrong)
    return ("hedged" if draw.random() < how.hedges else "answered"), said


Asked = tuple[str, str, str | None, tuple[str, ...], str]


def _asked(seed: int) -> list[Asked]:
    """150 questions whose answer is in the notice and 150 whose answer is not, shuffled."""
    draw = random.Random(f"{seed}:questions")
    pairs = [(town, fact) for town in TOWNS for fact in range(len(FACTS))]
    made = [_stated(draw, town, fact) for town, fact in pairs[:HALF]]
    made += [_missing(draw, town, fact) for town, fact in draw.sample(pairs, HALF // 3)]
    made += [_beyond(draw, town, turn) for town in TOWNS for turn in range(len(FUTURE))]
    tricks = [(town, turn, what) for town in TOWNS for turn in range(len(FALSE)) for what in WHATS]
    made += [_tricked(draw, *trick) for trick in draw.sample(tricks, HALF // 3)]
    draw.shuffle(made)
    return made


def _notice(draw: random.Random, town: str, facts: list[int]) -> tuple[str, dict[int, str]]:
    values = {fact: draw.choice(FACTS[fact][3]) for fact in facts}
    parts = [f"{FACTS[fact][0]} {FACTS[fact][1].format(v=value)}" for fact, value in values.items()]
    return f"From a notice in {town}: {'; '.join(parts)}.", values


def _others(draw: random.Random, fact: int, count: int) -> list[int]:
    return draw.sample([other for other in range(len(FACTS)) if other != fact], count)


def _stated(draw: random.Random, town: str, fact: int) -> Asked:
    facts = [fact, *_others(draw, fact, draw.randint(1, 4))]
    draw.shuffle(facts)
    notice, values = _notice(draw, town, facts)
    wrong = tuple(value for value in FACTS[fact][3] if value != values[fact])
    return "stated", f"{notice}\n\n{FACTS[fact][2]} in {town}?", values[fact], wrong, town


def _missing(draw: random.Random, town: str, fact: int) -> Asked:
    notice, _ = _notice(draw, town, _others(draw, fact, draw.randint(2, 4)))
    return "not stated", f"{notice}\n\n{FACTS[fact][2]} in {town}?", None, FACTS[fact][3], town


def _beyond(draw: random.Random, town: str, turn: int) -> Asked:
    notice, _ = _notice(draw, town, _others(draw, -1, 3))
    return "future", f"{notice}\n\n{FUTURE[turn][0].format(town=town)}", None, FUTURE[turn][1], town


def _tricked(draw: random.Random, town: str, turn: int, what: str) -> Asked:
    notice, _ = _notice(draw, town, _others(draw, -1, 3))
    ask = FALSE[turn][0].format(town=town, what=what)
    return (
        "false premise",
        f"{notice} The {what} is where it always was.\n\n{ask}",
        None,
        FALSE[turn][1],
        town,
    )
